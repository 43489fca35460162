import { LocalAws } from "./aws";
import type { Account } from "./stack-copy";
import { Terraform } from "./terraform";

/** Output of `terraform output -json`. */
type Outputs = Readonly<Record<string, { readonly value: unknown }>>;

const exports = (variables: Readonly<Record<string, string>>): string =>
  `export ${Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'`)
    .join(" ")}`;

/** Shell commands that configure the AWS CLI for each account, and Terraform. */
export async function howToReach(
  terraform: Terraform,
  aws: LocalAws,
  directory: string,
  accounts: readonly Account[],
): Promise<string> {
  const outputs = JSON.parse(await terraform.run(directory, "output", "-json")) as Outputs;
  const regions = new Map(accounts.map(({ id, region }) => [id, region]));
  const lines = await Promise.all(
    [...regions].map(async ([id, region]) => {
      const credentials = await aws.credentials(id);
      return `# the AWS CLI in account ${id}\n${exports({
        AWS_ENDPOINT_URL: aws.url,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      })}`;
    }),
  );
  const values = Object.entries(outputs)
    .map(
      ([name, { value }]) =>
        `#   ${name} = ${typeof value === "string" ? value : JSON.stringify(value)}`,
    )
    .join("\n");
  return `
# The local AWS runs until you press Ctrl-C. The stack's outputs:
${values}

${lines.join("\n\n")}

# Terraform (the configuration already contains the credentials)
${exports(terraform.environment)}
terraform -chdir='${directory}' plan
`;
}
