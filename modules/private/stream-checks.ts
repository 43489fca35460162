import { Fn, Op, Token } from "cdktf";
import { ProducerStreamProps, StreamEncryption, StreamMode } from "../producer-stream-props";
import { Checks, isLiteral, textOf } from "./checks";
import {
  awsManagedKey,
  keyAlias,
  mustBe,
  mustBeGiven,
  mutuallyExclusive,
  requires,
} from "./errors";
import { integerBetween, kinesisName, kmsKeyArn, oneOf } from "./rules";

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

export function checkStream(props: ProducerStreamProps): Checks {
  const checks = new Checks();
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
  checkKey(checks, props);
  checkMetrics(checks, props.shardLevelMetrics ?? []);
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

function checkKey(checks: Checks, { encryption, kmsKeyArn: key }: ProducerStreamProps): void {
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
  checkKeyArn(checks, key);
}

export function checkKeyArn(checks: Checks, key: string | undefined): void {
  if (isLiteral(key) && /(^|:)alias\/aws\//.test(key)) {
    checks.refuse(awsManagedKey(key));
  } else if (isLiteral(key) && /(^|:)alias\//.test(key)) {
    checks.refuse(keyAlias(key));
  } else {
    checks.check("kmsKeyArn", key, kmsKeyArn, "give a customer managed key of the stream's Region");
  }
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
