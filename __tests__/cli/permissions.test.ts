import { PutBucketEncryptionCommand, CreateBucketCommand } from "@aws-sdk/client-s3";
import { EnableEnhancedMonitoringCommand } from "@aws-sdk/client-kinesis";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { GetQueueUrlCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { allow, makeRole, REGION, setRolePolicy } from "../local/two-accounts";
import { type Policies, printedPolicies, without } from "./printed-policies";
import { RedrivePipeline } from "./redrive-pipeline";
import { useWorld } from "./use-world";
import { build, fromBoth, type Outcome } from "./world";

/** One action of a printed policy. */
interface Permission {
  readonly account: string;
  readonly resource: string;
  readonly action: string;
}

const world = useWorld("deployers");
let queue: RedrivePipeline;
let bucket: RedrivePipeline;
/** A run for each way to name a pipeline, and for each kind of destination. */
let runs: Record<"queue" | "bucket", readonly string[]>;

beforeAll(async () => {
  // What this role may do is decided by the policies that the tests enforce.
  await makeRole(world.consumer, "deployer");
  await setRolePolicy(world.consumer, "deployer", allow(["*"], "*"));
  const { KeyMetadata: key } = await world.consumer.kms.send(new CreateKeyCommand({}));

  queue = await RedrivePipeline.build(world, "queue");
  const { sqs, s3 } = world.consumer;
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "queue" }));
  const Attributes = { KmsMasterKeyId: key?.Arn ?? "" };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));

  await s3.send(
    new CreateBucketCommand({
      Bucket: "reports",
      CreateBucketConfiguration: { LocationConstraint: REGION },
    }),
  );
  const byDefault = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: key?.Arn } as const;
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket: "reports",
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: byDefault }],
      },
    }),
  );
  const arn = "arn:aws:s3:::reports";
  bucket = await RedrivePipeline.build(world, "bucket", {
    statements: [allow(["s3:ListBucket"], arn), allow(["s3:PutObject"], `${arn}/*`)],
    mapping: { DestinationConfig: { OnFailure: { Destination: arn } } },
  });
  const byMapping = ["--mapping", bucket.uuid, ...fromBoth("").slice(2)];
  runs = { queue: ["redrive", ...fromBoth("queue")], bucket: ["redrive", ...byMapping] };
  process.env.XDG_STATE_HOME = queue.state;
});
afterEach(() => world.aws.deployers.enforce(undefined));

async function fail(): Promise<void> {
  for (const pipeline of [queue, bucket]) {
    await pipeline.fail(10);
    await pipeline.repairFunction();
  }
}

const permissionsIn = (policies: Policies): Permission[] =>
  [...policies].flatMap(([account, documents]) =>
    documents.flatMap(({ Statement }) =>
      Statement.flatMap(({ Action, Resource: resource }) =>
        Action.map((action) => ({ account, resource, action })),
      ),
    ),
  );

/** The permissions that the calls of some runs needed, as `account action`. */
async function neededBy(work: () => Promise<unknown>): Promise<Set<string>> {
  const before = world.aws.deployers.calls.length;
  await work();
  return new Set(
    world.aws.deployers.calls
      .slice(before)
      .flatMap(({ account, needs }) => needs.map(({ action }) => `${account} ${action}`)),
  );
}

const named = (policies: Policies): Set<string> =>
  new Set(permissionsIn(policies).map(({ account, action }) => `${account} ${action}`));

/** Takes each action away, and expects one of its runs to fail and to name it. */
async function expectAllNeeded(
  policies: Policies,
  runsFor: (action: string) => readonly (readonly string[])[],
): Promise<void> {
  const needless: string[] = [];
  for (const permission of permissionsIn(policies)) {
    world.aws.deployers.enforce(without(policies, permission));
    const outcomes: Outcome[] = [];
    for (const args of runsFor(permission.action)) {
      outcomes.push(await world.cli(...args));
    }
    // The exit code is 1 if something is wrong beside it, such as the last batch.
    const isNamed = ({ exitCode, stdout, stderr }: Outcome) =>
      [1, 3].includes(exitCode) &&
      `${stdout}${stderr}`.includes(`may not call ${callOf(permission.action)}`);
    if (!outcomes.some(isNamed)) {
      needless.push(`${permission.account} ${permission.action}: ${outcomes[0]?.stderr ?? ""}`);
    }
  }
  expect(needless).toEqual([]);
}

/** Kinesis, SQS and S3 decrypt in the caller's name, so that AWS names their call. */
const callOf = (action: string): string => (action === "kms:Decrypt" ? "" : action);

describe("the policies that redrive --permissions prints", () => {
  const WRITES: Record<string, "queue" | "bucket"> = {
    "lambda:InvokeFunction": "queue",
    "sqs:DeleteMessage": "queue",
    "s3:DeleteObject": "bucket",
  };

  it("are enough, and no run calls anything else", async () => {
    await fail();
    const policies = await printedPolicies(runs.queue);
    world.aws.deployers.enforce(policies);

    const needed = await neededBy(async () => {
      for (const args of [runs.queue, runs.bucket]) {
        expect(await world.cli(...args, "--dry-run")).toMatchObject({ exitCode: 0 });
        expect(await world.cli(...args, "--yes")).toMatchObject({ exitCode: 0 });
      }
    });

    expect(needed).toEqual(named(policies));
    expect([queue, bucket].map((pipeline) => pipeline.delivered().length)).toEqual([10, 10]);
  });

  it("have no action that no run needs", async () => {
    await fail();
    await expectAllNeeded(await printedPolicies(runs.queue), (action) => {
      const kind = WRITES[action];
      return kind === undefined
        ? [
            [...runs.queue, "--dry-run"],
            [...runs.bucket, "--dry-run"],
          ]
        : [[...runs[kind], "--yes"]];
    });
  });

  it("are just what is needed to redrive by time", async () => {
    const byTime = ["--from", "2020-01-01", "--yes"];
    const policies = await printedPolicies([...runs.queue, ...byTime]);
    const all = [
      [...runs.queue, ...byTime],
      [...runs.bucket, ...byTime],
    ];
    await expectAllNeeded(policies, () => all);
    world.aws.deployers.enforce(policies);

    const needed = await neededBy(async () => {
      for (const args of all) {
        expect(await world.cli(...args)).toMatchObject({ exitCode: 0 });
      }
    });

    expect(needed).toEqual(named(policies));
  });
});

it("status --permissions prints no action that no run needs", async () => {
  await build(world, "shared", { isShared: true });
  // Only with metrics of each shard, status lists the shards.
  const ShardLevelMetrics = ["IteratorAgeMilliseconds" as const];
  await world.producer.kinesis.send(
    new EnableEnhancedMonitoringCommand({ StreamName: "shared", ShardLevelMetrics }),
  );
  const all = [runs.queue, runs.bucket, ["redrive", ...fromBoth("shared")]];
  const ofStatus = all.map((args) => ["status", ...args.slice(1)]);

  await expectAllNeeded(await printedPolicies(["status", ...fromBoth("queue")]), () => ofStatus);
});
