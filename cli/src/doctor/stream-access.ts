import type { Consumer } from "@aws-sdk/client-kinesis";
import { parseArn, streamNameOf } from "../../../pipeline/arn";
import { valueOf, type Fact } from "../../../pipeline/fact";
import { STREAM_READ_ACTIONS, STREAM_WRITE_ACTIONS } from "../../../pipeline/iam/actions";
import { awsPrincipals, type Policy } from "../../../pipeline/iam/document";
import { evaluate, type Decision } from "../../../pipeline/iam/evaluate";
import { principalRequest } from "../../../pipeline/iam/lambda-request";
import type { Account } from "../accounts";
import { streamAt } from "../from-aws";
import { lookUp } from "../look-up";
import type { Reference } from "../pipeline";
import { consumersOf } from "../readers";
import type { Source } from "../sources";
import { lastTimeOf } from "../status/metrics";
import { resourcePolicy } from "./examine";
import { examineEncryption } from "./encryption";

/** Who may do what with a stream by its policies, and who uses its registered consumers. */
export interface StreamAccess {
  readonly arn: string;
  readonly shards: number | undefined;
  readonly mode: string;
  readonly principals: readonly Principal[];
  readonly consumers: readonly UsedConsumer[];
  /** What could not be read, and why. */
  readonly unknown: readonly string[];
}

interface Principal {
  /** As the policies name it. */
  readonly name: string;
  readonly may: readonly string[];
  /** What it may not do and needs for that, or may perhaps, by a condition. */
  readonly problems: readonly string[];
}

interface UsedConsumer {
  readonly name: string;
  /** Functions that read through it, as far as the accounts are known. */
  readonly functions: readonly string[];
  /** Within a day. */
  readonly lastReadAt: Fact<Date>;
  /** Price in us-east-1; undefined for a stream on demand, whose consumers cost nothing by the hour. */
  readonly dollarsPerMonth?: number;
}

const DAY_MILLISECONDS = 86_400_000;
const HOURS_PER_MONTH = 730;
/** https://aws.amazon.com/kinesis/data-streams/pricing/ */
const DOLLARS_PER_SHARD_HOUR = 0.015;

interface Policies {
  readonly stream: Fact<Policy>;
  readonly consumers: ReadonlyMap<string, Fact<Policy>>;
  readonly key: Fact<Policy> | undefined;
  readonly keyArn: string | undefined;
}

export async function streamAccess(
  streamArn: string,
  { references, accounts }: Source,
): Promise<StreamAccess> {
  const { region, account: id } = parseArn(streamArn);
  const account = await accounts.of(id, region);
  const { summary } = (await streamAt(streamArn, account)).stream;
  const { KeyId, EncryptionType: type, OpenShardCount: shards, ...more } = valueOf(summary) ?? {};
  const consumers = await lookUp(account, "kinesis:ListStreamConsumers", () =>
    account.access.state === "found"
      ? consumersOf(streamArn, account.access.value)
      : Promise.resolve(undefined),
  );
  const all = valueOf(consumers) ?? [];
  const encryption =
    type === "KMS" && KeyId !== undefined
      ? await examineEncryption([account], KeyId, undefined)
      : undefined;
  const [ofStream, ...ofConsumers] = await Promise.all([
    resourcePolicy(account, streamArn, "the stream's policy"),
    ...all.map(({ ConsumerARN: arn = "" }) =>
      resourcePolicy(account, arn, "the consumer's policy"),
    ),
  ]);
  const policies: Policies = {
    stream: ofStream,
    consumers: new Map(
      all.flatMap(({ ConsumerName: name = "" }, at) => {
        const policy = ofConsumers[at];
        return policy ? [[name, policy]] : [];
      }),
    ),
    key: encryption?.keyPolicy,
    keyArn: valueOf(encryption?.key)?.Arn,
  };
  const mode = more.StreamModeDetails?.StreamMode ?? "PROVISIONED";
  const price =
    mode === "PROVISIONED" && shards !== undefined ? dollarsPerMonth(shards) : undefined;
  const facts = [
    summary,
    consumers,
    ofStream,
    ...ofConsumers,
    encryption?.key,
    encryption?.keyPolicy,
  ];
  return {
    arn: streamArn,
    shards,
    mode,
    principals: principalsIn(streamArn, all, policies),
    consumers: await Promise.all(
      all.map((one) => usedBy(one, streamArn, account, references, price)),
    ),
    unknown: [...new Set(facts.flatMap((fact) => (fact?.state === "unknown" ? [fact.why] : [])))],
  };
}

