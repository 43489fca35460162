import { handler } from "../../handler";
import { aRecord, anEvent, base64 } from "./records";

let consoleError: jest.SpyInstance;
let consoleLog: jest.SpyInstance;

beforeEach(() => {
  consoleError = jest.spyOn(console, "error").mockImplementation();
  consoleLog = jest.spyOn(console, "log").mockImplementation();
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe("handler", () => {
  it("logs the blog's sample record as one object with the data decoded", async () => {
    // Act
    const response = await handler({ Records: [aRecord()] });

    // Assess
    expect(response).toStrictEqual({ batchItemFailures: [] });
    expect(consoleLog.mock.calls).toStrictEqual([
      [
        {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: "samplepartitionkey3",
            sequenceNumber: "49648798411111169765201534322676841348246990356337393698",
            data: "sampledatarecord",
            approximateArrivalTimestamp: 1706623274.934,
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: "shardId-000000000002:49648798411111169765201534322676841348246990356337393698",
          eventName: "aws:kinesis:record",
          invokeIdentityArn:
            "arn:aws:iam::222222222222:role/kds-cross-account-stream-consumer-lambda-execution-role",
          awsRegion: "us-east-1",
          eventSourceARN:
            "arn:aws:kinesis:us-east-1:111111111111:stream/kds-cross-account-stream/consumer/kds-cross-account-stream-efo-consumer:1706616477",
        },
      ],
    ]);
    expect(consoleError).not.toHaveBeenCalled();
  });

  it("logs one object for each record, in order", async () => {
    // Prepare
    const event = anEvent("1", "2", "3");

    // Act
    await handler(event);

    // Assess
    expect(consoleLog.mock.calls).toStrictEqual(
      event.Records.map((record) => [
        { ...record, kinesis: { ...record.kinesis, data: "sampledatarecord" } },
      ]),
    );
  });

  it("does not change the event", async () => {
    // Prepare
    const event = anEvent("1");
    const before = structuredClone(event);

    // Act
    await handler(event);

    // Assess
    expect(event).toStrictEqual(before);
  });

  it.each([
    ["multi-byte characters", "Grüße, 東京 🚀"],
    ["a byte order mark", "\uFEFFid,name"],
    ["several lines", '{\n  "a": 1\n}\n'],
    ["a real replacement character", "\uFFFD"],
    ["no data", ""],
  ])("logs text exactly: %s", async (_, text) => {
    // Prepare
    const record = aRecord({ data: base64(text) });

    // Act
    await handler({ Records: [record] });

    // Assess
    expect(consoleLog.mock.calls).toStrictEqual([
      [{ ...record, kinesis: { ...record.kinesis, data: text } }],
    ]);
  });

  it.each<[string, number[]]>([
    ["a KPL aggregate's magic bytes", [0xf3, 0x89, 0x9a, 0xc2]],
    ["a character cut short", [0x61, 0xe6, 0x9d]],
    ["an encoded surrogate", [0xed, 0xa0, 0x80]],
  ])("keeps base64 and says so when the data is not UTF-8: %s", async (_, bytes) => {
    // Prepare
    const record = aRecord({ data: base64(Uint8Array.from(bytes)) });

    // Act
    const response = await handler({ Records: [record] });

    // Assess
    expect(response).toStrictEqual({ batchItemFailures: [] });
    expect(consoleLog.mock.calls).toStrictEqual([
      [
        {
          ...record,
          kinesis: { ...record.kinesis, dataEncoding: "base64" },
        },
      ],
    ]);
  });

  it("reports the record that it could not log", async () => {
    // Prepare
    consoleLog
      .mockImplementationOnce(() => undefined)
      .mockImplementationOnce(() => {
        throw new Error("EPIPE");
      });

    // Act
    const response = await handler(anEvent("1", "2", "3"));

    // Assess
    expect(response).toStrictEqual({
      batchItemFailures: [{ itemIdentifier: "2" }],
    });
    expect(consoleLog).toHaveBeenCalledTimes(2);
    expect(consoleError).toHaveBeenCalledTimes(1);
  });
});
