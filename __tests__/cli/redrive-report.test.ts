import { parseReport } from "../../cli/src/redrive/report";
import { invocationRecord, record, STREAM, FUNCTION } from "./redrive-records";

const parse = (body: unknown) =>
  parseReport("m-1", typeof body === "string" ? body : JSON.stringify(body));

describe("a report of a failed batch", () => {
  const expected = {
    id: "m-1",
    functionArn: FUNCTION,
    condition: "RetryAttemptsExhausted",
    streamArn: STREAM,
    shardId: "shardId-000000000001",
    start: 49601189658422359378836298521827638475320189012309704722n,
    end: 49601189658422359378836298522902373528957594348623495186n,
    batchSize: 500,
    firstArrival: new Date("2019-11-14T00:38:04.835Z"),
    lastArrival: new Date("2019-11-14T00:38:05.580Z"),
  };

  it("is read with sequence numbers in full precision", () => {
    expect(parse(invocationRecord())).toEqual(expected);
  });

  it("is read from an SNS notification in the queue", () => {
    const Message = JSON.stringify(invocationRecord());

    expect(parse({ Type: "Notification", Message })).toEqual(expected);
  });

  it("is read with the records of an S3 object", () => {
    const payload = JSON.stringify({ Records: [{ kinesis: record(1) }] });

    expect(parse(invocationRecord({ payload }))).toEqual({ ...expected, payload: [record(1)] });
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
    ["no shard", invocationRecord({}, { shardId: undefined }), /'shardId' is missing or malformed/],
    ["no end", invocationRecord({}, { endSequenceNumber: "x" }), /'endSequenceNumber'/],
    ["an empty batch", invocationRecord({}, { batchSize: 0 }), /'batchSize'/],
    ["a foreign payload", invocationRecord({ payload: "{}" }), /'payload' is not a Kinesis event/],
  ])("is not made of %s", (_, body, why) => {
    expect(parse(body)).toEqual({ id: "m-1", why: expect.stringMatching(why) as string });
  });
});
