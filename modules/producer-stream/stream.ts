import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { TerraformResourceLifecycle } from "cdktf";
import { Construct } from "constructs";
import { awsProvider } from "../accounts/aws-provider";
import { checkSameStack } from "../accounts/same-stack";
import { isLiteral, textOf } from "../properties/expressions";
import { keyAliasName, kinesisName, kmsKeyArn, streamArn } from "../properties/formats";
import {
  boolean,
  checkedByProvider,
  integer,
  list,
  mapOfStrings,
  oneOf,
} from "../properties/property-types";
import { describeValue } from "../properties/problems";
import { Properties, WithDefaults } from "../properties/property";
import { PropertyChecks } from "../properties/property-checks";
import { checkCreatedKey, checkEncryption } from "./key";
import {
  ProducerStreamAttributes,
  ProducerStreamProps,
  StreamEncryption,
  StreamMode,
} from "./producer-stream-props";

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
];

const previousKmsKeyArns = {
  type: list(kmsKeyArn, "key ARNs", { maxItems: 10 }),
  fix: "list the ARNs of customer managed keys whose records have not expired",
} as const;

/** On-demand Advantage has 50. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const registeredConsumerLimit = {
  type: oneOf<number>([20, 50]),
  default: 20,
  fix: "omit it for 20; 50 is the limit of On-demand Advantage",
} as const;

export const STREAM_PROPERTIES = {
  provider: {
    type: awsProvider,
    required: true,
    fix: "create one with an alias for the stream's account",
  },
  streamName: { type: kinesisName, required: true, fix: "rename the stream" },
  streamMode: {
    type: checkedByProvider(oneOf(Object.values(StreamMode))),
    fix: "omit it to let 'shardCount' decide",
  },
  shardCount: { type: checkedByProvider(integer(1, 10000)), fix: "omit it for on-demand capacity" },
  retentionPeriodHours: {
    type: checkedByProvider(integer(24, 8760)),
    implicitDefault: 24,
    fix: "omit it for 24 hours",
  },
  maxRecordSizeKib: { type: integer(1024, 10240), implicitDefault: 1024 },
  encryption: {
    type: oneOf(Object.values(StreamEncryption)),
    default: StreamEncryption.CUSTOMER_MANAGED_KEY,
    fix: "omit it to have a key created",
  },
  kmsKeyArn: { type: kmsKeyArn, fix: "give a customer managed key of the stream's Region" },
  previousKmsKeyArns,
  retainKey: { type: boolean(), default: false },
  deletionWindowInDays: { type: checkedByProvider(integer(7, 30)), implicitDefault: 30 },
  keyRotationPeriodInDays: { type: checkedByProvider(integer(90, 2560)), implicitDefault: 365 },
  keyAliasName: {
    type: checkedByProvider(keyAliasName),
    fix: "omit it to name the alias after the stream",
  },
  preventDestroy: { type: boolean(), default: false },
  shardLevelMetrics: {
    type: list(oneOf(SHARD_LEVEL_METRICS), "metrics", { uniqueItems: true }),
    fix: "name each metric once, or omit it for stream-level metrics only",
  },
  enforceConsumerDeletion: { type: boolean(), implicitDefault: false },
  registeredConsumerLimit,
  tags: { type: mapOfStrings(), fix: "omit it for the provider's default tags" },
} as const satisfies Properties<ProducerStreamProps>;

export const STREAM_ATTRIBUTES = {
  streamArn: {
    type: streamArn,
    required: true,
    fix: "copy it from `aws kinesis describe-stream-summary --stream-name <name>`",
  },
  kmsKeyArn: { type: kmsKeyArn, fix: "give a customer managed key of the stream's Region" },
  previousKmsKeyArns,
  provider: {
    type: awsProvider,
    fix: "give the provider of the stream's account, or omit it to attach the policies yourself",
  },
  registeredConsumerLimit,
} as const satisfies Properties<ProducerStreamAttributes>;

export type StreamSettings = WithDefaults<ProducerStreamProps, typeof STREAM_PROPERTIES>;

/** The rules that span several properties of a ProducerStream. */
export function checkStream(checks: PropertyChecks, scope: Construct, props: StreamSettings): void {
  checkSameStack(checks, scope, "provider", props.provider);
  checkCapacity(checks, props);
  checkEncryption(checks, scope, props);
  checkCreatedKey(checks, props);
  checkMaxRecordSize(checks, props);
  const metrics = props.shardLevelMetrics;
  if (isLiteral(metrics) && metrics.includes("ALL") && metrics.length > 1) {
    checks.addError(
      `'shardLevelMetrics' must be ALL alone or a list without it, got ${describeValue(metrics)}; ` +
        "leave ALL alone",
    );
  }
}

/** Versions before it do not know the argument. */
const MAX_RECORD_SIZE_SINCE = [6, 20] as const;

function checkMaxRecordSize(checks: PropertyChecks, props: StreamSettings): void {
  const version = props.provider.terraformGeneratorMetadata?.providerVersion;
  if (props.maxRecordSizeKib === undefined || version === undefined) {
    return;
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [sinceMajor, sinceMinor] = MAX_RECORD_SIZE_SINCE;
  if (major < sinceMajor || (major === sinceMajor && minor < sinceMinor)) {
    checks.addError(
      `'maxRecordSizeKib' requires AWS provider ${MAX_RECORD_SIZE_SINCE.join(".")}, got bindings for ${version}; ` +
        "install newer bindings, or omit it for 1024 KiB",
    );
  }
}

function checkCapacity(checks: PropertyChecks, { streamMode, shardCount }: StreamSettings): void {
  if (streamMode === StreamMode.ON_DEMAND && shardCount !== undefined) {
    checks.addError(
      `'shardCount' and 'streamMode' are mutually exclusive, got shardCount ${textOf(shardCount)} with ${streamMode}; ` +
        "omit 'shardCount', or set 'streamMode' to PROVISIONED",
    );
  }
  if (streamMode === StreamMode.PROVISIONED && shardCount === undefined) {
    checks.addError(
      `'streamMode' requires 'shardCount', got ${streamMode}; ` +
        "give the number of shards, or omit both",
    );
  }
}

/** @param keyArn of the key in use; undefined without encryption */
export function createStream(
  scope: Construct,
  props: StreamSettings,
  keyArn: string | undefined,
  lifecycle: TerraformResourceLifecycle | undefined,
): KinesisStream {
  const streamMode =
    props.streamMode ??
    (props.shardCount === undefined ? StreamMode.ON_DEMAND : StreamMode.PROVISIONED);
  const stream = new KinesisStream(scope, "stream", {
    provider: props.provider,
    name: props.streamName,
    streamModeDetails: { streamMode },
    shardCount: props.shardCount,
    retentionPeriod: props.retentionPeriodHours,
    encryptionType: keyArn === undefined ? "NONE" : "KMS",
    kmsKeyId: keyArn,
    shardLevelMetrics: props.shardLevelMetrics,
    enforceConsumerDeletion: props.enforceConsumerDeletion,
    tags: props.tags,
    lifecycle: props.preventDestroy ? { ...lifecycle, preventDestroy: true } : lifecycle,
  });
  if (props.maxRecordSizeKib !== undefined) {
    // An override, since the class of older bindings does not have the argument.
    stream.addOverride("max_record_size_in_kib", props.maxRecordSizeKib);
  }
  return stream;
}
