import {
  ApplicationLogLevel,
  Architecture,
  type CrossAccountConsumerProps,
  LambdaCode,
  OnFailure,
  type ProducerStreamProps,
  ReadMode,
  StartingPosition,
  StreamEncryption,
  StreamMode,
  SystemLogLevel,
  TracingMode,
} from "../../../modules";
import { CONSUMER, PRODUCER, REGION } from "../deployment";
import { missingCode, newCode, windowCode } from "./code";

export const WRITER = "555555555555";
export const BROKEN = "333333333333";
export const FOURTH = "444444444444";
export const LATER = "666666666666";
const MOVED = "777777777777";

/** Resources that the test creates before the first apply. */
export interface Existing {
  readonly keys: readonly [string, string];
  readonly queueArn: string;
  readonly roleArn: string;
  readonly boundaryArn: string;
}

const KEY = `arn:aws:kms:${REGION}:${CONSUMER}:key/11111111-2222-3333-4444-555555555555`;
const LAYER = `arn:aws:lambda:${REGION}:${FOURTH}:layer:extension:1`;

type StreamProps = Omit<ProducerStreamProps, "provider">;
type ConsumerProps = Partial<CrossAccountConsumerProps> & {
  readonly streamId?: string;
  readonly account?: string;
};

/** One entry per round; the last one applies to all later rounds. `undefined`: the construct does not exist. */
type Rounds<T> = readonly (T | undefined)[];

/** Properties that replace those of the round, by construct id. */
export interface Overrides {
  readonly streams?: Readonly<Record<string, StreamProps>>;
  readonly consumers?: Readonly<Record<string, ConsumerProps>>;
}

const { NONE } = StreamEncryption;
const SHARED = { readMode: ReadMode.SHARED_THROUGHPUT };
const EFO = { readMode: ReadMode.ENHANCED_FAN_OUT };

const TAGS = { tags: { team: "analytics" }, tagsByResource: { role: { team: "security" } } };
const WINDOW_CODE = { ...SHARED, code: windowCode() };
const NEW_CODE = { code: newCode(), handler: "index.run" };

const FUNCTION_SETTINGS = {
  ...NEW_CODE,
  description: "Delivers what it is given",
  memorySizeMb: 512,
  timeoutSeconds: 30,
  environment: { STAGE: "production" },
  reservedConcurrentExecutions: 5,
};

export const streams = ({ keys }: Existing): Record<string, Rounds<StreamProps>> => ({
  main: [{ streamName: "main", shardCount: 2 }],
  capacity: [
    { streamName: "capacity", shardCount: 2 },
    {
      streamName: "capacity",
      shardCount: 4,
      retentionPeriodHours: 48,
      shardLevelMetrics: ["IncomingBytes"],
      enforceConsumerDeletion: true,
      registeredConsumerLimit: 50,
      deletionWindowInDays: 7,
      tags: { team: "orders" },
    },
    {
      streamName: "capacity",
      streamMode: StreamMode.ON_DEMAND,
      retentionPeriodHours: 24,
      deletionWindowInDays: 7,
      tags: { team: "orders" },
    },
  ],
  reserved: [
    { streamName: "reserved", streamMode: StreamMode.ON_DEMAND, encryption: NONE },
    { streamName: "reserved", shardCount: 2, encryption: NONE },
  ],
  shrunk: [{ streamName: "shrunk", shardCount: 4, encryption: NONE }],
  encryption: [
    { streamName: "encryption", shardCount: 1, encryption: NONE },
    { streamName: "encryption", shardCount: 1 },
    { streamName: "encryption", shardCount: 1, encryption: NONE, retainKey: true },
  ],
  retained: [
    { streamName: "retained", shardCount: 1, encryption: NONE, retainKey: true },
    { streamName: "retained", shardCount: 1, encryption: NONE },
  ],
  keys: [
    { streamName: "keys", shardCount: 1 },
    { streamName: "keys", shardCount: 1, kmsKeyArn: keys[0], retainKey: true },
    {
      streamName: "keys",
      shardCount: 1,
      kmsKeyArn: keys[1],
      previousKmsKeyArns: [keys[0]],
      retainKey: true,
    },
  ],
  plain: [
    { streamName: "plain", shardCount: 1, encryption: NONE },
    { streamName: "plain", shardCount: 1, kmsKeyArn: keys[0] },
    { streamName: "plain", shardCount: 1, encryption: NONE, previousKmsKeyArns: [keys[0]] },
  ],
  given: [
    { streamName: "given", shardCount: 1, kmsKeyArn: keys[0] },
    { streamName: "given", shardCount: 1, previousKmsKeyArns: [keys[0]] },
  ],
  abandoned: [
    { streamName: "abandoned", shardCount: 1 },
    { streamName: "abandoned", shardCount: 1, encryption: NONE },
  ],
  renamed: [
    { streamName: "renamed", shardCount: 1 },
    { streamName: "renamed-2", shardCount: 1 },
  ],
});

