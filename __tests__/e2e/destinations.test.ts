import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { Plan } from "../../pipeline/terraform/plan";
import { Configuration } from "../../local/workspace";
import { CrossAccountConsumer, OnFailure, ProducerStream, ReadMode } from "../../modules";
import { put, until } from "../local/two-accounts";
import { describeWithTerraform, synthesize } from "../terraform/harness";
import { codeOf } from "./changes/code";
import { CONSUMER, Deployment, PRODUCER, REGION, streamArn } from "./deployment";

const QUEUES = ["first", "second"] as const;
const arn = (service: string, name: string): string =>
  `arn:aws:${service}:${REGION}:${CONSUMER}:${name}`;
const queue = (name: (typeof QUEUES)[number]) => OnFailure.sqs(arn("sqs", name));
const topic = OnFailure.sns(arn("sns", "failures"));

/** The destinations of each consumer before and after the switch. */
const SWITCHES: Readonly<Record<string, readonly [OnFailure, OnFailure]>> = {
  "queue-to-queue": [queue("first"), queue("second")],
  "queue-to-topic": [queue("first"), topic],
  "own-to-queue": [OnFailure.queue(), queue("first")],
  "bucket-to-own": [OnFailure.s3("arn:aws:s3:::failures"), OnFailure.queue()],
  "topic-to-none": [topic, OnFailure.none()],
  replaced: [OnFailure.queue(), OnFailure.queue()],
};

const stackAt = (step: 0 | 1): string =>
  synthesize((stack, provider) => {
    const stream = new ProducerStream(stack, "orders", {
      provider: provider("producer", PRODUCER),
      streamName: "orders",
      shardCount: 1,
    });
    const own = provider("consumer", CONSUMER);
    for (const [name, destinations] of Object.entries(SWITCHES)) {
      new CrossAccountConsumer(stack, name, {
        provider: own,
        stream,
        consumerName: name,
        readMode: ReadMode.SHARED_THROUGHPUT,
        code: codeOf("exports.handler = async () => { throw new Error('never'); };"),
        maximumRetryAttempts: 0,
        onFailure: destinations[step],
      });
    }
  }, REGION);

/** What the versions before name prefixes and policies of destinations synthesized. */
function asFormerly(stack: Configuration): void {
  for (const one of Object.values(stack.resource.aws_sqs_queue ?? {})) {
    one.name = String(one.name_prefix).slice(0, -1);
    delete one.name_prefix;
    one.lifecycle = { ignore_changes: ["name"], create_before_destroy: true };
  }
  stack.resource.aws_iam_role_policy = Object.fromEntries(
    Object.entries(stack.resource.aws_iam_role_policy ?? {}).filter(
      ([id]) => !id.includes("on-failure-policy"),
    ),
  );
}

const changed = (plan: Plan): string[] =>
  (plan.resource_changes ?? [])
    .filter(({ change: { actions } }) => !["no-op", "read"].includes(actions.join()))
    .map(({ address, change }) => `${change.actions.join("+")} ${address.replace(/_\w{8}$/, "")}`);

describeWithTerraform("on-failure destinations, while every batch fails", () => {
  let deployment: Deployment;
  let count = 0;
  let isPutting = true;
  let putting: Promise<void> = Promise.resolve();

  const load = async (): Promise<void> => {
    const producer = deployment.clients(PRODUCER);
    while (isPutting) {
      await put(producer, streamArn("orders"), [{ key: "a", data: String(count) }]);
      count++;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  beforeAll(async () => {
    deployment = await Deployment.start({
      rolePropagationSeconds: 0,
      consumerCreatingSeconds: 0,
      metricsIntervalSeconds: 1,
    });
    const { s3, sns, sqs } = deployment.clients(CONSUMER);
    for (const QueueName of QUEUES) {
      await sqs.send(new CreateQueueCommand({ QueueName }));
    }
    await sns.send(new CreateTopicCommand({ Name: "failures" }));
    await s3.send(
      new CreateBucketCommand({
        Bucket: "failures",
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
    await deployment.init(stackAt(0));
    deployment.change(asFormerly);
    await deployment.apply();
    putting = load();
  });

  afterAll(async () => {
    isPutting = false;
    await putting;
    await deployment.stop();
  });

  const sumOf = async (metric: string, functionName: string): Promise<number> => {
    await deployment.aws.flushMetrics();
    const cloudwatch = new CloudWatchClient({
      endpoint: deployment.aws.url,
      region: REGION,
      credentials: await deployment.aws.credentials(CONSUMER),
    });
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: "AWS/Lambda",
        MetricName: metric,
        Dimensions: [{ Name: "FunctionName", Value: functionName }],
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 3_600_000),
        Period: 3600,
        Statistics: ["Sum"],
      }),
    );
    return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
  };

  /** How many records the reports of a function in a queue are about. */
  const reported = async (QueueName: string, functionName: string): Promise<number> => {
    const { sqs } = deployment.clients(CONSUMER);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    let sum = 0;
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) {
        return sum;
      }
      for (const { Body = "", ReceiptHandle } of Messages) {
        const { requestContext, KinesisBatchInfo } = JSON.parse(Body) as {
          requestContext: { functionArn: string };
          KinesisBatchInfo: { batchSize: number };
        };
        const isOwn = requestContext.functionArn.split(":")[6] === functionName;
        sum += isOwn ? KinesisBatchInfo.batchSize : 0;
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };

  it("get a policy of their own from a former version, and queues stay", async () => {
    deployment.change(() => undefined);
    const plan = await deployment.plan();

    expect(changed(plan).sort()).toEqual(
      Object.keys(SWITCHES)
        .map((name) => `create aws_iam_role_policy.${name}_on-failure-policy`)
        .sort(),
    );
    await deployment.applyPending();
    expect(await deployment.pendingChanges()).toBe("");
  });

  it("are switched, and a queue is replaced, without a report that is refused", async () => {
    const [former] = [deployment.show(deployment.addressOf("aws_sqs_queue", "replaced"))];
    // Shows what happens between a policy and the mapping.
    deployment.aws.delay("iam", "PutRolePolicy", 2);
    deployment.aws.delay("lambda", "UpdateEventSourceMapping", 2);
    await deployment.resynthesize(stackAt(1));
    const queueAddress = deployment.addressOf("aws_sqs_queue", "replaced");
    const plan = await deployment.plan(`-replace=${queueAddress}`);

    expect(changed(plan)).toContain("create+delete aws_sqs_queue.replaced_on-failure-queue");
    await deployment.applyPending();

    const current = deployment.show(queueAddress);
    expect([former.name, current.name]).toEqual([
      "replaced-on-failure",
      expect.stringMatching(/^replaced-on-failure-\d{18}[0-9a-f]{8}$/),
    ]);
    expect(await deployment.failureQueueUrl(CONSUMER, "replaced")).toContain(String(current.name));
    expect(await deployment.pendingChanges()).toBe("");
    isPutting = false;
    await putting;
    const found = new Map<string, number>();
    const sum = (): number => [...found.values()].reduce((all, one) => all + one, 0);
    await until(async () => {
      for (const name of QUEUES) {
        found.set(name, (found.get(name) ?? 0) + (await reported(name, "queue-to-queue")));
      }
      return sum() >= count;
    });
    expect(sum()).toBe(count);
    expect(Math.min(...found.values())).toBeGreaterThan(0);
    for (const name of Object.keys(SWITCHES)) {
      const failures = await sumOf("DestinationDeliveryFailures", name);
      expect({ name, failures }).toEqual({ name, failures: 0 });
      expect(await sumOf("Errors", name)).toBeGreaterThan(0);
    }
  });
});
