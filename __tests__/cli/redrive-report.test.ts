import { parseReport } from "../../cli/src/redrive/report";
import { invocationRecord, record, STREAM, FUNCTION } from "./redrive-records";

const parse = (body: unknown, holdsRecords = true) =>
  parseReport("m-1", typeof body === "string" ? body : JSON.stringify(body), { holdsRecords });

describe("a report of a failed batch", () => {
  const expected = {
    id: "m-1",
    functionArn: FUNCTION,
    streamArn: STREAM,
    shardId: "shardId-000000000001",
    start: 49601189658422359378836298521827638475320189012309704722n,
    end: 49601189658422359378836298522902373528957594348623495186n,
    batchSize: 500,
    firstArrival: new Date("2019-11-14T00:38:04.835Z"),
    lastArrival: new Date("2019-11-14T00:38:05.580Z"),
    condition: "RetryAttemptsExhausted",
  };

  it("is read with sequence numbers in full precision", () => {
    expect(parse(invocationRecord())).toEqual(expected);
  });

  it("is read without its condition if that is not a word", () => {
    const { condition: _none, ...rest } = expected;
    const requestContext = { functionArn: FUNCTION, condition: "a\nb" };

    expect(parse(invocationRecord({ requestContext }))).toEqual(rest);
  });

  it("is read from an SNS notification in the queue", () => {
    const Message = JSON.stringify(invocationRecord());

    expect(parse({ Type: "Notification", Message })).toEqual(expected);
  });

  it("is read with the records of an S3 object", () => {
    const payload = JSON.stringify({ Records: [{ kinesis: record(1) }] });

    expect(parse(invocationRecord({ payload }))).toEqual({ ...expected, payload: [record(1)] });
  });

  it.each([null, undefined])("is read with records whose partition key is %s", (partitionKey) => {
    const kinesis = { ...record(1), partitionKey };

    expect(parse(invocationRecord({ payload: { Records: [{ kinesis }] } }))).toHaveProperty(
      "payload.length",
      1,
    );
  });

  it("is refused from a queue if it holds records, which Lambda writes to S3 only", () => {
    const payload = JSON.stringify({ Records: [{ kinesis: record(1) }] });

    expect(parse(invocationRecord({ payload }), false)).toEqual({
      id: "m-1",
      why: "it has a 'payload', which Lambda writes to S3 only",
    });
  });

  it.each([
    ["text", "hello", /not a JSON object/],
    ["a list", [], /not a JSON object/],
    ["an empty object", {}, /not Lambda's report/],
    [
      "another schema version",
      invocationRecord({ version: "2.0" }),
      /schema version "2.0".*reads 1.0/,
    ],
    ["no schema version", invocationRecord({ version: undefined }), /schema version undefined/],
    ["a DynamoDB report", { version: "1.0", DDBStreamBatchInfo: {} }, /DynamoDB/],
    [
      "a shard that is a path",
      invocationRecord({}, { shardId: "../../escaped/x" }),
      /'shardId' is missing or malformed/,
    ],
    ["no shard", invocationRecord({}, { shardId: undefined }), /'shardId' is missing or malformed/],
    [
      "a sequence number of 130 digits, of which Kinesis takes 129",
      invocationRecord({}, { endSequenceNumber: "1".repeat(130) }),
      /'endSequenceNumber'/,
    ],
    [
      "a range that ends before it starts",
      invocationRecord({}, { startSequenceNumber: "2", endSequenceNumber: "1" }),
      /'endSequenceNumber' is before its 'startSequenceNumber'/,
    ],
    ["a stream of another service", invocationRecord({}, { streamArn: FUNCTION }), /'streamArn'/],
    [
      "a stream with an escape sequence",
      invocationRecord({}, { streamArn: `${STREAM}\u001b[31m` }),
      /'streamArn'/,
    ],
    [
      "a function that is a stream",
      invocationRecord({ requestContext: { functionArn: STREAM } }),
      /'functionArn'/,
    ],
    [
      "a time that only JavaScript reads",
      invocationRecord({}, { approximateArrivalOfFirstRecord: "1" }),
      /'approximateArrivalOfFirstRecord'/,
    ],
    ["a batch that no mapping has", invocationRecord({}, { batchSize: 10_001 }), /'batchSize'/],
    ["no end", invocationRecord({}, { endSequenceNumber: "x" }), /'endSequenceNumber'/],
    ["an empty batch", invocationRecord({}, { batchSize: 0 }), /'batchSize'/],
    ["a foreign payload", invocationRecord({ payload: "{}" }), /'payload' is not a Kinesis event/],
    [
      "an event without records",
      invocationRecord({ payload: { Records: [] } }),
      /'payload' is not a Kinesis event/,
    ],
    ...[
      null,
      {},
      { kinesis: null },
      { kinesis: { ...record(1), sequenceNumber: "01" } },
      { kinesis: { ...record(1), sequenceNumber: 1 } },
      { kinesis: { ...record(1), partitionKey: 1 } },
      { kinesis: { ...record(1), data: "not base64" } },
      { kinesis: { ...record(1), approximateArrivalTimestamp: "now" } },
    ].map((one): [string, object, RegExp] => [
      `the record ${JSON.stringify(one)}`,
      invocationRecord({ payload: { Records: [{ kinesis: record(1) }, one] } }),
      /'payload' is not a Kinesis event/,
    ]),
  ])("is not made of %s", (_, body, why) => {
    expect(parse(body)).toEqual({ id: "m-1", why: expect.stringMatching(why) as string });
  });
});
