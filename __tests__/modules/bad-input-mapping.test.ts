import { OnFailure, StartingPosition } from "../../modules";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping";
import * as formats from "../../modules/properties/formats";
import type { JsonSchema } from "../../modules/properties/json-schema";
import { CONSTRUCTS } from "../helpers/constructs";
import { propertiesOf, sentenceAbout } from "../helpers/sentences";
import { aConsumer, synthesize } from "../helpers/synthesize";

const { refuse } = CONSTRUCTS.CrossAccountConsumer;

const { AT_TIMESTAMP, LATEST, TRIM_HORIZON } = StartingPosition;

/** A pattern whose JSON has this length. */
const patternOf = (length: number) => ({
  data: ["x".repeat(length - JSON.stringify({ data: [""] }).length)],
});

describe("CrossAccountConsumer's mapping", () => {
  const bounds = Object.entries(MAPPING_PROPERTIES).flatMap(([property, { type }]) => {
    const { anyOf = [], ...schema }: JsonSchema = type.schema ?? {};
    return [schema, ...anyOf]
      .flatMap((one) => [one.minimum, one.maximum, one.const])
      .filter((value) => value !== undefined)
      .map((value) => [property, value] as const);
  });

  it.each(bounds)("passes %s on to Lambda when it is %s", (property, value) => {
    const mapping = synthesize((stack, providers) => {
      aConsumer(stack, providers, { [property]: value });
    }).only("aws_lambda_event_source_mapping");
    const argument = property.replace(/[A-Z]/g, (l) => `_${l.toLowerCase()}`);
    expect(mapping[argument]).toBe(value);
  });

  it("fails when a tumbling window is combined with a parallelization factor", () => {
    expect(refuse({ tumblingWindowInSeconds: 1, parallelizationFactor: 2 })).toEqual([
      "'tumblingWindowInSeconds' and 'parallelizationFactor' are mutually exclusive, got a window of 1 with factor 2; a window's state is kept per shard: omit 'parallelizationFactor', or omit the window",
    ]);
  });

  it.each([
    { tumblingWindowInSeconds: 0, parallelizationFactor: 10 },
    { tumblingWindowInSeconds: 900, parallelizationFactor: 1 },
  ])("accepts %j", (props) => {
    expect(refuse(props)).toEqual([]);
  });

  describe("startingPosition", () => {
    it("fails when AT_TIMESTAMP has no timestamp", () => {
      expect(refuse({ startingPosition: AT_TIMESTAMP })).toEqual([
        "'startingPosition' requires 'startingPositionTimestamp', got AT_TIMESTAMP without one; give the time to start from, as 2026-01-31T08:00:00Z",
      ]);
    });

    it.each([
      [undefined, "the default TRIM_HORIZON"],
      [TRIM_HORIZON, "TRIM_HORIZON"],
      [LATEST, "LATEST"],
    ])("fails when %s has a timestamp", (startingPosition, got) => {
      const startingPositionTimestamp = "2026-01-31T08:00:00Z";
      expect(refuse({ startingPosition, startingPositionTimestamp })).toEqual([
        `'startingPositionTimestamp' requires 'startingPosition', got ${got}; set 'startingPosition' to AT_TIMESTAMP, or omit the timestamp`,
      ]);
    });

    it.each([
      "yesterday",
      "2026-01-31",
      "2026-01-31T08:00:00",
      "2026-01-31 08:00:00Z",
      "2026-13-31T08:00:00Z",
      "2026-02-30T08:00:00Z",
      "2026-01-31T24:00:00Z",
      "2026-01-31T08:60:00Z",
      "2026-01-31T08:00:00+99:00",
      "1769846400",
      new Date(Date.now() + 60_000).toISOString(),
      "9999-01-01T00:00:00Z",
    ])("fails when the timestamp is %s", (startingPositionTimestamp) => {
      expect(
        refuse({
          startingPosition: AT_TIMESTAMP,
          startingPositionTimestamp,
        }),
      ).toEqual([
        sentenceAbout(
          "startingPositionTimestamp",
          MAPPING_PROPERTIES.startingPositionTimestamp,
          startingPositionTimestamp,
        ),
      ]);
    });

    it.each([
      "2026-01-31T08:00:00Z",
      "2026-01-31T08:00:00.125Z",
      "2024-02-29T08:00:00+05:30",
      new Date(Date.now() - 1_000).toISOString(),
    ])("accepts %s", (startingPositionTimestamp) => {
      expect(
        refuse({
          startingPosition: AT_TIMESTAMP,
          startingPositionTimestamp,
        }),
      ).toEqual([]);
    });
  });

  describe("filterPatterns", () => {
    it("fails when one is over 4096 characters", () => {
      expect(refuse({ filterPatterns: [patternOf(4096), patternOf(4097)] })).toEqual([
        expect.stringMatching(
          /^'filterPatterns\[1\]' must be at most 4096 characters of JSON, got 4097; /,
        ),
      ]);
    });

    it("fails when one is not a pattern, and names the place in it", () => {
      const filterPatterns = [{ data: ["ok"] }, { data: { type: "order" } }, {}];
      expect(refuse({ filterPatterns })).toEqual([
        expect.stringMatching(/^'filterPatterns\[1\]' must be a list of .* at data\.type, got /),
        expect.stringMatching(/^'filterPatterns\[2\]' must be an object with at least one key, /),
      ]);
    });

    it("accepts ten, one of 4096 characters", () => {
      const filterPatterns = [...Array(9).fill({ partitionKey: ["a"] }), patternOf(4096)];
      expect(refuse({ filterPatterns })).toEqual([]);
    });
  });

  describe("onFailure", () => {
    const queue = "arn:aws:sqs:eu-central-1:222222222222:failures";
    const topic = "arn:aws:sns:eu-central-1:222222222222:failures";

    it.each([
      [`${queue}.fifo`, OnFailure.sqs],
      [`${topic}.fifo`, OnFailure.sns],
    ])("fails when it is %s", (arn, kind) => {
      expect(refuse({ onFailure: kind(arn) })).toEqual([
        expect.stringMatching(/^'onFailure' must be a standard queue or topic, got .*\.fifo"; /),
      ]);
    });

    const { fix } = MAPPING_PROPERTIES.onFailure;
    const ownerFix = "omit it if the consumer's account owns the bucket";
    const bucket = "arn:aws:s3:::failures";

    it.each([
      [OnFailure.sqs(topic), topic, { type: formats.queueArn, fix }],
      [
        OnFailure.sqs("https://sqs/failures"),
        "https://sqs/failures",
        { type: formats.queueArn, fix },
      ],
      [OnFailure.sns(queue), queue, { type: formats.topicArn, fix }],
      [OnFailure.s3("failures"), "failures", { type: formats.bucketArn, fix }],
      [OnFailure.s3(`${bucket}/*`), `${bucket}/*`, { type: formats.bucketArn, fix }],
      [OnFailure.s3(bucket, "1234"), "1234", { type: formats.accountId, fix: ownerFix }],
    ])("fails when it is %j, of which %j is wrong", (onFailure, value, declaration) => {
      expect(refuse({ onFailure })).toEqual([sentenceAbout("onFailure", declaration, value)]);
    });
  });

  it("reports all mistakes of the consumer in one error", () => {
    const sentences = refuse({
      consumerName: "a b",
      functionName: "a.b",
      roleName: "a b",
      memorySizeMb: 1,
      logRetentionDays: 2,
      batchSize: 0,
      parallelizationFactor: 11,
      startingPosition: AT_TIMESTAMP,
      filterPatterns: [{}],
      onFailure: OnFailure.sqs("x"),
    });
    expect(propertiesOf(sentences)).toEqual([
      "consumerName",
      "functionName",
      "roleName",
      "memorySizeMb",
      "logRetentionDays",
      "batchSize",
      "parallelizationFactor",
      "filterPatterns[0]",
      "startingPosition",
      "onFailure",
    ]);
  });
});
