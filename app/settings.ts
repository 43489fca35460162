import { z } from "zod";
import { Account, account, accountReference, accountResolver } from "./accounts";
import { outputName } from "./outputs";
import {
  Architecture,
  OnFailure,
  ReadMode,
  StartingPosition,
  StreamEncryption,
  StreamMode,
  TracingMode,
} from "../modules";

export const DEFAULT_NAME = "cross-account-kinesis";

/** Says what a settings file may hold; what the values must be is the constructs' to say. */

const tags = z.record(z.string(), z.string()).optional();

/** See ProducerStreamProps. */
const newStream = z.strictObject({
  streamName: z.string(),
  streamMode: z.enum(StreamMode).optional(),
  shardCount: z.number().optional(),
  retentionPeriodHours: z.number().optional(),
  encryption: z.enum(StreamEncryption).optional(),
  kmsKeyArn: z.string().optional(),
  previousKmsKeyArns: z.array(z.string()).optional(),
  retainKey: z.boolean().optional(),
  deletionWindowInDays: z.number().optional(),
  preventDestroy: z.boolean().optional(),
  shardLevelMetrics: z.array(z.string()).optional(),
  enforceConsumerDeletion: z.boolean().optional(),
  registeredConsumerLimit: z.number().optional(),
  tags,
});

/** See ProducerStreamAttributes. */
const existingStream = z.strictObject({
  streamArn: z.string(),
  kmsKeyArn: z.string().optional(),
  previousKmsKeyArns: z.array(z.string()).optional(),
  registeredConsumerLimit: z.number().optional(),
});

/** Chosen by key, so that a mistake is reported for the kind that was meant. */
const stream = z.record(z.string(), z.unknown()).transform((given, context) => {
  const shape = "streamArn" in given ? existingStream : newStream;
  const result = shape.safeParse(given);
  result.error?.issues.forEach((issue) => context.addIssue({ ...issue, code: "custom" }));
  return result.data ?? z.NEVER;
});

/** See OnFailure. */
const onFailure = z.union(
  [
    z.literal(["queue", "none"]),
    z.strictObject({ sqs: z.string() }),
    z.strictObject({ sns: z.string() }),
    z.strictObject({
      s3: z.string(),
      bucketAccountId: z.string().optional(),
    }),
  ],
  'must be "queue", "none", {"sqs": ARN}, {"sns": ARN} or {"s3": bucket ARN}',
);

/** See FunctionProps. */
const lambdaFunction = {
  /** A directory; ours logs each record. Left alone with `existingFunction`. */
  code: z.string().default("handler/dist"),
  existingFunction: z
    .strictObject({
      functionName: z.string(),
      roleName: z.string(),
      roleArn: z.string(),
    })
    .optional(),
  functionName: z.string().optional(),
  roleName: z.string().optional(),
  handler: z.string().optional(),
  runtime: z.string().optional(),
  architecture: z.enum(Architecture).optional(),
  memorySizeMb: z.number().optional(),
  timeoutSeconds: z.number().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  layers: z.array(z.string()).optional(),
  vpc: z
    .strictObject({
      subnetIds: z.array(z.string()),
      securityGroupIds: z.array(z.string()),
    })
    .optional(),
  reservedConcurrentExecutions: z.number().optional(),
  tracing: z.enum(TracingMode).optional(),
  logRetentionDays: z.number().optional(),
  permissionsBoundaryArn: z.string().optional(),
};

/** See MappingProps. */
const mapping = {
  startingPosition: z.enum(StartingPosition).optional(),
  startingPositionTimestamp: z.string().optional(),
  batchSize: z.number().optional(),
  maximumBatchingWindowInSeconds: z.number().optional(),
  parallelizationFactor: z.number().optional(),
  maximumRetryAttempts: z.number().optional(),
  maximumRecordAgeInSeconds: z.number().optional(),
  bisectBatchOnFunctionError: z.boolean().optional(),
  tumblingWindowInSeconds: z.number().optional(),
  reportBatchItemFailures: z.boolean().optional(),
  filterPatterns: z.array(z.record(z.string(), z.unknown())).optional(),
  onFailure: onFailure.optional(),
  enabled: z.boolean().optional(),
};

/** See CrossAccountConsumerProps. */
const consumer = z.strictObject({
  account: accountReference,
  consumerName: z.string().min(1),
  /** Part of the Terraform addresses: keeping it lets a consumer be renamed. Default: consumerName. */
  id: z.string().min(1).optional(),
  readMode: z.enum(ReadMode).optional(),
  ...lambdaFunction,
  ...mapping,
  tags,
});

export const deployment = z
  .strictObject({
    /** Names the stack, its directory in the output, and its local state. */
    name: z
      .string()
      .regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, hyphens or underscores")
      .default(DEFAULT_NAME),
    region: z.string(),
    /** Accounts by a name of the user's choice. One keeps its provider until it is taken out. */
    accounts: z.record(z.string(), account).default({}),
    producer: accountReference,
    stream,
    /** Principals of any account that may put records. */
    writers: z.array(z.string()).default([]),
    consumers: z.array(consumer).min(1),
    /** Where the state is kept, locked by S3 itself (Terraform 1.10 or newer). */
    backend: z
      .strictObject({
        bucket: z.string(),
        key: z.string(),
        region: z.string(),
        profile: z.string().optional(),
        kmsKeyId: z.string().optional(),
      })
      .optional(),
  })
  .transform((given, context): Settings => {
    const addError = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: "custom", path, message });
    };
    const resolve = accountResolver(given.accounts, addError);
    const producer = resolve(given.producer, ["producer"]);
    const consumers = given.consumers.map((one, index) => ({
      ...one,
      id: one.id ?? one.consumerName,
      account: resolve(one.account, ["consumers", index, "account"]),
    }));
    for (const property of ["consumerName", "id"] as const) {
      consumers.forEach((one, index) => {
        const first = consumers.findIndex((other) => isSame(other[property], one[property]));
        if (first < index && (property === "consumerName" || !isSame(one.id, one.consumerName))) {
          addError(
            ["consumers", index, property],
            `must be unique, also with hyphens for dots, got ${one[property]} for consumers[${first}] as well`,
          );
        }
      });
    }
    return { ...given, producer, consumers };
  });

/** Names of Terraform outputs take no dots, so dots count as hyphens. */
const isSame = (one: string, other: string): boolean => outputName(one) === outputName(other);

type ConsumerInput = z.output<typeof consumer>;
export type ConsumerSettings = Omit<ConsumerInput, "account" | "id"> & {
  readonly id: string;
  readonly account: Account;
};

/** The settings of one deployment, with every account found. */
export interface Settings {
  readonly name: string;
  readonly region: string;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly producer: Account;
  readonly stream: z.output<typeof stream>;
  readonly writers: readonly string[];
  readonly consumers: readonly ConsumerSettings[];
  readonly backend?: {
    readonly bucket: string;
    readonly key: string;
    readonly region: string;
    readonly profile?: string;
    readonly kmsKeyId?: string;
  };
}

export function onFailureOf(setting: ConsumerSettings["onFailure"]): OnFailure | undefined {
  if (setting === undefined || setting === "queue") {
    return undefined;
  }
  if (setting === "none") {
    return OnFailure.none();
  }
  if ("sqs" in setting) {
    return OnFailure.sqs(setting.sqs);
  }
  return "sns" in setting
    ? OnFailure.sns(setting.sns)
    : OnFailure.s3(setting.s3, setting.bucketAccountId);
}
