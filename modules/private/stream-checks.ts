import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { Fn, Op, Token } from "cdktf";
import { Construct } from "constructs";
import { ProducerStreamProps, StreamEncryption, StreamMode } from "../producer-stream-props";
import { Checks, isLiteral, textOf } from "./checks";
import { mustBe, mustBeGiven, mutuallyExclusive, requires } from "./errors";
import { checkKeyArns } from "./key-checks";
import { partitionOf } from "./partitions";
import { checkStack } from "./provider-identity";
import { integerBetween, kinesisName, oneOf } from "./rules";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html */
const SHARD_LEVEL_METRICS = [
  "IncomingBytes",
  "IncomingRecords",
  "OutgoingBytes",
  "OutgoingRecords",
  "WriteProvisionedThroughputExceeded",
  "ReadProvisionedThroughputExceeded",
  "IteratorAgeMilliseconds",
  "ALL",
] as const;

/** The checks of each resource, whose preconditions it gets. */
export interface StreamChecks {
  readonly stream: Checks;
  readonly key: Checks;
  throwIfAny(scope: Construct): void;
}

export function checkStream(scope: Construct, props: ProducerStreamProps): StreamChecks {
  const checks = new Checks();
  checkStack(checks, scope, "provider", props.provider);
  checks.check("streamName", props.streamName, kinesisName, "rename the stream");
  checks.check(
    "retentionPeriodHours",
    props.retentionPeriodHours,
    integerBetween(24, 8760),
    "omit it for 24 hours",
  );
  checks.check(
    "shardCount",
    props.shardCount,
    integerBetween(1, 10000),
    "omit it for on-demand capacity",
  );
  checks.check(
    "registeredConsumerLimit",
    props.registeredConsumerLimit,
    oneOf([20, 50]),
    "omit it for 20; 50 is the limit of On-demand Advantage",
  );
  checks.check(
    "streamMode",
    props.streamMode,
    oneOf(Object.values(StreamMode)),
    "omit it to let 'shardCount' decide",
  );
  checks.check(
    "encryption",
    props.encryption,
    oneOf(Object.values(StreamEncryption)),
    "omit it to have a key made",
  );
  checkCapacity(checks, props);
  checkKey(checks, scope, props);
  checkMetrics(checks, props.shardLevelMetrics ?? []);
  const key = checkCreatedKey(props);
  return { stream: checks, key, throwIfAny: (failing) => checks.throwIfAny(failing, key) };
}

function checkCreatedKey(props: ProducerStreamProps): Checks {
  const checks = new Checks();
  const { deletionWindowInDays: days, encryption, kmsKeyArn: key, retainKey } = props;
  checks.check("deletionWindowInDays", days, integerBetween(7, 30), "omit it for 30");
  const isCreated =
    retainKey === true || (encryption !== StreamEncryption.NONE && key === undefined);
  if (days !== undefined && !isCreated) {
    checks.refuse(
      requires(
        "deletionWindowInDays",
        "retainKey",
        key === undefined ? "encryption NONE" : `kmsKeyArn ${key}`,
        "it is about the key created here: omit it, or set 'retainKey' to keep that key",
      ),
    );
  }
  return checks;
}

function checkCapacity(checks: Checks, { streamMode, shardCount }: ProducerStreamProps): void {
  if (streamMode === StreamMode.ON_DEMAND && shardCount !== undefined) {
    checks.refuse(
      mutuallyExclusive(
        "shardCount",
        "streamMode",
        `shardCount ${textOf(shardCount)} with ${streamMode}`,
        "omit 'shardCount', or set 'streamMode' to PROVISIONED",
      ),
    );
  }
  if (streamMode === StreamMode.PROVISIONED && shardCount === undefined) {
    checks.refuse(
      requires("streamMode", "shardCount", streamMode, "give the number of shards, or omit both"),
    );
  }
}

function checkKey(checks: Checks, scope: Construct, props: ProducerStreamProps): void {
  const { encryption, kmsKeyArn: key, previousKmsKeyArns: previous, provider } = props;
  if (key !== undefined && encryption === StreamEncryption.NONE) {
    checks.refuse(
      mutuallyExclusive(
        "kmsKeyArn",
        "encryption",
        `${key} with NONE`,
        "omit 'encryption' to use the key, or omit 'kmsKeyArn'",
      ),
    );
  }
  if (key === undefined && !previous?.length) {
    return;
  }
  const region = isLiteral(provider.region)
    ? provider.region
    : new DataAwsRegion(scope, "region", { provider }).id;
  checkKeyArns(checks, key, previous, {
    region,
    partition: isLiteral(region) ? partitionOf(region) : undefined,
  });
}

function checkMetrics(checks: Checks, metrics: string[]): void {
  if (Token.isUnresolved(metrics)) {
    const unknown = Fn.setsubtract(metrics, [...SHARD_LEVEL_METRICS]);
    checks.preconditions.push({
      condition: Op.eq(0, Fn.lengthOf(unknown)),
      errorMessage: mustBe(
        "shardLevelMetrics",
        `one of ${SHARD_LEVEL_METRICS.join(", ")}`,
        Fn.join(", ", unknown),
        "omit it for stream-level metrics only",
      ),
    });
    return;
  }
  for (const metric of metrics) {
    checks.check(
      "shardLevelMetrics",
      metric,
      oneOf(SHARD_LEVEL_METRICS as readonly string[]),
      "omit it for stream-level metrics only",
    );
  }
  if (metrics.includes("ALL") && metrics.length > 1) {
    checks.refuse(
      mustBeGiven(
        "shardLevelMetrics",
        "ALL alone or a list without it",
        metrics,
        "leave ALL alone",
      ),
    );
  }
  if (new Set(metrics).size !== metrics.length) {
    checks.refuse(
      mustBeGiven(
        "shardLevelMetrics",
        "a list without duplicates",
        metrics,
        "name each metric once",
      ),
    );
  }
}
