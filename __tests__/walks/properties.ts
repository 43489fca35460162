import type { CrossAccountConsumerProps, ProducerStreamProps } from "../../modules";
import type { Props } from "./settings";

/** Each alternative sets some properties together; null takes one away. */
type Alternatives = readonly [Props, ...Props[]];

/** Why a walk does not change a property. */
interface NotWalked {
  readonly reason: string;
}

/** A boundary that allows no read. */
export const NARROW_BOUNDARY = "$narrow-boundary";

const NEEDS_AWS = "the local AWS does not have it; __tests__/e2e/changes.test.ts plans it";
const STEP = "a step of its own changes it: see steps.ts";

type Table<T> = Readonly<Record<keyof Required<T>, Alternatives | NotWalked>>;

export const STREAM_PROPERTIES: Table<ProducerStreamProps> = {
  provider: { reason: "the app refuses it" },
  streamName: [{ streamName: "events-2" }, { streamName: "events" }],
  streamMode: [
    { streamMode: "ON_DEMAND", shardCount: null },
    { streamMode: null, shardCount: 2 },
  ],
  shardCount: [
    { streamMode: null, shardCount: 1 },
    { streamMode: null, shardCount: 2 },
    { streamMode: null, shardCount: 3 },
    { streamMode: null, shardCount: 4 },
  ],
  retentionPeriodHours: [
    { retentionPeriodHours: 48 },
    { retentionPeriodHours: 24 },
    { retentionPeriodHours: 72 },
  ],
  maxRecordSizeKib: { reason: "needs AWS provider 6.20" },
  encryption: [
    { encryption: "NONE", kmsKeyArn: null },
    { encryption: "NONE", kmsKeyArn: null, retainKey: true },
    { encryption: null },
  ],
  kmsKeyArn: [
    { kmsKeyArn: "$key-1", encryption: null },
    { kmsKeyArn: "$key-2", encryption: null, retainKey: true },
    { kmsKeyArn: "$key-2", encryption: null, previousKmsKeyArns: ["$key-1"] },
    { kmsKeyArn: null },
  ],
  previousKmsKeyArns: [
    { previousKmsKeyArns: ["$key-1"] },
    { previousKmsKeyArns: ["$key-1", "$key-2"] },
    { previousKmsKeyArns: null },
  ],
  retainKey: [{ retainKey: true }, { retainKey: null }],
  deletionWindowInDays: [{ deletionWindowInDays: 7 }, { deletionWindowInDays: null }],
  keyRotationPeriodInDays: [{ keyRotationPeriodInDays: 180 }, { keyRotationPeriodInDays: null }],
  keyAliasName: [{ keyAliasName: "alias/records" }, { keyAliasName: null }],
  preventDestroy: [{ preventDestroy: true }, { preventDestroy: null }],
  shardLevelMetrics: [{ shardLevelMetrics: ["IncomingBytes"] }, { shardLevelMetrics: null }],
  enforceConsumerDeletion: [{ enforceConsumerDeletion: true }, { enforceConsumerDeletion: null }],
  registeredConsumerLimit: [{ registeredConsumerLimit: 50 }, { registeredConsumerLimit: null }],
  tags: [{ tags: { team: "orders" } }, { tags: null }],
};

/** The properties of a created function, which an existing one cannot have. */
const OF_FUNCTION = [
  ...["code", "functionName", "roleName", "description", "rolePath", "managedPolicyArns"],
  ...["handler", "runtime", "architecture", "memorySizeMb", "timeoutSeconds", "alias"],
  ...["ephemeralStorageMb", "environment", "environmentKmsKeyArn", "tracing", "logFormat"],
  ...["reservedConcurrentExecutions", "applicationLogLevel", "systemLogLevel"],
  ...["existingLogGroupName", "logRetentionDays", "logGroupKmsKeyArn", "permissionsBoundaryArn"],
  ...["policyStatements"],
] as const satisfies readonly (keyof CrossAccountConsumerProps)[];

/** What a consumer gets in one step, without what the library refuses beside an existing function. */
export function fittingProps(current: Props, props: Props): Props {
  if (!(props.existingFunction === undefined ? current : props).existingFunction) {
    return props;
  }
  const given = OF_FUNCTION.filter((name) => name in current || name in props);
  return { ...props, ...Object.fromEntries(given.map((name) => [name, null])) };
}

const ENVIRONMENT = { environment: { STAGE: "production" } };

