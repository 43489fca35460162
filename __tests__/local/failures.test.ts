import { createQueue, HANDLER, loggedBatches, loggedData, records } from "./batch-handler";
import {
  allow,
  connect,
  CONSUMER,
  makeStream,
  mapping,
  messages,
  put,
  REGION,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { producer, consumer } = useTwoAccounts();

describe("failures", () => {
  it("without splitting retry the whole batch, then send its metadata to SQS", async () => {
    const stream = await makeStream(producer, "retried");
    const { arn, receive } = await createQueue(consumer, "retried");
    await connect(producer, consumer, "retried", stream, HANDLER, {
      mapping: {
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    await put(producer, stream, records("1", "poison", "3"));
    const sent = await until(receive);
    expect(sent).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[\w-]{36}$/),
        functionArn: `arn:aws:lambda:${REGION}:${CONSUMER}:function:retried`,
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 3,
      },
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        functionError: "Unhandled",
      },
      version: "1.0",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      KinesisBatchInfo: {
        shardId: "shardId-000000000000",
        startSequenceNumber: "1",
        endSequenceNumber: "3",
        approximateArrivalOfFirstRecord: expect.stringMatching(/Z$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/Z$/),
        batchSize: 3,
        streamArn: stream,
      },
    });
    expect(await loggedBatches(consumer, "retried")).toHaveLength(3);
    await put(producer, stream, records("after"));
    await until(async () => (await loggedData(consumer, "retried")).includes("after"));
  });

  it("with bisecting discard only the bad record, and splitting does not count as a retry", async () => {
    const stream = await makeStream(producer, "bisected");
    const { arn, receive } = await createQueue(consumer, "bisected");
    await connect(producer, consumer, "bisected", stream, HANDLER, {
      mapping: {
        MaximumRetryAttempts: 1,
        BisectBatchOnFunctionError: true,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      function: { Environment: { Variables: { HOW: "throw" } } },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    await put(producer, stream, records("1", "2", "3", "4", "5", "poison", "7", "8"));
    const sent = await until(receive);
    expect(sent.KinesisBatchInfo).toMatchObject({
      batchSize: 1,
      startSequenceNumber: "6",
      endSequenceNumber: "6",
    });
    await until(async () => (await loggedData(consumer, "bisected")).includes("8"));
    const seen = await loggedBatches(consumer, "bisected");
    expect(seen.filter((batch) => batch.length === 1 && batch[0]?.data === "poison")).toHaveLength(
      2,
    );
    const good = seen.filter((batch) => !batch.some((record) => record.data === "poison")).flat();
    expect(good.map((record) => record.data)).toEqual(["1", "2", "3", "4", "7", "8", "5"].sort());
  });

  it("reported for single records are retried from the lowest one", async () => {
    const stream = await makeStream(producer, "partial");
    const { uuid } = await connect(producer, consumer, "partial", stream, HANDLER, {
      mapping: {
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: 1,
      },
    });
    await put(producer, stream, records("1", "2", "poison", "4", "poison too"));
    await until(async () => (await loggedBatches(consumer, "partial")).length === 2);
    expect(
      (await loggedBatches(consumer, "partial")).map((batch) => batch.map((record) => record.data)),
    ).toEqual([
      ["1", "2", "poison", "4", "poison too"],
      ["poison", "4", "poison too"],
    ]);
    expect((await mapping(consumer, uuid)).LastProcessingResult).toBe(
      "PROBLEM: Function call failed",
    );
  });

  it("reported with bisecting discard one bad record in 1,000 and nothing else", async () => {
    const stream = await makeStream(producer, "thousand");
    const { arn, receive } = await createQueue(consumer, "thousand");
    await connect(producer, consumer, "thousand", stream, HANDLER, {
      mapping: {
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: arn } },
      },
      statements: [allow(["sqs:SendMessage"], arn)],
    });
    const sent = Array.from({ length: 1000 }, (_, at) => (at === 456 ? "poison" : `good ${at}`));
    await put(producer, stream, records(...sent));
    expect((await until(receive)).KinesisBatchInfo).toMatchObject({
      batchSize: 1,
      startSequenceNumber: "457",
    });
    await until(async () => new Set(await loggedData(consumer, "thousand")).size === 1000);
  });

  it("of an unknown record are failures of the whole batch", async () => {
    const stream = await makeStream(producer, "malformed");
    await connect(producer, consumer, "malformed", stream, HANDLER, {
      mapping: {
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: 1,
      },
      function: { Environment: { Variables: { HOW: "malformed" } } },
    });
    await put(producer, stream, records("1", "poison"));
    await until(async () => (await loggedBatches(consumer, "malformed")).length === 2);
    expect((await loggedBatches(consumer, "malformed"))[1]).toHaveLength(2);
  });

  it.each([
    ["exits", "exit", /RequestId: .* Error: Runtime exited with error: exit status 3/],
    ["hangs past its timeout", "hang", /Task timed out after 1\.00 seconds/],
    ["throws", "throw", /ERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"poisoned"/],
  ])("of a function that %s are logged and retried in a new process", async (_, how, words) => {
    const name = `crash-${how}`;
    const stream = await makeStream(producer, name);
    await connect(producer, consumer, name, stream, HANDLER, {
      mapping: { MaximumRetryAttempts: 1 },
      function: { Timeout: 1, Environment: { Variables: { HOW: how } } },
    });
    await put(producer, stream, records("poison"));
    await until(async () => (await loggedData(consumer, name)).length === 2);
    await put(producer, stream, records("after"));
    await until(async () => (await loggedData(consumer, name)).includes("after"));
    expect((await messages(consumer, name)).join("\n")).toMatch(words);
  });
});