const dollarsPerMonth = (shards: number): number =>
  Math.round(shards * DOLLARS_PER_SHARD_HOUR * HOURS_PER_MONTH);

async function usedBy(
  { ConsumerName: name = "", ConsumerARN: arn = "" }: Consumer,
  streamArn: string,
  account: Account,
  references: readonly Reference[],
  price: number | undefined,
): Promise<UsedConsumer> {
  const end = new Date();
  const metric = {
    namespace: "AWS/Kinesis",
    name: "SubscribeToShardEvent.MillisBehindLatest",
    dimensions: { StreamName: streamNameOf(streamArn), ConsumerName: name },
    statistic: "Maximum",
  } as const;
  return {
    name,
    functions: references
      .filter(({ sourceArn }) => sourceArn === arn)
      .map(({ functionArn }) => functionArn),
    lastReadAt: await lastTimeOf(account, metric, {
      start: new Date(Number(end) - DAY_MILLISECONDS),
      end,
    }),
    ...(price !== undefined && { dollarsPerMonth: price }),
  };
}

/** Every principal that the policies name; the stream's own account, which may grant, is left out. */
function principalsIn(
  streamArn: string,
  consumers: readonly Consumer[],
  policies: Policies,
): Principal[] {
  const { account: owner } = parseArn(streamArn);
  const all = [policies.stream, ...policies.consumers.values(), policies.key];
  const names = all
    .flatMap((fact) => valueOf(fact)?.statements ?? [])
    .filter(({ Effect: effect }) => effect === "Allow")
    .flatMap(awsPrincipals)
    .filter((name) => name !== owner && name !== `arn:aws:iam::${owner}:root`);
  return [...new Set(names)].sort().map((name) => principal(name, streamArn, consumers, policies));
}

type Outcome = Decision["outcome"];

function principal(
  name: string,
  streamArn: string,
  consumers: readonly Consumer[],
  { stream, consumers: ofConsumers, key, keyArn }: Policies,
): Principal {
  const may = (policy: Fact<Policy> | undefined, resource: string, action: string): Outcome =>
    policy?.state === "found" ? decide(policy.value, name, action, resource, streamArn) : "denied";
  const all = (outcomes: readonly Outcome[]): Outcome =>
    outcomes.find((one) => one === "denied") ??
    outcomes.find((one) => one === "cannot tell") ??
    "allowed";
  const ways: (readonly [string, Outcome])[] = [
    ["reads", all(STREAM_READ_ACTIONS.map((action) => may(stream, streamArn, action)))],
    ["writes", all(STREAM_WRITE_ACTIONS.map((action) => may(stream, streamArn, action)))],
    ...consumers.map(
      ({ ConsumerName: consumer = "", ConsumerARN: arn = "" }) =>
        [
          `subscribes through ${consumer}`,
          may(ofConsumers.get(consumer), arn, "kinesis:SubscribeToShard"),
        ] as const,
    ),
    ...(keyArn === undefined
      ? []
      : ([
          ["decrypts", may(key, keyArn, "kms:Decrypt")],
          ["encrypts", may(key, keyArn, "kms:GenerateDataKey")],
        ] as const)),
  ];
  const outcomeOf = (way: string) => ways.find(([one]) => one === way)?.[1];
  const lacks = (way: string, needed: string, what: string): string[] =>
    key?.state === "found" && outcomeOf(way) === "allowed" && outcomeOf(needed) === "denied"
      ? [`${way}, but the key's policy does not let it ${what}`]
      : [];
  const isDeleted = /^A(ROA|IDA)[A-Z0-9]+$/.test(name);
  return {
    name,
    may: ways.flatMap(([way, outcome]) => (outcome === "allowed" ? [way] : [])),
    problems: isDeleted
      ? ["the role or user was deleted"]
      : [
          ...ways.flatMap(([way, outcome]) =>
            outcome === "cannot tell"
              ? [`${way} under a condition that cannot be decided here`]
              : [],
          ),
          ...lacks("reads", "decrypts", "decrypt"),
          ...lacks("writes", "encrypts", "encrypt"),
        ],
  };
}

function decide(
  policy: Policy,
  name: string,
  action: string,
  resource: string,
  streamArn: string,
): Outcome {
  const stream = { arn: streamArn, region: parseArn(streamArn).region };
  // A policy shows the unique id of a principal only once that is deleted.
  return evaluate([policy], principalRequest(name, { action, resource }, stream, "living")).outcome;
}
