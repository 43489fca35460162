import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { EnableEnhancedMonitoringCommand } from "@aws-sdk/client-kinesis";
import { UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Status } from "../../cli/src/status/measure";
import { STATUS_PERMISSIONS } from "../../cli/src/status/command";
import { allow, CONSUMER, mapping, PRODUCER, REGION, until } from "../local/two-accounts";
import { printedPolicies } from "./printed-policies";
import { useWorld } from "./use-world";
import { build, emit, fromBoth, runCli, type Built } from "./world";

describe("status", () => {
  const world = useWorld("deployers");
  let clicks: Built;

  beforeAll(async () => {
    world.aws.deployers.enforce(await printedPolicies(["status", ...fromBoth("clicks")]));
    clicks = await build(world, "clicks");
    const ofConsumer = { StreamName: "clicks", ConsumerName: "clicks-efo" };
    const behind = "SubscribeToShardEvent.MillisBehindLatest";
    await emit(world, PRODUCER, "AWS/Kinesis", behind, ofConsumer, 1500);
    await emit(world, PRODUCER, "AWS/Kinesis", "IncomingRecords", { StreamName: "clicks" }, 50);
    await emit(world, CONSUMER, "AWS/Lambda", "Errors", { FunctionName: "clicks" }, 2);
    await emit(world, CONSUMER, "AWS/Lambda", "IteratorAge", { FunctionName: "clicks" }, 90);
  });

  async function status(...args: string[]) {
    const outcome = await world.cli("status", "--json", ...args);
    return { ...outcome, all: JSON.parse(outcome.stdout) as Status[] };
  }

  it("reads the metrics of both accounts", async () => {
    const { exitCode, all } = await status(...fromBoth("clicks"));
    expect(all).toEqual([
      {
        stream: clicks.streamArn,
        function: `arn:aws:lambda:${REGION}:${CONSUMER}:function:clicks`,
        mapping: clicks.uuid,
        state: "Enabled",
        stateReason: expect.any(String) as string,
        lastResult: expect.any(String) as string,
        lastBatchAt: expect.any(String) as string,
        reservedConcurrency: -1,
        lagMilliseconds: 1500,
        recordsInPerMinute: 10,
        errors: 2,
        failures: { waiting: 0 },
        retentionHours: 24,
        verdict: "good",
        problems: [],
        unknown: [],
      },
    ]);
    expect(exitCode).toBe(0);
  });

  it("shows it as a table, and again with --watch until it is interrupted", async () => {
    const interrupt = new AbortController();
    const args = ["status", ...fromBoth("clicks"), "--endpoint-url", world.aws.url];
    const once = await runCli(args);
    expect(once.stdout).toMatch(
      /^function +state +last +lag +in\/min +read\/min +errors +failed +left$/m,
    );
    expect(once.stdout).toMatch(/^clicks +Enabled +\S+ min +1\.5 s +10 +- +2 +0 +-$/m);
    expect(once.stdout).toMatch(/\n\nall is well with 1 of 1 reader\n$/);
    let shown = 0;
    const stdout = {
      write: (text: string) => {
        shown += text.startsWith("clicks") ? 1 : 0;
        if (shown === 2) {
          interrupt.abort();
        }
      },
    };
    const { exitCode } = await runCli([...args, "--watch", "0.1"], {
      stdout,
      signal: interrupt.signal,
    });
    expect({ shown, exitCode }).toEqual({ shown: 2, exitCode: 0 });
  });

  it("cannot tell without metrics whether a reader reads", async () => {
    await build(world, "silent", { isShared: true });
    const { exitCode, all } = await status(...fromBoth("silent"));
    expect({ exitCode, verdict: all[0]?.verdict }).toEqual({ exitCode: 3, verdict: "unknown" });
    expect(all[0]?.unknown).toEqual([expect.stringMatching(/^no metric shows that it reads now/)]);
  });

  it("says how many failures wait, and what is left for the oldest", async () => {
    await build(world, "waiting");
    const { sqs } = world.consumer;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "waiting" }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }));
    const oldest = "ApproximateAgeOfOldestMessage";
    await emit(world, CONSUMER, "AWS/SQS", oldest, { QueueName: "waiting" }, 3600);
    const { exitCode, all } = await status(...fromBoth("waiting"));
    expect(all[0]?.failures).toEqual({
      waiting: 1,
      oldestSeconds: 3600,
      secondsLeft: 23 * 3600,
    });
    expect(exitCode).toBe(1);
  });

  it("shows the lag of each shard where the stream measures it, and reports in a bucket", async () => {
    const bucket = "arn:aws:s3:::reports";
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
    await world.consumer.s3.send(
      new CreateBucketCommand({ Bucket: "reports", CreateBucketConfiguration }),
    );
    await build(world, "shards", {
      isShared: true,
      shards: 2,
      statements: [allow(["s3:*"], "*")],
      mapping: { DestinationConfig: { OnFailure: { Destination: bucket } } },
    });
    await world.producer.kinesis.send(
      new EnableEnhancedMonitoringCommand({
        StreamName: "shards",
        ShardLevelMetrics: ["IteratorAgeMilliseconds"],
      }),
    );
    const ShardId = "shardId-000000000001";
    const dimensions = { StreamName: "shards", ShardId };
    await emit(world, PRODUCER, "AWS/Kinesis", "IteratorAgeMilliseconds", dimensions, 900);
    const { all } = await status(...fromBoth("shards"));
    expect(all[0]).toMatchObject({
      lagMillisecondsByShard: { [ShardId]: 900 },
      failures: { waiting: 0 },
    });
  });

  it("finds a mapping that is not enabled", async () => {
    const { uuid: UUID } = await build(world, "disabled");
    const { lambda } = world.consumer;
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await until(async () => (await mapping(world.consumer, UUID)).State === "Disabled");
    const { exitCode, all } = await status(...fromBoth("disabled"));
    expect({ exitCode, state: all[0]?.state }).toEqual({ exitCode: 1, state: "Disabled" });
    expect(all[0]?.problems).toEqual([expect.stringMatching(/^the mapping is Disabled: /)]);
  });

  // That it needs no others is enforced here, and that it needs all of them in permissions.test.ts.
  it("prints permissions that only read", () => {
    const printed = STATUS_PERMISSIONS.flatMap(({ actions }) => actions);
    expect(printed.filter((action) => !/:(Get|List|Describe)/.test(action))).toEqual([]);
  });
});
