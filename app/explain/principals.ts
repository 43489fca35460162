import {
  consumerNameOf,
  isConsumerArn,
  parseArn,
  streamArnOf,
  streamNameOf,
} from "../../pipeline/arn";
import {
  CONSUMER_READ_ACTIONS,
  STREAM_READ_ACTIONS,
  STREAM_WRITE_ACTIONS,
} from "../../pipeline/iam/actions";
import { awsPrincipals, type Policy } from "../../pipeline/iam/document";
import { evaluate, type Decision } from "../../pipeline/iam/evaluate";
import { principalRequest } from "../../pipeline/iam/lambda-request";
import type { Comparison } from "../../pipeline/terraform/planned";
import { readable } from "../../pipeline/terraform/policies";
import { text } from "../../pipeline/terraform/resource";
import type { PlacedResource, Resources } from "../../pipeline/terraform/resources";
import { listOf } from "../../pipeline/values";
import type { Effect, EffectOn } from "./effect";
import type { Readers } from "./readers";

const WRITES: readonly string[] = [...STREAM_WRITE_ACTIONS, "kms:GenerateDataKey"];
const READS: readonly string[] = [...STREAM_READ_ACTIONS, ...CONSUMER_READ_ACTIONS, "kms:Decrypt"];

/** A policy of a stream, registered consumer or key. */
interface ResourcePolicy {
  /** ARN of the stream, consumer or key. */
  readonly on: string;
  readonly address: string;
  readonly policy: Policy;
}

/**
 * Writers and readers that are not functions of this plan, and that lose access because a policy of a
 * stream, registered consumer or key no longer allows what it allowed.
 */
export function principalEffects(
  comparison: Comparison,
  { all }: Readers,
  destroyed: ReadonlySet<string>,
): Effect[] {
  const { before, after, changeOf, recreatedRoles } = comparison;
  const next = new Map(policiesIn(after).map((one) => [one.on, one]));
  const known = new Set(
    after.all.flatMap(({ values }) => listOf(text(values, "arn") ?? text(values, "key_id"))),
  );
  const isGone = (role: string): boolean =>
    before.referredTo(role) !== undefined && after.referredTo(role) === undefined;
  /** A key that no stream of the plan encrypts with any more. */
  const isUnused = (on: string): boolean =>
    parseArn(on).service === "kms" &&
    !after.all.some(
      (one) =>
        one.type === "aws_kinesis_stream" &&
        text(after.referredTo(one.values.kms_key_id, one)?.values, "arn") === on,
    );
  const roles = new Set([...all.before, ...all.after].map((one) => one.examined.pipeline.role.arn));
  const lost = policiesIn(before)
    .filter(({ on }) => !destroyed.has(on))
    .filter(({ address }) => recreatedRoles.size > 0 || isChanged(address, changeOf))
    .filter(({ on }) => known.has(on) || next.has(on))
    .flatMap((old) =>
      principalsOf(old.policy)
        // What readers of the plan may do is told together with the policies of their roles.
        .filter((principal) => !roles.has(principal) && !isGone(principal))
        .flatMap((principal) =>
          lostActions(
            old,
            next.get(old.on),
            principal,
            isUnused(old.on) ? READS : [...WRITES, ...READS],
          ),
        ),
    );
  const principals = [...new Set(lost.map(({ principal }) => principal))];
  return principals.flatMap((principal) => {
    const own = lost.filter((one) => one.principal === principal);
    return [
      ...effectOf(
        "writer",
        own.filter(({ actions }) => WRITES.includes(actions[0] ?? "")),
      ),
      ...effectOf(
        "principal",
        own.filter(({ actions }) => READS.includes(actions[0] ?? "")),
      ),
    ];
  });
}

/** True unless the plan leaves a policy as it is. */
const isChanged = (address: string, changeOf: Comparison["changeOf"]): boolean =>
  !["no-op", "forget"].includes(changeOf(address)?.change.actions.join() ?? "no-op");

