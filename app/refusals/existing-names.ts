import * as fs from "node:fs";
import * as path from "node:path";
import {
  isReplaced,
  type Plan,
  type ResourceChange,
  resourcesInState,
} from "../../pipeline/terraform/plan";
import type { AccountLookups } from "./account-lookups";
import { creations } from "./account-lookups";
import { type Existing, NAMED_RESOURCES } from "./named-resources";
import type { Refusal, TerraformLine } from "./refusal";

interface Found {
  readonly address: string;
  readonly type: string;
  /** Type and name in words. */
  readonly what: string;
  readonly existing: Existing;
  /** File of another deployment's local state that has the resource. */
  readonly state?: string;
}

/** The same resource is destroyed first, so that its name is free. */
const keepsName = ({ type, change }: ResourceChange): boolean => {
  const name = NAMED_RESOURCES[type]?.name;
  return name?.(change.before) === name?.(change.after);
};

/** Resources of AWS that have the name of one that the plan creates, and belong to none in the state. */
async function findExisting(
  plan: Plan,
  lookups: AccountLookups,
  statesDirectory: string,
): Promise<Found[]> {
  const held = new Set(
    resourcesInState(plan).map(({ type, values }) => `${type} ${String(values.id)}`),
  );
  const found = await Promise.all(
    creations(plan)
      .filter((one) => !isReplaced(one) || !keepsName(one))
      .map(async ({ address, type, change }): Promise<Found[]> => {
        const { noun, name: nameIn, find } = NAMED_RESOURCES[type] ?? {};
        const name = nameIn?.(change.after);
        const access = lookups.accessTo(address, change.after);
        if (!find || name === undefined || !change.after || !access) {
          return [];
        }
        const what = `${noun} ${name}`;
        const values = change.after;
        const existing = await lookups.look(what, () => find(access.aws, values));
        return existing && !held.has(`${type} ${existing.id}`)
          ? [{ address, type, what, existing, state: stateWith(existing.arn, statesDirectory) }]
          : [];
      }),
  );
  return found.flat();
}

/** The local state, of any deployment in the directory, that has the resource with an ARN. */
function stateWith(arn: string | undefined, directory: string): string | undefined {
  const states = fs.existsSync(directory)
    ? fs.readdirSync(directory).filter((file) => file.endsWith(".tfstate"))
    : [];
  return states.find(
    (file) =>
      arn !== undefined &&
      fs.readFileSync(path.join(directory, file), "utf8").includes(JSON.stringify(arn)),
  );
}

const ownerOf = ({ existing: { tags }, state }: Found): string => {
  const own = Object.entries(tags ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    state === undefined ? [] : `in ${state}`,
    own.length === 0 ? [] : `tagged ${own.join(", ")}`,
  ]
    .flat()
    .join(", ");
};

/** A resource policy is replaced, as the README says: the plan goes on. */
const isReplacedSilently = ({ type }: Found): boolean => type === "aws_kinesis_resource_policy";

/**
 * Names that the plan creates and that exist in the accounts already. AWS refuses some of them halfway
 * through the apply; others it overwrites, or hands over to this state without a word.
 *
 * @param statesDirectory where the local states are
 */
export async function existingNameRefusals(
  plan: Plan,
  lookups: AccountLookups,
  statesDirectory: string,
  terraform: TerraformLine,
  print: (line: string) => void,
): Promise<Refusal[]> {
  const found = await findExisting(plan, lookups, statesDirectory);
  for (const { what, address } of found.filter(isReplacedSilently)) {
    print(`  - replaces the ${what} that is there (${address})`);
  }
  const refused = found.filter((one) => !isReplacedSilently(one));
  const foreign = refused.filter(({ state }) => state !== undefined);
  const names = (all: readonly Found[]): string =>
    all.map((one) => `${one.what}${ownerOf(one) && ` (${ownerOf(one)})`}`).join("; ");
  const free = refused.filter((one) => !foreign.includes(one));
  return [
    ...(foreign.length === 0
      ? []
      : [
          {
            sentence: `the plan creates what another deployment has: ${names(foreign)}`,
            advice:
              "use other names for the stream, functions, roles and queues, or remove them from the other deployment first",
          },
        ]),
    ...(free.length === 0
      ? []
      : [
          {
            sentence: `the plan creates what exists in the account already: ${names(free)}`,
            advice:
              "use other names; or, if these are this deployment's own (an interrupted deploy, a lost state), import them and plan again:",
            commands: [
              terraform("init"),
              ...free.map(({ address, existing }) => terraform("import", address, existing.id)),
            ],
          },
        ]),
  ];
}
