import {
  changesOf,
  isDestroyed,
  isUnknown,
  type Plan,
  resourcesInState,
} from "../pipeline/terraform/plan";
import { text, type Values } from "../pipeline/terraform/resource";
import { newestFirst, versionsOf, versionsOfAliases } from "./function-versions";
import type { AccountLookups } from "./refusals/account-lookups";
import { placeIn } from "./refusals/place";

export const RETAINED_VERSIONS = 10;

/** Published versions of a function that nobody invokes any more. */
interface OldVersions {
  readonly sentence: string;
  /** Deletes those that no alias invokes by then. */
  readonly delete: () => Promise<void>;
}

/** The versions that a plan's aliases will invoke. */
const plannedVersions = (plan: Plan): string[] =>
  changesOf(plan, "aws_lambda_alias").flatMap(({ change: { after } }) => {
    const routing = (after?.routing_config as Values[] | undefined) ?? [];
    return [
      text(after, "function_version") ?? "",
      ...routing.flatMap((one) => Object.keys(one.additional_version_weights ?? {})),
    ];
  });

/**
 * Finds the versions to delete after an apply: each change of a function with an alias publishes one,
 * and Terraform deletes none, until Lambda's storage for code is full.
 */
export async function findOldVersions(
  plan: Plan,
  lookups: AccountLookups,
  {
    command,
    retainedVersions,
  }: { readonly command: string; readonly retainedVersions?: ReadonlyMap<string, number> },
): Promise<OldVersions[]> {
  const changes = new Map(
    changesOf(plan, "aws_lambda_function").map((change) => [change.address, change]),
  );
  const document = JSON.stringify(plan);
  const planned = plannedVersions(plan);
  const found = await Promise.all(
    resourcesInState(plan)
      .filter(({ type, values }) => type === "aws_lambda_function" && values.publish === true)
      .map(async ({ address, values }): Promise<OldVersions[]> => {
        const [arn, name] = [text(values, "arn"), text(values, "function_name")];
        const change = changes.get(address);
        const access = lookups.accessTo(address, values);
        if (!arn || !name || !access || command === "destroy" || (change && isDestroyed(change))) {
          return [];
        }
        const { lambda } = access.aws;
        const kept = retainedVersions?.get(`${placeIn(arn)?.account} ${name}`) ?? RETAINED_VERSIONS;
        const published = change !== undefined && isUnknown(change, "version") ? 1 : 0;
        const old = await lookups.look(`versions of function ${name}`, async () => {
          const used = await versionsOfAliases(lambda, name);
          return newestFirst(await versionsOf(lambda, name))
            .slice(Math.max(kept - published, 0))
            .map(({ Version = "" }) => Version)
            .filter((one) => !used.includes(one) && !planned.includes(one))
            .filter((one) => !document.includes(`${arn}:${one}"`));
        });
        return old === undefined || old.length === 0
          ? []
          : [
              {
                sentence: `deletes versions ${old.join(", ")} of function ${name} afterwards, which no alias invokes: 'alias.retainedVersions' keeps the newest ${kept} (${address})`,
                delete: async () => {
                  const used = await versionsOfAliases(lambda, name);
                  for (const Qualifier of old.filter((one) => !used.includes(one))) {
                    await lookups.look(`version ${Qualifier} of function ${name}`, () =>
                      lambda.deleteFunction({ FunctionName: name, Qualifier }),
                    );
                  }
                },
              },
            ];
      }),
  );
  return found.flat();
}
