/** Settings as a user writes them, for main.ts. */

const producer = { accountId: "111111111111" };
const stream = { streamName: "orders" };

export const analytics = {
  account: { accountId: "222222222222" },
  consumerName: "analytics",
};

export const archive = {
  account: { accountId: "333333333333" },
  consumerName: "archive",
  readMode: "SHARED_THROUGHPUT",
};

/** Every mapping option and most of the function's. */
export const fraud = {
  account: { accountId: "444444444444" },
  consumerName: "fraud",
  functionName: "fraud-detection",
  description: "Finds fraud",
  roleName: "fraud-detection-role",
  policyStatements: [
    {
      actions: ["dynamodb:PutItem"],
      resources: ["arn:aws:dynamodb:us-east-1:444444444444:table/fraud"],
      conditions: { StringEquals: { "dynamodb:LeadingKeys": ["card"] } },
    },
  ],
  alias: { name: "live" },
  applicationLogLevel: "DEBUG",
  runtime: "nodejs22.x",
  handler: "index.handler",
  architecture: "x86_64",
  memorySizeMb: 512,
  timeoutSeconds: 120,
  environment: { LOG_LEVEL: "debug" },
  vpc: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
  reservedConcurrentExecutions: 5,
  tracing: "Active",
  logRetentionDays: 14,
  startingPosition: "AT_TIMESTAMP",
  startingPositionTimestamp: "2026-01-31T08:00:00Z",
  batchSize: 500,
  maximumBatchingWindowInSeconds: 5,
  parallelizationFactor: 1,
  maximumRetryAttempts: 3,
  maximumRecordAgeInSeconds: 3600,
  bisectBatchOnFunctionError: false,
  tumblingWindowInSeconds: 60,
  reportBatchItemFailures: false,
  filterPatterns: [{ data: { amount: [{ numeric: [">", 100] }] } }],
  onFailure: { s3: "arn:aws:s3:::fraud-failures" },
  enabled: false,
  tags: { team: "fraud" },
};

export const settings = (...consumers: object[]): object => ({
  region: "us-east-1",
  producer,
  stream,
  writers: ["arn:aws:iam::555555555555:root"],
  consumers,
});
