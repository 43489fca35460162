import { firstFailure, kinesisEvent, kinesisRecord } from "../../pipeline/kinesis-event";

describe("batchItemFailures", () => {
  const records = ["11", "12", "13"].map((sequenceNumber) => ({
    sequenceNumber,
  }));
  const failed = (...ids: unknown[]) => ({
    batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
  });

  it.each([
    ["an empty list", { batchItemFailures: [] }],
    ["a null list", { batchItemFailures: null }],
    ["an empty response", {}],
    ["a null response", null],
  ])("are a success when it is %s", (_, response) => {
    expect(firstFailure(response, records)).toBeUndefined();
  });

  it("count from the lowest sequence number", () => {
    expect(firstFailure(failed("13", "12"), records)).toBe(1);
    expect(firstFailure(failed("11"), records)).toBe(0);
  });

  it.each([
    ["an empty identifier", failed("")],
    ["a null identifier", failed(null)],
    ["an identifier that is not in the batch", failed("12", "99")],
    ["a list that is not a list", { batchItemFailures: "12" }],
    ["a null in the list", { batchItemFailures: [null] }],
    ["a bad key name", { batchItemFailures: [{ id: "12" }] }],
    ["something that is not an object", "done"],
  ])("fail the whole batch with %s", (_, response) => {
    expect(firstFailure(response, records)).toBe("whole batch");
  });
});

describe("the event of a function", () => {
  const eventSourceArn = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/reader:1";
  const roleArn = "arn:aws:iam::222222222222:role/reader";

  it("has a record of the stream in the shape of Lambda's", () => {
    const record = kinesisRecord({
      PartitionKey: "key",
      SequenceNumber: "11",
      Data: Buffer.from("hello"),
      ApproximateArrivalTimestamp: new Date("2026-03-01T12:00:00.500Z"),
    });
    expect(kinesisEvent([record], "shardId-000000000000", { eventSourceArn, roleArn })).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: "key",
            sequenceNumber: "11",
            data: "aGVsbG8=",
            approximateArrivalTimestamp: 1772366400.5,
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: "shardId-000000000000:11",
          eventName: "aws:kinesis:record",
          invokeIdentityArn: roleArn,
          awsRegion: "eu-west-1",
          eventSourceARN: eventSourceArn,
        },
      ],
    });
  });

  it("has no undefined values for what the SDK leaves out", () => {
    expect(kinesisRecord({})).toEqual({
      kinesisSchemaVersion: "1.0",
      partitionKey: null,
      sequenceNumber: "",
      data: "",
      approximateArrivalTimestamp: 0,
    });
  });
});
