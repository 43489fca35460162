import { OnFailure, ReadMode, StartingPosition } from "../../modules";
import { functionReference } from "../../modules/lambda-function/existing-function";
import { FUNCTION_PROPERTIES } from "../../modules/lambda-function/function-properties";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping";
import { principalArn } from "../../modules/policies/principals";
import * as formats from "../../modules/properties/formats";
import type { PropertyType } from "../../modules/properties/property-types";
import { CONSTRUCTS, type Declared } from "../helpers/constructs";
import { REFUSED_BY_PROVIDER } from "../helpers/refused-by-provider";
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

type Row = [name: string, others?: Props];

/** Properties whose rule is a precondition for a token. */
const STREAM: readonly Row[] = [
  ["streamName"],
  ["encryption"],
  ["maxRecordSizeKib"],
  ["registeredConsumerLimit"],
];

const CONSUMER: readonly Row[] = [
  ["consumerName", { functionName: "f" }],
  ["consumerName", { functionName: "f", readMode: ReadMode.SHARED_THROUGHPUT }],
  ["readMode"],
  ["description"],
  ["rolePath"],
  ["permissionsBoundaryArn"],
  ["handler"],
  ["environmentKmsKeyArn", { environment: { STAGE: "test" } }],
  ["codeSigningConfigArn"],
  ["reservedConcurrentExecutions"],
  ["logGroupKmsKeyArn"],
  ["batchSize"],
  ["maximumBatchingWindowInSeconds"],
  ["startingPositionTimestamp", { startingPosition: StartingPosition.AT_TIMESTAMP }],
];

const TESTED: readonly [keyof typeof CONSTRUCTS, resource: string, readonly Row[]][] = [
  ["ProducerStream", "stream", STREAM],
  ["CrossAccountConsumer", "consumer_mapping", CONSUMER],
];

/** Tested elsewhere: consumerArn needs an imported stream, and keys have rules about Regions. */
const ELSEWHERE = ["consumerArn", "kmsKeyArn", "filterCriteriaKmsKeyArn"];

describe.each(TESTED)("a token for %s", (construct, resource, rows) => {
  const { properties: table, create }: Declared = CONSTRUCTS[construct];
  const refusedByProvider = Object.entries(REFUSED_BY_PROVIDER[construct]);

  const preconditionsWith = (name: string, others?: Props) =>
    preconditions(
      withTokens((tokens, stack, providers) => {
        create(stack, providers, { ...others, [name]: tokenOf(table[name]!.type, tokens) });
      }),
    );

  it.each<Row>(rows)(`%s: the rule is a precondition of ${resource}`, (...[name, others]: Row) => {
    expect(preconditionsWith(name, others)).toEqual({
      [resource]: [preconditionOf(name, table[name]!)],
    });
  });

  it.each(refusedByProvider)("%s: the provider has the rule", (name, others) => {
    expect(preconditionsWith(name, others)).toEqual({});
  });

  it("has a row for every property with a condition", () => {
    const withCondition = Object.keys(table).filter(
      (name) => table[name]!.type.condition && !ELSEWHERE.includes(name),
    );
    const tested = [...rows, ...refusedByProvider].map(([name]) => name);

    expect([...new Set(tested)].sort()).toEqual(withCondition.sort());
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

  it.each<[string, string, PropertyType, string, (tokens: Tokens) => Props]>([
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
      consumer_mapping: [declaredPrecondition("layers[0]", formats.layerVersionArn, layers.fix)],
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
    ["functionName", functionReference, "give the function's name, not its ARN"],
    ["roleName", formats.roleName, "give the name of the function's execution role"],
    ["roleArn", formats.roleArn, "give the ARN of the function's execution role"],
  ] as const)(
    "existingFunction.%s: the rule is a precondition of the mapping",
    (name, kind, fix) => {
      const found = preconditions(
        withTokens(({ text }, stack, providers) => {
          const existing = { functionName: "reader", roleName: "reader", roleArn: ROLE_ARN };
          aConsumer(stack, providers, { existingFunction: { ...existing, [name]: text } });
        }),
      );

      expect(found.consumer_mapping).toContainEqual(
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
