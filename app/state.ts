import { parseArn } from "../pipeline/arn";
import { text, type Resource } from "../pipeline/terraform/resource";
import type { State } from "../pipeline/terraform/state";
import { constructPath, SynthesizedProvider, SynthesizedStack } from "./stack";

/** File name of a deployment's local state, which is next to the output directory. */
export const localStateFile = (name: string): string => `terraform.${name}.tfstate`;

/**
 * Reasons not to apply a stack to a state: the state belongs to another deployment, or Terraform
 * would leave resources behind in an account without a provider.
 */
export function stateProblems(stack: SynthesizedStack, { resources }: State): string[] {
  const streams = streamProblems(stack, resources);
  // If the state belongs to another deployment, its other differences need no report.
  return streams.length > 0
    ? streams
    : [...accountProblems(stack, resources), ...providerProblems(stack, resources)];
}

/** The address of main.ts's own stream; streams that a user adds to the program are not compared. */
const OWN_STREAM = /^stream_[0-9A-F]{8}$/;

const arnOf = ({ values }: Resource): string => text(values, "arn") ?? "";

const elementOf = ({ resource }: SynthesizedStack, { type, name }: Resource) =>
  resource[type]?.[name];

const providerOf = (
  { provider }: SynthesizedStack,
  alias: string,
): SynthesizedProvider | undefined => provider.aws.find((one) => `aws.${one.alias}` === alias);

const inPlace = (account: string, region: string): string => `account ${account} (${region})`;

function streamProblems(stack: SynthesizedStack, managed: readonly Resource[]): string[] {
  return managed
    .filter(({ type, name }) => type === "aws_kinesis_stream" && OWN_STREAM.test(name))
    .flatMap((held) => {
      const { account, region } = parseArn(arnOf(held));
      const name = text(held.values, "name") ?? held.name;
      const element = elementOf(stack, held);
      const provider = element && providerOf(stack, element.provider);
      const isSame =
        element?.name === name &&
        provider?.region === region &&
        provider.allowed_account_ids.includes(account);
      const asked =
        element && provider
          ? `stream ${element.name} in ${inPlace(provider.allowed_account_ids.join(), provider.region)}`
          : "no stream of their own";
      return isSame
        ? []
        : [
            `the state holds stream ${name} in ${inPlace(account, region)}, the settings ask for ${asked}: ` +
              `that stream and its records would be lost or left behind; give these settings a 'name' of their own to deploy them beside it (in the same accounts also with other names of functions, roles and queues, or the plan will be refused), or remove it first with 'npm run destroy' and the settings it was deployed with`,
          ];
    });
}

/** One sentence for each construct whose resources would be left behind in another account or Region. */
function accountProblems(stack: SynthesizedStack, managed: readonly Resource[]): string[] {
  const moved = managed.flatMap((held) => {
    const element = elementOf(stack, held);
    const provider = element && providerOf(stack, element.provider);
    const { account, region } = parseArn(arnOf(held));
    if (!element || !provider || account === "") {
      return [];
    }
    const isSame =
      provider.allowed_account_ids.includes(account) && ["", provider.region].includes(region);
    const asked = inPlace(provider.allowed_account_ids.join(), provider.region);
    const construct = constructPath(element).split("/").slice(0, -1).join("/");
    return isSame ? [] : [{ construct, held: inPlace(account, region || "every Region"), asked }];
  });
  return [...new Map(moved.map((one) => [one.construct, one])).values()].map(
    ({ construct, held, asked }) =>
      `the state holds ${construct} in ${held}, the settings ask for ${asked}: ` +
      `Terraform would create it there and leave the old one behind; remove it from the settings and deploy, then add it with the new account`,
  );
}

/** One sentence for each provider that the state needs and the settings no longer have. */
function providerProblems(stack: SynthesizedStack, managed: readonly Resource[]): string[] {
  const gone = managed
    .map((held) => ({ alias: /\]\.([^.]+)$/.exec(held.provider ?? "")?.[1] ?? "", held }))
    .filter(({ alias }) => alias.startsWith("consumer-"))
    .filter(({ alias }) => !providerOf(stack, `aws.${alias}`));
  return [...new Set(gone.map(({ alias }) => alias))].map((alias) => {
    const account = alias.replace("consumer-", "");
    return (
      `the state holds resources in account ${account}, which the settings no longer name: ` +
      `Terraform needs the account to destroy them; declare it until they are, as "accounts": {"${account}": {"accountId": "${account}"}}, with its profile or role if it had one`
    );
  });
}
