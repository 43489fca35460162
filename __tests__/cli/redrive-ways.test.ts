import * as fs from "node:fs";
import * as path from "node:path";
import { DescribeStreamSummaryCommand, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { PublishVersionCommand, UpdateAliasCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { Summary } from "../../cli/src/redrive/summary";
import {
  allow,
  CONSUMER,
  REGION,
  setResourcePolicy,
  STREAM_ACTIONS,
  until,
} from "../local/two-accounts";
import { byKey, dataOf, RedrivePipeline } from "./redrive-pipeline";
import { aggregate } from "./redrive-records";
import { useWorld } from "./use-world";
import { keyPolicy, viaKinesis } from "./world";
import { withoutProgress } from "../helpers/progress";

const world = useWorld();

/** What takes longer than two seconds says so. */
const summaryOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Summary;

describe("redrive by hand", () => {
  let pipeline: RedrivePipeline;

  beforeAll(async () => {
    pipeline = await RedrivePipeline.build(world, "by-hand");
    await pipeline.fail(10);
    await pipeline.repairFunction();
  });

  it("writes events to files, and leaves the reports where they are", async () => {
    const directory = path.join(pipeline.state, "saved");

    const { exitCode, stdout, calls } = await pipeline.redriveByHand("y", "--save", directory);

    expect(stdout.replaceAll("\n  ", " ")).toContain(
      `10 records written to files in ${directory}; the reports are still there\n`,
    );
    expect(fs.readdirSync(directory)).not.toEqual([]);
    expect(calls.filter((call) => /:(Invoke|DeleteMessage)$/.test(call))).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it("sends nothing when the answer is no, and everything when it is yes", async () => {
    const refused = await pipeline.redriveByHand("n");
    const agreed = await pipeline.redriveByHand("y");
    const again = await pipeline.redriveByHand("y");

    expect(refused.stdout).toMatch(
      /^\d+ reports? in queue by-hand, 10 records to redrive\none invocation at a time [^\n]*\nnothing was sent, and the reports are still there\n$/,
    );
    expect(withoutProgress(refused.stderr)).toMatch(
      /^note: [^]*newer records[^]*\nRedrive 10 records\? \[y\/N\] $/,
    );
    expect(refused.exitCode).toBe(1);
    expect(agreed.stdout).toMatch(
      /10 records confirmed by the function, [^]*\n\d+ reports? deleted\n$/,
    );
    expect(agreed.exitCode).toBe(0);
    expect(pipeline.delivered()).toHaveLength(10);
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^0 records confirmed by the function, [^]*\n0 reports deleted\n$/,
      ) as string,
    });
    expect(withoutProgress(again.stderr)).toBe("");
  });
});

describe("redrive with credentials of the function's account alone", () => {
  it("reads the stream if its policies let that account in, and else says which call is denied", async () => {
    const pipeline = await RedrivePipeline.build(world, "alone");
    await pipeline.fail(10);
    await pipeline.repairFunction();
    const { streamArn: StreamARN, uuid } = pipeline;
    const redrive = () =>
      world.cli(
        "redrive",
        "--yes",
        "--mapping",
        uuid,
        "--region",
        REGION,
        "--profile",
        "analytics",
      );

    const denied = await redrive();
    const { kinesis, kms } = world.producer;
    const { StreamDescriptionSummary: stream } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamARN }),
    );
    await setResourcePolicy(world.producer, StreamARN, allow(STREAM_ACTIONS, StreamARN, CONSUMER));
    const decrypt = { ...allow(["kms:Decrypt"], "*", CONSUMER), Condition: viaKinesis(StreamARN) };
    await kms.send(
      new PutKeyPolicyCommand({
        KeyId: stream?.KeyId,
        PolicyName: "default",
        Policy: keyPolicy(decrypt),
      }),
    );
    const allowed = await redrive();

    expect(denied.stderr).toMatch(
      /^profile analytics may not call kinesis:DescribeStreamSummary; .*; no report was deleted whose records are not confirmed$/m,
    );
    expect(denied.exitCode).toBe(3);
    expect(allowed.stdout).toContain("10 records confirmed by the function");
    expect(allowed.exitCode).toBe(0);
  });
});