export const consumers = (existing: Existing): Record<string, Rounds<ConsumerProps>> => ({
  settings: [
    EFO,
    {
      ...EFO,
      batchSize: 10,
      maximumBatchingWindowInSeconds: 1,
      parallelizationFactor: 2,
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: false,
      maximumRetryAttempts: 501,
      maximumRecordAgeInSeconds: 86000,
      startingPosition: StartingPosition.AT_TIMESTAMP,
      startingPositionTimestamp: "2026-01-31T08:00:00.123+01:00",
    },
    { ...EFO, maximumRetryAttempts: 3, maximumRecordAgeInSeconds: 3600 },
  ],
  function: [
    SHARED,
    { ...SHARED, ...FUNCTION_SETTINGS },
    {
      ...SHARED,
      ...FUNCTION_SETTINGS,
      logRetentionDays: 14,
      permissionsBoundaryArn: existing.boundaryArn,
      policyStatements: [
        {
          actions: ["dynamodb:PutItem"],
          resources: [`arn:aws:dynamodb:${REGION}:${CONSUMER}:table/orders`],
        },
      ],
      managedPolicyArns: [existing.boundaryArn],
    },
  ],
  aliased: [SHARED, { ...SHARED, alias: { name: "live" } }, SHARED],
  rollout: [
    { ...SHARED, alias: { name: "live" } },
    { ...SHARED, alias: { name: "live" }, ...NEW_CODE },
    { ...SHARED, alias: { name: "live", functionVersion: "1" }, ...NEW_CODE },
  ],
  tagged: [
    WINDOW_CODE,
    { ...WINDOW_CODE, ...TAGS },
    { ...WINDOW_CODE, ...TAGS, tumblingWindowInSeconds: 1 },
  ],
  names: [
    EFO,
    { ...EFO, functionName: "names-2" },
    { ...EFO, functionName: "names-2", roleName: "names-3", rolePath: "/pipelines/" },
  ],
  registered: [
    { ...EFO, functionName: "registered" },
    { ...EFO, functionName: "registered", consumerName: "registered-2" },
  ],
  replaced: [SHARED, undefined],
  "replaced-2": [undefined, SHARED, { ...SHARED, tracing: TracingMode.ACTIVE }],
  kept: [SHARED, { ...SHARED, functionName: "kept-2" }],
  mode: [
    EFO,
    SHARED,
    {
      ...EFO,
      startingPosition: StartingPosition.AT_TIMESTAMP,
      // The test sets it to a time shortly before the change.
      startingPositionTimestamp: "now",
    },
  ],
  replay: [SHARED],
  filtered: [SHARED, { ...SHARED, filterPatterns: [{ partitionKey: ["key-0"] }] }, SHARED],
  paused: [SHARED, { ...SHARED, enabled: false }, SHARED],
  destination: [
    SHARED,
    { ...SHARED, onFailure: OnFailure.sqs(existing.queueArn) },
    { ...SHARED, onFailure: OnFailure.none() },
  ],
  reporting: [
    { ...SHARED, onFailure: OnFailure.none() },
    SHARED,
    { ...SHARED, onFailure: OnFailure.queue({ kmsKeyArn: existing.keys[0] }) },
  ],
  swapped: [
    SHARED,
    {
      ...SHARED,
      existingFunction: { functionName: "echo", roleName: "echo", roleArn: existing.roleArn },
    },
    SHARED,
  ],
  later: [undefined, { ...SHARED, account: LATER }, undefined],
  broken: [
    { ...SHARED, account: BROKEN, code: missingCode() },
    { ...SHARED, account: BROKEN },
  ],
  fourth: [{ ...SHARED, account: FOURTH }],
  neighbour: [{ ...SHARED, account: PRODUCER }],
  capacity: [{ ...SHARED, streamId: "capacity" }],
  reserved: [{ ...SHARED, streamId: "reserved" }],
  encryption: [{ ...SHARED, streamId: "encryption" }],
  retained: [{ ...SHARED, streamId: "retained" }],
  keys: [{ ...SHARED, streamId: "keys" }],
  plain: [{ ...SHARED, streamId: "plain" }],
  given: [{ ...SHARED, streamId: "given" }],
  abandoned: [
    { ...SHARED, streamId: "abandoned", enabled: false },
    { ...SHARED, streamId: "abandoned", enabled: false },
    { ...SHARED, streamId: "abandoned" },
  ],
  renamed: [
    { ...SHARED, streamId: "renamed", enabled: false },
    { ...SHARED, streamId: "renamed", enabled: false },
    { ...SHARED, streamId: "renamed" },
  ],
});

