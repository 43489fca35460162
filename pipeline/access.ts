import { parseFunctionArn } from "./arn";
import { valueOf, type Fact } from "./fact";
import { decideAccess, matchGrant, type AccessPolicies } from "./iam/access";
import { unreadablePolicy, type Policy } from "./iam/document";
import { evaluate, type AccessRequest, type Decision } from "./iam/evaluate";
import { lambdaRequest } from "./iam/lambda-request";
import { every, some, type Match } from "./iam/patterns";
import {
  consumerNeedsOfRole,
  destinationNeeds,
  keyNeeds,
  logGroupArn,
  logNeeds,
  streamNeeds,
  type Need,
} from "./needs";
import type { PipelineWithPolicies } from "./pipeline";

/** The request that Lambda makes in the role's name, with the condition keys whose values are known. */
export function requestOf(
  { pipeline, role }: PipelineWithPolicies,
  { action, resource, destination }: Need,
): AccessRequest {
  const found = valueOf(role);
  return lambdaRequest(
    {
      roleArn: pipeline.role.arn ?? "",
      roleId: found?.RoleId,
      hasBoundary: found ? found.PermissionsBoundary !== undefined : undefined,
      functionName: parseFunctionArn(pipeline.function.arn).name,
    },
    { action, resource },
    { arn: pipeline.stream.arn, region: pipeline.region },
    destination,
  );
}

/** Whether grants of the key allow what the role needs, unless a policy denies it. */
export const grantFor = (examined: PipelineWithPolicies, needs: readonly Need[]): Match =>
  every(
    needs.map((need) =>
      some(
        (valueOf(grantsOn(examined, need)) ?? []).map((grant) =>
          matchGrant(grant, requestOf(examined, need)),
        ),
      ),
    ),
  );

/** The grants of the key that a need is about. */
export const grantsOn = (
  { keyGrants, destination }: PipelineWithPolicies,
  { destination: isDestination }: Need,
): PipelineWithPolicies["keyGrants"] =>
  isDestination ? valueOf(destination?.settings)?.encryption?.keyGrants : keyGrants;

/** The strictest decision over several needs, and the needs that it is about. */
interface Judgement extends Decision {
  readonly needs: readonly Need[];
}

export function judgeNeeds(
  examined: PipelineWithPolicies,
  policies: readonly Policy[],
  wanted: readonly Need[],
): Judgement {
  const decisions = wanted.map((need) => ({
    need,
    ...evaluate(policies, requestOf(examined, need)),
  }));
  for (const outcome of ["denied", "cannot tell"] as const) {
    const all = decisions.filter((one) => one.outcome === outcome);
    // No Allow helps against a Deny, so it says more than a missing Allow.
    const main = all.find(({ deny, mayDeny }) => deny ?? mayDeny) ?? all[0];
    if (main) {
      const needs = all.map(({ need }) => need);
      const { why, deny, mayDeny, undecided } = main;
      return { outcome, why, deny, mayDeny, undecided, needs };
    }
  }
  return { outcome: "allowed", why: decisions[0]?.why ?? "nothing is needed", needs: wanted };
}

/** What a role needs on one resource, and whether all policies involved allow it. */
interface Access {
  /** ARN of the stream, consumer, key, destination or log group. */
  readonly on: string;
  readonly decisions: readonly (Decision & { readonly need: Need })[];
}

/** Whether the role of a mapping may do everything that it needs. A policy that is unknown allows nothing. */
export function accessOf(examined: PipelineWithPolicies): Access[] {
  const { pipeline, destination } = examined;
  const { streamPolicy, consumerPolicy, keyPolicy, keyGrants } = examined;
  const { settings } = destination ?? {};
  const ofDestination =
    settings?.state === "found" ? settings.value.policy : policiesIn(settings)[0];
  const all: readonly [string | undefined, readonly Need[], Omit<AccessPolicies, "identity">][] = [
    [pipeline.stream.arn, streamNeeds(examined), { resource: policiesIn(streamPolicy)[0] }],
    [
      pipeline.consumer?.arn,
      consumerNeedsOfRole(examined),
      { resource: policiesIn(consumerPolicy)[0] },
    ],
    [
      valueOf(examined.key)?.Arn,
      keyNeeds(examined),
      { resource: policiesIn(keyPolicy)[0], grants: valueOf(keyGrants) },
    ],
    [destination?.arn, destinationNeeds(examined), { resource: ofDestination }],
    [logGroupArn(examined), logNeeds(examined), {}],
  ];
  const identity = policiesIn(examined.identityPolicies);
  const [boundary] = policiesIn(examined.boundary);
  return all.flatMap(([on, needs, policies]) =>
    on === undefined || needs.length === 0
      ? []
      : [
          {
            on,
            decisions: needs.map((need) => {
              const request = requestOf(examined, need);
              const decision =
                pipeline.role.arn === undefined
                  ? NO_ROLE
                  : decideAccess({ identity, boundary, ...policies }, request);
              return { need, ...(mayBeGranted(examined, need, decision) ?? decision) };
            }),
          },
        ],
  );
}

const NO_ROLE: Decision = { outcome: "cannot tell", why: "the function's role is not known" };

/** Grants that could not be read may allow what no policy denies. */
const mayBeGranted = (
  { keyGrants }: PipelineWithPolicies,
  { action }: Need,
  { outcome, deny, why }: Decision,
): Decision | undefined =>
  keyGrants?.state === "unknown" && action.startsWith("kms:") && outcome === "denied" && !deny
    ? { outcome: "cannot tell", why: `${why}, but a grant may: ${keyGrants.why}` }
    : undefined;

const policiesIn = (fact: Fact<unknown> | undefined): Policy[] =>
  fact?.state === "unknown"
    ? [unreadablePolicy(fact.why)]
    : ([valueOf(fact) ?? []].flat() as Policy[]);