describe("redrive by time", () => {
  it("passes an aggregated record on as it is, with a warning", async () => {
    const pipeline = await RedrivePipeline.build(world, "aggregated");
    const Data = aggregate([["a", "x"]]);
    await pipeline.repairFunction();
    const from = new Date(Date.now() - 1000).toISOString();
    const { kinesis } = world.producer;
    const StreamARN = pipeline.streamArn;
    await kinesis.send(new PutRecordCommand({ StreamARN, PartitionKey: "a", Data }));
    await until(() => Promise.resolve(pipeline.delivered().length === 1));

    const { exitCode, stdout, stderr } = await pipeline.redrive("--yes", "--from", from);

    const [mapped, redriven] = pipeline.delivered();
    expect(redriven).toBe(mapped);
    expect(summaryOf({ stdout })).toMatchObject({ sent: 1, aggregated: 1 });
    expect(stderr.match(/Kinesis\s+Producer\s+Library/g)).toHaveLength(1);
    expect(exitCode).toBe(0);
  });
});

describe("redrive of a mapping that invokes an alias", () => {
  it("invokes the alias, and another version only with --qualifier", async () => {
    const pipeline = await RedrivePipeline.build(world, "aliased", { alias: "live" });
    const pointTo = async (): Promise<void> => {
      const { lambda } = world.consumer;
      const name = { FunctionName: "aliased" };
      const { Version: FunctionVersion } = await lambda.send(new PublishVersionCommand(name));
      await lambda.send(new UpdateAliasCommand({ ...name, Name: "live", FunctionVersion }));
    };
    await pipeline.breakFunction();
    await pointTo();
    await pipeline.putFailing(20);
    await pipeline.repairFunction();
    await pointTo();
    // What is not published yet fails again.
    await pipeline.breakFunction();

    const unpublished = summaryOf(await pipeline.redrive("--yes", "--qualifier", "$LATEST"));
    const { exitCode, stdout } = await pipeline.redrive("--yes");

    expect(unpublished).toMatchObject({ sent: 0, deletedReports: 0 });
    expect(unpublished.rejected).toHaveLength(20);
    expect(summaryOf({ stdout })).toMatchObject({ sent: 20, rejected: [] });
    expect(exitCode).toBe(0);
    expect(pipeline.delivered()).toHaveLength(20);
  });
});

describe("redrive of a bucket's reports", () => {
  const Bucket = "reports";
  const objects = async (): Promise<number> => {
    const { Contents = [] } = await world.consumer.s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents.length;
  };

  it("takes the records from the objects, and removes an object only after success", async () => {
    const arn = `arn:aws:s3:::${Bucket}`;
    await world.consumer.s3.send(
      new CreateBucketCommand({
        Bucket,
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
    const pipeline = await RedrivePipeline.build(world, "bucket", {
      shards: 2,
      isShared: true,
      statements: [allow(["s3:ListBucket"], arn), allow(["s3:PutObject"], `${arn}/*`)],
      mapping: { DestinationConfig: { OnFailure: { Destination: arn } } },
    });
    await pipeline.fail(60);
    const failed = pipeline.failed();
    const written = await objects();
    await pipeline.repairFunction({ REJECTS: dataOf(failed[20]!) });

    // With several invocations at a time, a kill may leave several batches without an answer.
    const options = ["--concurrency", "1"];
    const killed = await pipeline.start({ operation: "Invoke", at: 3, options }).outcome;
    const afterKill = await objects();
    const rejecting = await pipeline.redrive("--yes");

    expect(killed.wasKilled).toBe(true);
    expect(afterKill).toBeLessThan(written);
    expect(summaryOf(rejecting).rejected).toHaveLength(1);
    expect(rejecting.exitCode).toBe(1);
    expect(rejecting.calls.filter((call) => call.endsWith("kinesis:GetRecords"))).toEqual([]);
    expect(await objects()).toBe(1);

    await pipeline.repairFunction();
    const { exitCode, stdout } = await pipeline.redrive("--yes");

    expect(summaryOf({ stdout })).toMatchObject({ reports: 1, sent: 1, deletedReports: 1 });
    expect(exitCode).toBe(0);
    expect(byKey(pipeline.delivered())).toEqual(
      byKey([...failed.filter((_, at) => at !== 20), failed[20]!]),
    );
    expect(await objects()).toBe(0);
  });
});