/** Changes that are only planned after the last round, since the local AWS cannot apply them. */
export const PLANNED: Overrides = {
  streams: {
    shrunk: { streamName: "shrunk", shardCount: 1, encryption: NONE },
    renamed: {
      streamName: "renamed-2",
      shardCount: 1,
      keyRotationPeriodInDays: 180,
      keyAliasName: "alias/records",
    },
  },
  consumers: {
    fourth: {
      ...SHARED,
      account: FOURTH,
      runtime: "provided.al2023",
      architecture: Architecture.X86_64,
      layers: [LAYER],
      codeSigningConfigArn: `arn:aws:lambda:${REGION}:${FOURTH}:code-signing-config:csc-0a1b2c3d4e5f60718`,
    },
    filtered: {
      ...SHARED,
      vpc: {
        subnetIds: ["subnet-1"],
        securityGroupIds: ["sg-1"],
        ipv6AllowedForDualStack: true,
      },
      fileSystem: {
        accessPointArn: `arn:aws:elasticfilesystem:${REGION}:${CONSUMER}:access-point/fsap-0a1b2c3d4e5f60718`,
        localMountPath: "/mnt/data",
      },
    },
    keys: {
      ...SHARED,
      streamId: "keys",
      code: LambdaCode.fromImage(`${CONSUMER}.dkr.ecr.${REGION}.amazonaws.com/reader:1`),
      imageConfig: { command: ["index.handler"] },
    },
    paused: { ...SHARED, alias: { name: "live" }, snapStart: true, runtime: "java21" },
    aliased: { ...SHARED, environment: { STAGE: "production" }, environmentKmsKeyArn: KEY },
    destination: {
      ...SHARED,
      onFailure: OnFailure.none(),
      ephemeralStorageMb: 1024,
      applicationLogLevel: ApplicationLogLevel.WARN,
      systemLogLevel: SystemLogLevel.WARN,
    },
    tagged: {
      ...WINDOW_CODE,
      ...TAGS,
      tumblingWindowInSeconds: 1,
      existingLogGroupName: "/shared/functions",
    },
    replay: { ...SHARED, account: MOVED },
    neighbour: { ...SHARED, account: PRODUCER, metrics: ["EventCount"] },
    swapped: {
      ...SHARED,
      filterPatterns: [{ partitionKey: ["key-0"] }],
      filterCriteriaKmsKeyArn: `arn:aws:kms:${REGION}:${FOURTH}:key/11111111-2222-3333-4444-555555555555`,
    },
  },
};

export const at = <T>(rounds: Rounds<T>, round: number): T | undefined =>
  rounds[Math.min(round, rounds.length - 1)];
