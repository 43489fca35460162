import { TerraformVariable } from "cdktf";
import {
  type CrossAccountConsumerProps,
  OnFailure,
  ProducerStream,
  type ProducerStreamProps,
  ReadMode,
  StartingPosition,
  StreamEncryption,
} from "../../modules";
import { aConsumer, aStream, STREAM_ARN, synthesize } from "../helpers/synthesize";

const warningsOf = (
  consumer: Partial<CrossAccountConsumerProps>,
  producer: Partial<ProducerStreamProps> = {},
): string[] =>
  synthesize((stack, providers) => {
    const stream = aStream(stack, providers, producer);
    aConsumer(stack, providers, { stream, ...consumer });
  }).warnings;

const { AT_TIMESTAMP, LATEST, TRIM_HORIZON } = StartingPosition;

describe("warnings of settings that can lose records or time", () => {
  it("do not appear for defaults", () => {
    expect(warningsOf({})).toEqual([]);
  });

  it("appear for LATEST", () => {
    expect(warningsOf({ startingPosition: LATEST })).toEqual([
      "'startingPosition' is LATEST: records put while the mapping is being created or updated can be missed; TRIM_HORIZON and AT_TIMESTAMP miss none",
    ]);
  });

  it("appear for filter patterns that let no record pass, or may let none", () => {
    const filterPatterns = [{ data: { type: ["order"] } }, { type: ["order"] }];
    expect(warningsOf({ filterPatterns })).toEqual([
      `'filterPatterns[1]' looks for 'type', which is no key of a Kinesis record, so no record passes; the properties of a record's JSON are in 'data': write { "data": { "type": ... } }`,
    ]);
  });

  it("appear for a missing failure destination", () => {
    expect(warningsOf({ onFailure: OnFailure.none() })).toEqual([
      "'onFailure' is none: records that Lambda gives up on leave no trace; omit it to have a queue created",
    ]);
  });

  it("appear for unlimited retries without bisecting", () => {
    expect(
      warningsOf({
        maximumRetryAttempts: -1,
        bisectBatchOnFunctionError: false,
      }),
    ).toEqual([
      "'maximumRetryAttempts' is -1 without 'bisectBatchOnFunctionError': one bad record blocks its shard until it expires",
    ]);
  });

  it("appear for a record age that reaches the stream's retention", () => {
    expect(warningsOf({ maximumRecordAgeInSeconds: 86400 })).toEqual([
      "'maximumRecordAgeInSeconds' is 86400, not less than the stream's retention of 24 hours: records expire before they are reported, and the report is only a pointer to them",
    ]);
    expect(
      warningsOf({ maximumRecordAgeInSeconds: 604800 }, { retentionPeriodHours: 168 }),
    ).toEqual([
      "'maximumRecordAgeInSeconds' is 604800, not less than the stream's retention of 168 hours: records expire before they are reported, and the report is only a pointer to them",
    ]);
  });

  it("appear for an unlimited record age", () => {
    expect(warningsOf({ maximumRecordAgeInSeconds: -1 })).toEqual([
      "'maximumRecordAgeInSeconds' is -1: a record that is retried until it expires is reported once nobody can read it any more; choose less than the stream's retention",
    ]);
  });

  it("appear for a parallelization factor, because of aggregated records", () => {
    const aggregated =
      "'parallelizationFactor' is 2: of records aggregated by the Kinesis Producer Library, those whose partition key differs from the aggregate's";
    expect(warningsOf({ parallelizationFactor: 2 })).toEqual([
      `${aggregated} are dropped and lost`,
    ]);
    expect(
      warningsOf({
        parallelizationFactor: 2,
        readMode: ReadMode.SHARED_THROUGHPUT,
      }),
    ).toEqual([`${aggregated} lose their order`]);
  });

  it("appear for a stream without encryption", () => {
    expect(warningsOf({}, { encryption: StreamEncryption.NONE })).toEqual([
      "'encryption' is NONE: records are stored in the clear; omit it to have a key created that the consumers may use",
    ]);
  });

  it("appear for replacing the resource policy of an existing stream", () => {
    const warnings = (owned: boolean) =>
      synthesize((stack, { producer }) => {
        ProducerStream.fromAttributes(stack, "stream", {
          streamArn: STREAM_ARN,
          provider: owned ? producer : undefined,
        });
      }).warnings;
    expect(warnings(true)).toEqual([
      "'provider' is given, so the resource policy managed here REPLACES the one that the stream has: repeat what must stay with grantRead and grantWrite, or omit 'provider' and attach the documents for the owner yourself",
    ]);
    expect(warnings(false)).toEqual([]);
  });

  it("do not appear for tokens", () => {
    const { warnings } = synthesize((stack, providers) => {
      const given = new TerraformVariable(stack, "given", {}).numberValue;
      const stream = aStream(stack, providers, { retentionPeriodHours: given });
      aConsumer(stack, providers, {
        stream,
        maximumRecordAgeInSeconds: 604800,
        parallelizationFactor: given,
      });
    });
    expect(warnings).toEqual([]);
  });

  it.each<[Partial<CrossAccountConsumerProps>, Partial<ProducerStreamProps>]>([
    [{ startingPosition: TRIM_HORIZON }, {}],
    [
      {
        startingPosition: AT_TIMESTAMP,
        startingPositionTimestamp: "2026-01-31T08:00:00Z",
      },
      {},
    ],
    [{ onFailure: OnFailure.sqs("arn:aws:sqs:eu-central-1:222222222222:q") }, {}],
    [{ maximumRetryAttempts: -1 }, {}],
    [{ maximumRetryAttempts: 10000, bisectBatchOnFunctionError: false }, {}],
    [{ maximumRecordAgeInSeconds: 86399 }, {}],
    [{ maximumRecordAgeInSeconds: 604800 }, { retentionPeriodHours: 169 }],
    [{ parallelizationFactor: 1 }, {}],
    [{ tumblingWindowInSeconds: 60 }, {}],
    [{ reportBatchItemFailures: false, enabled: false }, {}],
    [{}, { encryption: StreamEncryption.CUSTOMER_MANAGED_KEY }],
  ])("do not appear for %j with a stream of %j", (consumer, producer) => {
    expect(warningsOf(consumer, producer)).toEqual([]);
  });
});
