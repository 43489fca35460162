import { OnFailure, ReadMode, StartingPosition } from "../../modules";
import { functionReference } from "../../modules/cross-account-consumer/function-kinds";
import { FUNCTION_PROPERTIES } from "../../modules/cross-account-consumer/function-properties";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping-properties";
import { principalArn } from "../../modules/policies/principals";
import * as formats from "../../modules/properties/formats";
import type { Kind } from "../../modules/properties/kinds";
import { CONSTRUCTS, type Declared } from "../helpers/constructs";
import { aConsumer, aStream, ROLE_ARN } from "../helpers/synthesize";
import {
  declaredPrecondition,
  preconditionOf,
  preconditions,
  type Props,
  tokenOf,
  type Tokens,
  withTokens,
} from "../helpers/tokens";

type Row = [name: string, resource: string, others?: Props];

/** Properties whose rule is a precondition for a token, with the resource that gets it. */
const STREAM: readonly Row[] = [
  ["streamName", "stream"],
  ["streamMode", "stream", { shardCount: 1 }],
  ["shardCount", "stream"],
  ["retentionPeriodHours", "stream"],
  ["encryption", "stream"],
  ["deletionWindowInDays", "stream_key"],
  ["keyRotationPeriodInDays", "stream_key"],
  ["keyAliasName", "stream_key"],
  ["maxRecordSizeKib", "stream"],
  ["registeredConsumerLimit", "stream"],
];

const CONSUMER: readonly Row[] = [
  ["consumerName", "consumer", { functionName: "f" }],
  [
    "consumerName",
    "consumer_role-policy",
    { functionName: "f", readMode: ReadMode.SHARED_THROUGHPUT },
  ],
  ["readMode", "consumer"],
  ["functionName", "consumer_function"],
  ["description", "consumer_function"],
  ["roleName", "consumer_role"],
  ["rolePath", "consumer_role"],
  ["permissionsBoundaryArn", "consumer_role"],
  ["handler", "consumer_function"],
  ["runtime", "consumer_function"],
  ["architecture", "consumer_function"],
  ["tracing", "consumer_function"],
  ["memorySizeMb", "consumer_function"],
  ["timeoutSeconds", "consumer_function"],
  ["ephemeralStorageMb", "consumer_function"],
  ["environmentKmsKeyArn", "consumer_function", { environment: { STAGE: "test" } }],
  ["codeSigningConfigArn", "consumer_function"],
  ["logFormat", "consumer_function"],
  ["applicationLogLevel", "consumer_function"],
  ["systemLogLevel", "consumer_function"],
  ["existingLogGroupName", "consumer_function"],
  ["reservedConcurrentExecutions", "consumer_function"],
  ["logRetentionDays", "consumer_log-group"],
  ["logGroupKmsKeyArn", "consumer_log-group"],
  ["batchSize", "consumer_mapping"],
  ["maximumBatchingWindowInSeconds", "consumer_mapping"],
  ["parallelizationFactor", "consumer_mapping"],
  ["maximumRetryAttempts", "consumer_mapping"],
  ["maximumRecordAgeInSeconds", "consumer_mapping"],
  ["tumblingWindowInSeconds", "consumer_mapping"],
  ["startingPosition", "consumer_mapping", { startingPositionTimestamp: "2026-01-31T08:00:00Z" }],
  [
    "startingPositionTimestamp",
    "consumer_mapping",
    { startingPosition: StartingPosition.AT_TIMESTAMP },
  ],
];

const TESTED: readonly [keyof typeof CONSTRUCTS, readonly Row[]][] = [
  ["ProducerStream", STREAM],
  ["CrossAccountConsumer", CONSUMER],
];

/** Tested elsewhere: consumerArn needs an imported stream, and keys have rules about Regions. */
const ELSEWHERE = ["consumerArn", "kmsKeyArn", "filterCriteriaKmsKeyArn"];

describe.each(TESTED)("a token for %s", (construct, rows) => {
  const { properties: table, create }: Declared = CONSTRUCTS[construct];

  it.each<Row>(rows)("%s: the rule is a precondition of %s", (...[name, resource, others]: Row) => {
    const declaration = table[name]!;
    const found = preconditions(
      withTokens((tokens, stack, providers) => {
        create(stack, providers, { ...others, [name]: tokenOf(declaration.kind, tokens) });
      }),
    );

    expect(found).toEqual({ [resource]: [preconditionOf(name, declaration)] });
  });

  it("has a row for every property with a condition", () => {
    const withCondition = Object.keys(table).filter(
      (name) => table[name]!.kind.condition && !ELSEWHERE.includes(name),
    );

    expect([...new Set(rows.map(([name]) => name))].sort()).toEqual(withCondition.sort());
  });
});