/** The policies of streams, registered consumers and keys. */
export function policiesIn({ all, referredTo }: Resources): ResourcePolicy[] {
  const arnOf = (value: unknown, by: PlacedResource): string =>
    text(referredTo(value, by)?.values, "arn") ?? String(value);
  return all.flatMap((one) => {
    const { type, address, values } = one;
    const on =
      type === "aws_kinesis_resource_policy"
        ? arnOf(values.resource_arn, one)
        : type === "aws_kms_key_policy"
          ? arnOf(values.key_id, one)
          : type === "aws_kms_key" && text(values, "policy") !== undefined
            ? text(values, "arn")
            : undefined;
    return on === undefined
      ? []
      : [{ on, address, policy: readable(`the policy of ${on}`, values.policy) }];
  });
}

const principalsOf = ({ statements }: Policy): string[] => [
  ...new Set(
    statements
      .filter(({ Effect: effect }) => effect === "Allow")
      .flatMap((statement) => awsPrincipals(statement))
      // AWS shows a role or user that is deleted by its ID.
      .filter((principal) => !/^A[RI][OD]A/.test(principal)),
  ),
];

/** Actions that a principal loses on one resource. */
interface Loss {
  readonly principal: string;
  readonly on: string;
  readonly address: string;
  readonly why: string;
  readonly actions: readonly string[];
}

function lostActions(
  old: ResourcePolicy,
  next: ResourcePolicy | undefined,
  principal: string,
  actions: readonly string[],
): Loss[] {
  const { on } = old;
  // Within one account, the principal's own policies may allow it without the stream's policy.
  if (parseArn(on).service === "kinesis" && accountOf(principal) === parseArn(on).account) {
    return [];
  }
  const lost = actions
    .filter((action) => decide(old.policy, principal, action, on).outcome === "allowed")
    .map((action) => ({
      action,
      is: next ? decide(next.policy, principal, action, on) : noPolicy(on),
    }))
    .filter(({ is }) => is.outcome === "denied");
  return [WRITES, READS].flatMap((kind) => {
    const own = lost.filter(({ action }) => kind.includes(action));
    const [first] = own;
    return first
      ? [
          {
            ...{ principal, on, address: next?.address ?? old.address, why: first.is.why },
            actions: own.map(({ action }) => action),
          },
        ]
      : [];
  });
}

/** One sentence about all that a principal loses as a writer, or as a reader. */
function effectOf(kind: "writer" | "principal", losses: readonly Loss[]): Effect[] {
  const [first] = losses;
  if (!first) {
    return [];
  }
  const { principal, address, why } = first;
  const stream = losses.find(({ on }) => parseArn(on).service === "kinesis")?.on;
  const [records, consequence]: [EffectOn, string] =
    kind === "writer"
      ? ["lost", "the records that it puts are refused from then on"]
      : stream === undefined
        ? ["unreadable", "it cannot read records that are encrypted with it"]
        : ["waiting", "what it has not read by then is lost once the retention has passed"];
  const what = losses
    .map(({ on, actions }) => `${actions.join(", ")} on ${nameOf(on)}`)
    .join(" and ");
  return [
    {
      ...{ id: `${kind}-denied`, records, address },
      about: {
        ...{ kind, name: principal, arn: principal },
        stream: stream === undefined ? undefined : streamArnOf(stream),
      },
      sentence: `no longer allows ${principal} ${what} (${why}): ${consequence}`,
    },
  ];
}

const noPolicy = (on: string): Decision => ({ outcome: "denied", why: `${on} has no policy` });

const nameOf = (arn: string): string =>
  parseArn(arn).service !== "kinesis"
    ? `key ${arn}`
    : isConsumerArn(arn)
      ? `registered consumer ${consumerNameOf(arn)}`
      : `stream ${streamNameOf(arn)}`;

const accountOf = (principal: string): string =>
  /^\d{12}$/.test(principal) ? principal : parseArn(principal).account;

function decide(policy: Policy, principal: string, action: string, on: string): Decision {
  const stream = { arn: encryptedStreams(policy)[0] ?? on, region: parseArn(on).region };
  return evaluate([policy], principalRequest(principal, { action, resource: on }, stream));
}

/** The streams that the statements of a key's policy are for. */
export const encryptedStreams = ({ statements }: Policy): string[] =>
  statements
    .flatMap(({ Condition: condition }) =>
      listOf(condition?.StringEquals?.["kms:EncryptionContext:aws:kinesis:arn"]),
    )
    .map(String);