export const CONSUMER_PROPERTIES: Table<CrossAccountConsumerProps> = {
  provider: { reason: STEP },
  stream: { reason: STEP },
  consumerName: { reason: STEP },
  consumerArn: { reason: "belongs to a stream whose registered consumers others make" },
  readMode: [{ readMode: "SHARED_THROUGHPUT" }, { readMode: "ENHANCED_FAN_OUT" }],
  code: [{ code: "second" }, { code: "first" }],
  existingFunction: [{ existingFunction: "$echo" }, { existingFunction: null }],
  functionName: { reason: STEP },
  description: [{ description: "delivers what it is given" }, { description: null }],
  roleName: { reason: STEP },
  rolePath: [{ rolePath: "/pipelines/" }, { rolePath: null }],
  policyStatements: [
    { policyStatements: [{ actions: ["dynamodb:PutItem"], resources: ["$table"] }] },
    { policyStatements: null },
  ],
  managedPolicyArns: [{ managedPolicyArns: ["$boundary"] }, { managedPolicyArns: null }],
  handler: [{ handler: "index.run" }, { handler: null }],
  runtime: {
    reason: "Lambda creates functions with one Node.js runtime that provider 5.100 knows",
  },
  architecture: [{ architecture: "x86_64" }, { architecture: null }],
  memorySizeMb: [{ memorySizeMb: 512 }, { memorySizeMb: null }],
  timeoutSeconds: [{ timeoutSeconds: 30 }, { timeoutSeconds: null }],
  ephemeralStorageMb: [{ ephemeralStorageMb: 1024 }, { ephemeralStorageMb: null }],
  environment: [ENVIRONMENT, { environment: null, environmentKmsKeyArn: null }],
  environmentKmsKeyArn: [
    { ...ENVIRONMENT, environmentKmsKeyArn: "$own-key" },
    { environmentKmsKeyArn: null },
  ],
  layers: { reason: NEEDS_AWS },
  vpc: { reason: NEEDS_AWS },
  fileSystem: { reason: NEEDS_AWS },
  imageConfig: { reason: NEEDS_AWS },
  codeSigningConfigArn: { reason: NEEDS_AWS },
  alias: [
    { alias: { name: "live" } },
    { alias: { name: "live", functionVersion: "1" } },
    { alias: null },
  ],
  snapStart: { reason: NEEDS_AWS },
  reservedConcurrentExecutions: [
    { reservedConcurrentExecutions: 5 },
    { reservedConcurrentExecutions: 0 },
    { reservedConcurrentExecutions: null },
  ],
  tracing: [{ tracing: "Active" }, { tracing: null }],
  logFormat: [{ logFormat: "JSON" }, { logFormat: null, applicationLogLevel: null }],
  applicationLogLevel: [
    { logFormat: "JSON", applicationLogLevel: "WARN" },
    { applicationLogLevel: null },
  ],
  systemLogLevel: [{ logFormat: "JSON", systemLogLevel: "WARN" }, { systemLogLevel: null }],
  existingLogGroupName: [
    { existingLogGroupName: "/shared/functions", logRetentionDays: null, logGroupKmsKeyArn: null },
    { existingLogGroupName: null },
  ],
  logRetentionDays: [{ logRetentionDays: 14 }, { logRetentionDays: null }],
  logGroupKmsKeyArn: [{ logGroupKmsKeyArn: "$own-key" }, { logGroupKmsKeyArn: null }],
  permissionsBoundaryArn: [
    { permissionsBoundaryArn: "$boundary" },
    { permissionsBoundaryArn: NARROW_BOUNDARY },
    { permissionsBoundaryArn: null },
  ],
  startingPosition: [
    { startingPosition: "LATEST", startingPositionTimestamp: null },
    { startingPosition: "TRIM_HORIZON", startingPositionTimestamp: null },
  ],
  startingPositionTimestamp: [
    { startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: "$start" },
    { startingPosition: null, startingPositionTimestamp: null },
  ],
  batchSize: [{ batchSize: 10 }, { batchSize: 1 }, { batchSize: null }],
  maximumBatchingWindowInSeconds: [
    { maximumBatchingWindowInSeconds: 1 },
    { maximumBatchingWindowInSeconds: null },
  ],
  parallelizationFactor: [
    { parallelizationFactor: 2, tumblingWindowInSeconds: null },
    { parallelizationFactor: null },
  ],
  maximumRetryAttempts: [
    { maximumRetryAttempts: 1 },
    { maximumRetryAttempts: 500 },
    { maximumRetryAttempts: null },
  ],
  maximumRecordAgeInSeconds: [
    { maximumRecordAgeInSeconds: 60 },
    { maximumRecordAgeInSeconds: 3600 },
    { maximumRecordAgeInSeconds: null },
  ],
  bisectBatchOnFunctionError: [
    { bisectBatchOnFunctionError: false },
    { bisectBatchOnFunctionError: null },
  ],
  tumblingWindowInSeconds: [
    { tumblingWindowInSeconds: 1, parallelizationFactor: null },
    { tumblingWindowInSeconds: null },
  ],
  reportBatchItemFailures: [{ reportBatchItemFailures: false }, { reportBatchItemFailures: null }],
  filterPatterns: [
    { filterPatterns: [{ partitionKey: ["key-0", "key-1"] }] },
    { filterPatterns: [{ partitionKey: ["key-1"] }] },
    { filterPatterns: null },
  ],
  filterCriteriaKmsKeyArn: { reason: NEEDS_AWS },
  metrics: [{ metrics: ["EventCount"] }, { metrics: null }],
  onFailure: [
    { onFailure: "none" },
    { onFailure: "queue" },
    { onFailure: "encrypted queue" },
    { onFailure: "sqs" },
    { onFailure: "sns" },
    { onFailure: "s3" },
  ],
  enabled: [{ enabled: false }, { enabled: true }, { enabled: null }],
  dependsOn: { reason: "changes no resource" },
  tags: [{ tags: { team: "analytics" } }, { tags: null }],
  tagsByResource: [{ tagsByResource: { role: { team: "security" } } }, { tagsByResource: null }],
};

export const isWalked = (one: Alternatives | NotWalked): one is Alternatives => Array.isArray(one);

/** Every alternative of every property that is walked. */
export const alternativesIn = (
  table: Readonly<Record<string, Alternatives | NotWalked>>,
): readonly Alternatives[] => Object.values(table).filter(isWalked);
