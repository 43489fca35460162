import { Settings } from "../app/settings";
import { LocalAws } from "./aws";
import { Outputs } from "./sample";
import { Terraform } from "./terraform";

const exports = (variables: Readonly<Record<string, string>>): string =>
  `export ${Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'`)
    .join(" ")}`;

/** Shell commands that configure the AWS CLI for each account, and Terraform. */
export async function howToReach(
  terraform: Terraform,
  aws: LocalAws,
  directory: string,
  { region, producer, consumers }: Settings,
  outputs: Outputs,
): Promise<string> {
  const accounts = [producer, ...consumers.map(({ account }) => account)];
  const ids = new Set(accounts.map(({ accountId }) => accountId));
  const lines = await Promise.all(
    [...ids].map(async (id) => {
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
    .map(([name, { value }]) => `#   ${name} = ${value}`)
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
