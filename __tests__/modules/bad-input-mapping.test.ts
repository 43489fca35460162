import { OnFailure, StartingPosition } from "../../modules";
import { aConsumer, refusals, synthesize } from "../helpers/synthesize";

const refusalsOf = (props: Record<string, unknown>): string[] =>
  refusals((stack, providers) => aConsumer(stack, providers, props));

const { AT_TIMESTAMP, LATEST, TRIM_HORIZON } = StartingPosition;
const FILTERS = "see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html";

/** A pattern of so many characters of JSON. */
const patternOf = (length: number) => ({
  data: ["x".repeat(length - JSON.stringify({ data: [""] }).length)],
});

describe("CrossAccountConsumer's mapping", () => {
  describe.each([
    ["batchSize", 1, 10000, "", "omit it for 100"],
    ["maximumBatchingWindowInSeconds", 0, 300, "", "omit it for 0"],
    ["parallelizationFactor", 1, 10, "", "omit it for 1"],
    ["maximumRetryAttempts", 0, 10000, "-1 (no limit) or ", "omit it for 500"],
    [
      "maximumRecordAgeInSeconds",
      60,
      604800,
      "-1 (no limit) or ",
      "omit it for half of the stream's retention, at most a day",
    ],
    ["tumblingWindowInSeconds", 0, 900, "", "omit it for none"],
  ] as const)("%s", (property, min, max, alternative, fix) => {
    const refused = alternative === "" ? [-1, -2] : [-2];
    it.each(
      [...refused, min - 1, max + 1, min + 0.5, `${min}`].filter(
        (value) => value !== -1 || alternative === "",
      ),
    )("fails when it is %j", (value) => {
      expect(refusalsOf({ [property]: value })).toEqual([
        `'${property}' must be ${alternative}an integer from ${min} to ${max}, got ${JSON.stringify(value)}; ${fix}`,
      ]);
    });

    it.each([min, max, ...(alternative === "" ? [] : [-1])])(
      "accepts %j and passes it on",
      (value) => {
        const mapping = synthesize((stack, providers) => {
          aConsumer(stack, providers, { [property]: value });
        }).only("aws_lambda_event_source_mapping");
        const argument = property.replace(/[A-Z]/g, (l) => `_${l.toLowerCase()}`);
        expect(mapping[argument]).toBe(value);
      },
    );
  });

  it("fails when a tumbling window meets a parallelization factor", () => {
    expect(refusalsOf({ tumblingWindowInSeconds: 1, parallelizationFactor: 2 })).toEqual([
      "'tumblingWindowInSeconds' and 'parallelizationFactor' are mutually exclusive, got a window of 1 with factor 2; a window's state is kept per shard: omit 'parallelizationFactor', or omit the window",
    ]);
  });

  it.each([
    { tumblingWindowInSeconds: 0, parallelizationFactor: 10 },
    { tumblingWindowInSeconds: 900, parallelizationFactor: 1 },
  ])("accepts %j", (props) => {
    expect(refusalsOf(props)).toEqual([]);
  });

  describe("startingPosition", () => {
    it("fails when it is unknown", () => {
      const startingPosition = "EARLIEST";
      expect(refusalsOf({ startingPosition })).toEqual([
        `'startingPosition' must be one of TRIM_HORIZON, LATEST, AT_TIMESTAMP, got "EARLIEST"; omit it for TRIM_HORIZON`,
      ]);
    });

    it("fails when AT_TIMESTAMP has no timestamp", () => {
      expect(refusalsOf({ startingPosition: AT_TIMESTAMP })).toEqual([
        "'startingPosition' requires 'startingPositionTimestamp', got AT_TIMESTAMP without one; give the time to start from, as 2026-01-31T08:00:00Z",
      ]);
    });

    it.each([
      [undefined, "the default TRIM_HORIZON"],
      [TRIM_HORIZON, "TRIM_HORIZON"],
      [LATEST, "LATEST"],
    ])("fails when %s has a timestamp", (startingPosition, got) => {
      const startingPositionTimestamp = "2026-01-31T08:00:00Z";
      expect(refusalsOf({ startingPosition, startingPositionTimestamp })).toEqual([
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
        refusalsOf({
          startingPosition: AT_TIMESTAMP,
          startingPositionTimestamp,
        }),
      ).toEqual([
        `'startingPositionTimestamp' must be a time in RFC 3339, not in the future, got "${startingPositionTimestamp}"; write it as 2026-01-31T08:00:00Z`,
      ]);
    });

    it.each([
      "2026-01-31T08:00:00Z",
      "2026-01-31T08:00:00.125Z",
      "2024-02-29T08:00:00+05:30",
      new Date(Date.now() - 1_000).toISOString(),
    ])("accepts %s", (startingPositionTimestamp) => {
      expect(
        refusalsOf({
          startingPosition: AT_TIMESTAMP,
          startingPositionTimestamp,
        }),
      ).toEqual([]);
    });
  });

  describe("filterPatterns", () => {
    it("fails when there are more than ten", () => {
      const filterPatterns = Array(11).fill({ partitionKey: ["a"] });
      expect(refusalsOf({ filterPatterns })).toEqual([
        "'filterPatterns' must be a list of at most 10 patterns, got 11; see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html",
      ]);
    });

    it("fails when one is over 4096 characters", () => {
      const filterPatterns = [patternOf(4096), patternOf(4097)];
      expect(refusalsOf({ filterPatterns })).toEqual([
        `'filterPatterns[1]' must be at most 4096 characters of JSON, got 4097; ${FILTERS}`,
      ]);
    });

    it("fails when one is no pattern, and tells where", () => {
      const filterPatterns = [{ data: ["ok"] }, { data: { type: "order" } }, {}];
      expect(refusalsOf({ filterPatterns })).toEqual([
        `'filterPatterns[1]' must be a list of alternatives or a nested object at data.type, got {"data":{"type":"order"}}; ${FILTERS}`,
        `'filterPatterns[2]' must be an object with at least one key, got {}; ${FILTERS}`,
      ]);
    });

    it("accepts ten, one of 4096 characters", () => {
      const filterPatterns = [...Array(9).fill({ partitionKey: ["a"] }), patternOf(4096)];
      expect(refusalsOf({ filterPatterns })).toEqual([]);
    });
  });

  describe("onFailure", () => {
    const queue = "arn:aws:sqs:eu-central-1:222222222222:failures";
    const topic = "arn:aws:sns:eu-central-1:222222222222:failures";
    const omit = "omit it to have a queue created for this consumer";

    it.each([
      [`${queue}.fifo`, OnFailure.sqs],
      [`${topic}.fifo`, OnFailure.sns],
    ])("fails when it is %s", (arn, kind) => {
      expect(refusalsOf({ onFailure: kind(arn) })).toEqual([
        `'onFailure' must be a standard queue or topic, got "${arn}"; Lambda delivers no failures of a stream to FIFO destinations: give a standard one, or omit it to have a queue created`,
      ]);
    });

    it.each([
      [
        OnFailure.sqs(topic),
        `the ARN of a standard queue (arn:aws:sqs:<region>:<account>:<name>), got "${topic}"; ${omit}`,
      ],
      [
        OnFailure.sqs("https://sqs/failures"),
        `the ARN of a standard queue (arn:aws:sqs:<region>:<account>:<name>), got "https://sqs/failures"; ${omit}`,
      ],
      [
        OnFailure.sns(queue),
        `the ARN of a standard topic (arn:aws:sns:<region>:<account>:<name>), got "${queue}"; ${omit}`,
      ],
      [OnFailure.s3("failures"), `a bucket ARN (arn:aws:s3:::<bucket>), got "failures"; ${omit}`],
      [
        OnFailure.s3("arn:aws:s3:::failures/*"),
        `a bucket ARN (arn:aws:s3:::<bucket>), got "arn:aws:s3:::failures/*"; ${omit}`,
      ],
      [
        OnFailure.s3("arn:aws:s3:::failures", "1234"),
        `a 12-digit AWS account id, as a string, got "1234"; omit it if the consumer's account owns the bucket`,
      ],
    ])("fails when it is %j", (onFailure, sentence) => {
      expect(refusalsOf({ onFailure })).toEqual([`'onFailure' must be ${sentence}`]);
    });
  });

  it("tells all mistakes of the consumer in one error", () => {
    const told = refusalsOf({
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
    expect(told.map((sentence) => sentence.split(" ")[0])).toEqual([
      "'consumerName'",
      "'functionName'",
      "'roleName'",
      "'memorySizeMb'",
      "'logRetentionDays'",
      "'batchSize'",
      "'parallelizationFactor'",
      "'filterPatterns[0]'",
      "'startingPosition'",
      "'onFailure'",
    ]);
  });
});
