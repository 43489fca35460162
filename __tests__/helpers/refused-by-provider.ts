import type { CONSTRUCTS } from "./constructs";
import type { Props } from "./tokens";

/**
 * Properties whose wrong values the AWS provider refuses at plan, with the other properties that they
 * need. A token for them has no precondition (tokens.test.ts); provider-refusals.test.ts plans them.
 */
export const REFUSED_BY_PROVIDER: Readonly<Record<keyof typeof CONSTRUCTS, Record<string, Props>>> =
  {
    ProducerStream: {
      streamMode: {},
      shardCount: {},
      retentionPeriodHours: {},
      deletionWindowInDays: {},
      keyRotationPeriodInDays: {},
      keyAliasName: {},
    },
    "ProducerStream.fromAttributes": {},
    CrossAccountConsumer: {
      functionName: {},
      roleName: {},
      runtime: {},
      architecture: {},
      memorySizeMb: {},
      timeoutSeconds: {},
      ephemeralStorageMb: {},
      tracing: {},
      logFormat: {},
      applicationLogLevel: {},
      systemLogLevel: {},
      existingLogGroupName: {},
      logRetentionDays: {},
      startingPosition: { startingPositionTimestamp: "2026-01-31T08:00:00Z" },
      parallelizationFactor: {},
      maximumRetryAttempts: {},
      maximumRecordAgeInSeconds: {},
      tumblingWindowInSeconds: {},
    },
  };
