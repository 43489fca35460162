import * as fs from "fs";
import { z } from "zod";
import {
  Architecture,
  OnFailure,
  ReadMode,
  StartingPosition,
  StreamEncryption,
  StreamMode,
  TracingMode,
} from "../modules";

/** Says what a settings file may hold; what the values must be is the constructs' to say. */

const account = z.strictObject({
  /** A 12-digit string: a number would lose leading zeros. */
  accountId: z
    .string("must be a 12-digit AWS account id in quotes")
    .regex(/^\d{12}$/, "must be a 12-digit AWS account id in quotes"),
  /** Profile of the shared AWS configuration; without it the environment's credentials are used. */
  profile: z.string().optional(),
  /** Role to assume with those credentials. */
  assumeRole: z.strictObject({ roleArn: z.string(), externalId: z.string().optional() }).optional(),
});

const tags = z.record(z.string(), z.string()).optional();

/** See ProducerStreamProps. */
const newStream = z.strictObject({
  streamName: z.string(),
  streamMode: z.enum(StreamMode).optional(),
  shardCount: z.number().optional(),
  retentionPeriodHours: z.number().optional(),
  encryption: z.enum(StreamEncryption).optional(),
  kmsKeyArn: z.string().optional(),
  shardLevelMetrics: z.array(z.string()).optional(),
  enforceConsumerDeletion: z.boolean().optional(),
  registeredConsumerLimit: z.number().optional(),
  tags,
});

/** See ProducerStreamAttributes. */
const existingStream = z.strictObject({
  streamArn: z.string(),
  kmsKeyArn: z.string().optional(),
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
  account,
  consumerName: z.string().min(1),
  readMode: z.enum(ReadMode).optional(),
  ...lambdaFunction,
  ...mapping,
  tags,
});

const settings = z
  .strictObject({
    region: z.string(),
    producer: account,
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
  .superRefine((given, context) => {
    const refuse = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: "custom", path, message });
    };
    const credentials = new Map<string, string>();
    given.consumers.forEach((one, index) => {
      const path = ["consumers", index, "account"];
      const { accountId } = one.account;
      const known = credentials.get(accountId) ?? JSON.stringify(one.account);
      credentials.set(accountId, known);
      if (known !== JSON.stringify(one.account)) {
        refuse(
          path,
          `must have the same profile and role as the other consumers of account ${accountId}`,
        );
      }
      const twin = given.consumers.findIndex((other) => other.consumerName === one.consumerName);
      if (twin < index) {
        refuse(
          ["consumers", index, "consumerName"],
          `must be unique, got ${one.consumerName} for consumers[${twin}] as well`,
        );
      }
      if (accountId === given.producer.accountId) {
        refuse(
          [...path, "accountId"],
          `must be another account than the producer's, got ${accountId} for both`,
        );
      }
    });
  });

export type Account = z.output<typeof account>;
export type ConsumerSettings = z.output<typeof consumer>;
export type Settings = z.output<typeof settings>;

/**
 * The settings of one deployment, checked: those of the JSON file that the environment variable
 * DEPLOYMENT names, else those under `deployment` in cdktf.json's context.
 *
 * @throws where the file cannot be read, or with every mistake and its path
 */
export function loadSettings(context: unknown): Settings {
  const file = process.env.DEPLOYMENT;
  const source = file ?? "cdktf.json, context.deployment";
  const result = settings.safeParse(file ? readJson(file) : context);
  if (!result.success) {
    throw new Error(`invalid settings in ${source}:\n${z.prettifyError(result.error)}`);
  }
  return result.data;
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

/** What cdktf's CLI passes on by itself, for when main.ts runs without it. */
export function contextOf(cdktfJson: string): Record<string, unknown> {
  return (readJson(cdktfJson) as { context?: Record<string, unknown> }).context ?? {};
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(
      `cannot read settings from ${file}: ${(error as Error).message}; it must be a JSON file (environment variable DEPLOYMENT names it)`,
    );
  }
}
