import { constructPath, SynthesizedProvider, SynthesizedStack } from "./stack";

/** The parts of Terraform's state, version 4, that are read. */
export interface State {
  readonly resources: readonly StateResource[];
}

interface StateResource {
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  /** `provider["<source>"].<alias>` */
  readonly provider: string;
  readonly instances: readonly {
    readonly attributes?: { readonly arn?: string; readonly name?: string };
  }[];
}

/** @throws if the text is no state of Terraform 0.12 or newer */
export function parseState(text: string, origin: string): State {
  try {
    const { resources = [] } = JSON.parse(text) as Partial<State>;
    return { resources };
  } catch (error) {
    throw new Error(
      `cannot read the state in ${origin}: ${(error as Error).message}; it must be Terraform's own file, restore it from a backup`,
    );
  }
}

/**
 * Reasons not to apply a stack to a state: the state belongs to another deployment, or Terraform
 * would leave resources behind in an account without a provider.
 */
export function stateProblems(stack: SynthesizedStack, { resources }: State): string[] {
  const managed = resources.filter(({ mode }) => mode === "managed");
  const streams = streamProblems(stack, managed);
  // If the state belongs to another deployment, its other differences need no report.
  return streams.length > 0
    ? streams
    : [...accountProblems(stack, managed), ...providerProblems(stack, managed)];
}

/** The address of main.ts's own stream; streams that a user adds to the program are not compared. */
const OWN_STREAM = /^stream_[0-9A-F]{8}$/;

const arnOf = ({ instances }: StateResource): string => instances[0]?.attributes?.arn ?? "";

/** Account and Region of an ARN; ARNs of IAM have no Region. */
const placeOf = (arn: string): { account: string; region: string } => {
  const [, , , region = "", account = ""] = arn.split(":");
  return { account, region };
};

const elementOf = ({ resource }: SynthesizedStack, { type, name }: StateResource) =>
  resource[type]?.[name];

const providerOf = (
  { provider }: SynthesizedStack,
  alias: string,
): SynthesizedProvider | undefined => provider.aws.find((one) => `aws.${one.alias}` === alias);

const inPlace = (account: string, region: string): string => `account ${account} (${region})`;

function streamProblems(stack: SynthesizedStack, managed: readonly StateResource[]): string[] {
  return managed
    .filter(({ type, name }) => type === "aws_kinesis_stream" && OWN_STREAM.test(name))
    .filter(({ instances }) => instances.length > 0)
    .flatMap((held) => {
      const { account, region } = placeOf(arnOf(held));
      const name = held.instances[0]?.attributes?.name ?? held.name;
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
              `that stream and its records would be lost or left behind; give these settings a 'name' of their own to deploy them beside it, or remove it first with 'npm run destroy' and the settings it was deployed with`,
          ];
    });
}

/** One sentence for each construct whose resources would be left behind in another account or Region. */
function accountProblems(stack: SynthesizedStack, managed: readonly StateResource[]): string[] {
  const moved = managed.flatMap((held) => {
    const element = elementOf(stack, held);
    const provider = element && providerOf(stack, element.provider);
    const { account, region } = placeOf(arnOf(held));
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
function providerProblems(stack: SynthesizedStack, managed: readonly StateResource[]): string[] {
  const gone = managed
    .map((held) => ({ alias: /\]\.([^.]+)$/.exec(held.provider)?.[1] ?? "", held }))
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
