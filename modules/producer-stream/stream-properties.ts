import { awsProvider } from "../accounts/account-of";
import { keyAliasName, kinesisName, kmsKeyArn, streamArn } from "../properties/formats";
import {
  boolean,
  checkedByProvider,
  integer,
  list,
  mapOfStrings,
  oneOf,
} from "../properties/kinds";
import { Properties } from "../properties/property";
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
  kind: list(kmsKeyArn, "key ARNs", { maxItems: 10 }),
  fix: "list the ARNs of customer managed keys whose records have not expired",
} as const;

/** On-demand Advantage has 50. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const registeredConsumerLimit = {
  kind: oneOf<number>([20, 50]),
  default: 20,
  fix: "omit it for 20; 50 is the limit of On-demand Advantage",
} as const;

export const STREAM_PROPERTIES = {
  provider: {
    kind: awsProvider,
    required: true,
    fix: "create one with an alias for the stream's account",
  },
  streamName: { kind: kinesisName, required: true, fix: "rename the stream" },
  streamMode: {
    kind: checkedByProvider(oneOf(Object.values(StreamMode))),
    fix: "omit it to let 'shardCount' decide",
  },
  shardCount: { kind: checkedByProvider(integer(1, 10000)), fix: "omit it for on-demand capacity" },
  retentionPeriodHours: {
    kind: checkedByProvider(integer(24, 8760)),
    implicitDefault: 24,
    fix: "omit it for 24 hours",
  },
  maxRecordSizeKib: { kind: integer(1024, 10240), implicitDefault: 1024 },
  encryption: {
    kind: oneOf(Object.values(StreamEncryption)),
    default: StreamEncryption.CUSTOMER_MANAGED_KEY,
    fix: "omit it to have a key created",
  },
  kmsKeyArn: { kind: kmsKeyArn, fix: "give a customer managed key of the stream's Region" },
  previousKmsKeyArns,
  retainKey: { kind: boolean(), default: false },
  deletionWindowInDays: { kind: checkedByProvider(integer(7, 30)), implicitDefault: 30 },
  keyRotationPeriodInDays: { kind: checkedByProvider(integer(90, 2560)), implicitDefault: 365 },
  keyAliasName: {
    kind: checkedByProvider(keyAliasName),
    fix: "omit it to name the alias after the stream",
  },
  preventDestroy: { kind: boolean(), default: false },
  shardLevelMetrics: {
    kind: list(oneOf(SHARD_LEVEL_METRICS), "metrics", { uniqueItems: true }),
    fix: "name each metric once, or omit it for stream-level metrics only",
  },
  enforceConsumerDeletion: { kind: boolean(), implicitDefault: false },
  registeredConsumerLimit,
  tags: { kind: mapOfStrings(), fix: "omit it for the provider's default tags" },
} as const satisfies Properties<ProducerStreamProps>;

export const STREAM_ATTRIBUTES = {
  streamArn: {
    kind: streamArn,
    required: true,
    fix: "copy it from `aws kinesis describe-stream-summary --stream-name <name>`",
  },
  kmsKeyArn: { kind: kmsKeyArn, fix: "give a customer managed key of the stream's Region" },
  previousKmsKeyArns,
  provider: {
    kind: awsProvider,
    fix: "give the provider of the stream's account, or omit it to attach the policies yourself",
  },
  registeredConsumerLimit,
} as const satisfies Properties<ProducerStreamAttributes>;
