import type { Change } from "../../../app/changes/change";
import * as types from "../../../app/changes/resource-types";
import { CHANGES } from "../../../app/changes/table";
import { PERMISSIONS } from "../../../app/permissions/table";
import type { CrossAccountConsumerProps, ProducerStreamProps } from "../../../modules";

/** All properties. A property that is missing here, or that does not exist, does not compile. */
const PROPERTIES: Record<
  keyof Required<CrossAccountConsumerProps> | keyof Required<ProducerStreamProps>,
  true
> = {
  alias: true,
  applicationLogLevel: true,
  architecture: true,
  batchSize: true,
  bisectBatchOnFunctionError: true,
  code: true,
  codeSigningConfigArn: true,
  consumerArn: true,
  consumerName: true,
  deletionWindowInDays: true,
  dependsOn: true,
  description: true,
  enabled: true,
  encryption: true,
  enforceConsumerDeletion: true,
  environment: true,
  environmentKmsKeyArn: true,
  ephemeralStorageMb: true,
  existingFunction: true,
  existingLogGroupName: true,
  fileSystem: true,
  filterCriteriaKmsKeyArn: true,
  filterPatterns: true,
  functionName: true,
  handler: true,
  imageConfig: true,
  keyAliasName: true,
  keyRotationPeriodInDays: true,
  kmsKeyArn: true,
  layers: true,
  logFormat: true,
  logGroupKmsKeyArn: true,
  logRetentionDays: true,
  managedPolicyArns: true,
  maxRecordSizeKib: true,
  maximumBatchingWindowInSeconds: true,
  maximumRecordAgeInSeconds: true,
  maximumRetryAttempts: true,
  memorySizeMb: true,
  metrics: true,
  onFailure: true,
  parallelizationFactor: true,
  permissionsBoundaryArn: true,
  policyStatements: true,
  preventDestroy: true,
  previousKmsKeyArns: true,
  provider: true,
  readMode: true,
  registeredConsumerLimit: true,
  reportBatchItemFailures: true,
  reservedConcurrentExecutions: true,
  retainKey: true,
  retentionPeriodHours: true,
  roleName: true,
  rolePath: true,
  runtime: true,
  shardCount: true,
  shardLevelMetrics: true,
  snapStart: true,
  startingPosition: true,
  startingPositionTimestamp: true,
  stream: true,
  streamMode: true,
  streamName: true,
  systemLogLevel: true,
  tags: true,
  tagsByResource: true,
  timeoutSeconds: true,
  tracing: true,
  tumblingWindowInSeconds: true,
  vpc: true,
};

const rows: Change[] = Object.values(CHANGES);

describe("the table of changes", () => {
  it("has a row for every property of both constructs", () => {
    const covered = new Set(rows.flatMap((row) => ("properties" in row ? row.properties : [])));
    expect([...covered].sort()).toEqual(Object.keys(PROPERTIES).sort());
  });
});

describe("the types of resources that the table names", () => {
  it("are those that the deploying roles have permissions for", () => {
    const names = Object.values(types);

    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !(name in PERMISSIONS))).toEqual([]);
  });
});