it("a token for filterCriteriaKmsKeyArn: its rule and its Region are preconditions of the mapping", () => {
  const found = preconditions(
    withTokens(({ text }, stack, providers) => {
      const filterPatterns = [{ partitionKey: ["a"] }];
      aConsumer(stack, providers, { filterPatterns, filterCriteriaKmsKeyArn: text });
    }),
  );

  expect(found).toEqual({
    consumer_mapping: [
      preconditionOf("filterCriteriaKmsKeyArn", MAPPING_PROPERTIES.filterCriteriaKmsKeyArn),
      {
        condition: '${(element(split(":", var.given), 3) == "eu-central-1")}',
        error_message: expect.stringMatching(/^'filterCriteriaKmsKeyArn' must be in Region /),
      },
    ],
  });
});

describe("a token in a part of a property", () => {
  const queueFix = "omit it to have a queue created for this consumer";
  const { layers } = FUNCTION_PROPERTIES;

  it.each<[string, string, Kind, string, (tokens: Tokens) => Props]>([
    [
      "onFailure",
      "queue",
      formats.queueArn,
      queueFix,
      ({ text }) => ({ onFailure: OnFailure.sqs(text) }),
    ],
    [
      "onFailure",
      "topic",
      formats.topicArn,
      queueFix,
      ({ text }) => ({ onFailure: OnFailure.sns(text) }),
    ],
    [
      "onFailure",
      "bucket",
      formats.bucketArn,
      queueFix,
      ({ text }) => ({ onFailure: OnFailure.s3(text) }),
    ],
    [
      "onFailure",
      "account of a bucket",
      formats.accountId,
      "omit it if the consumer's account owns the bucket",
      ({ text }) => ({ onFailure: OnFailure.s3("arn:aws:s3:::failures", text) }),
    ],
  ])("%s, %s: the rule is a precondition of the mapping", (property, _part, kind, fix, props) => {
    const found = preconditions(
      withTokens((tokens, stack, providers) => aConsumer(stack, providers, props(tokens))),
    );

    expect(found).toEqual({ consumer_mapping: [declaredPrecondition(property, kind, fix)] });
  });

  it("an item of a list: the rule of the items, with the index", () => {
    const inLayers = withTokens(({ text }, stack, providers) =>
      aConsumer(stack, providers, { layers: [text] }),
    );
    const inMetrics = withTokens(({ text }, stack, providers) =>
      aStream(stack, providers, { shardLevelMetrics: [text] }),
    );

    expect(preconditions(inLayers)).toEqual({
      consumer_function: [declaredPrecondition("layers[0]", formats.layerVersionArn, layers.fix)],
    });
    expect(preconditions(inMetrics).stream).toEqual([
      {
        condition: expect.stringMatching(
          /^\$\{contains\(\["IncomingBytes", .*"ALL"\], var\.given\)\}$/,
        ),
        error_message: expect.stringMatching(/^'shardLevelMetrics\[0\]' must be one of/),
      },
    ]);
  });

  it.each([
    [
      "functionName",
      "consumer_mapping",
      functionReference,
      "give the function's name, not its ARN",
    ],
    [
      "roleName",
      "consumer_role-policy",
      formats.roleName,
      "give the name of the function's execution role",
    ],
    [
      "roleArn",
      "consumer_role-policy",
      formats.roleArn,
      "give the ARN of the function's execution role",
    ],
  ] as const)(
    "existingFunction.%s: the rule is a precondition of %s",
    (name, resource, kind, fix) => {
      const found = preconditions(
        withTokens(({ text }, stack, providers) => {
          const existing = { functionName: "reader", roleName: "reader", roleArn: ROLE_ARN };
          aConsumer(stack, providers, { existingFunction: { ...existing, [name]: text } });
        }),
      );

      expect(found[resource]).toContainEqual(
        declaredPrecondition(`existingFunction.${name}`, kind, fix),
      );
    },
  );

  it.each(["grantRead", "grantWrite"] as const)("the principal of %s", (grant) => {
    const found = preconditions(
      withTokens(({ text }, stack, providers) => aStream(stack, providers)[grant](text)),
    );

    expect(found).toEqual({
      "stream_stream-policy": [
        declaredPrecondition("principalArn", principalArn, "grant an account, a role or a user"),
        {
          condition:
            '${(!startswith(var.given, "arn:") || (element(split(":", var.given), 1) == "aws"))}',
          error_message: expect.stringMatching(
            /^'principalArn' must be in the stream's partition aws/,
          ),
        },
      ],
    });
  });
});
