import {
  DeleteResourcePolicyCommand,
  DeregisterStreamConsumerCommand,
} from "@aws-sdk/client-kinesis";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { stopTerraform } from "../../local/terraform";
import { CrossAccountConsumer, OnFailure, ProducerStream } from "../../modules";
import { allow, makeFunction, makeRole, put, setRolePolicy, until } from "../local/two-accounts";
import { CODE, describeWithTerraform, synthesize } from "../terraform/harness";
import { CONSUMER, Deployment, PRODUCER, REGION, streamArn } from "./deployment";

const ROLE_PROPAGATION_SECONDS = 15;
const MADE = "analytics";
/** Eleven more registered consumers: twelve in one apply is the largest number measured. */
const SHARING = Array.from({ length: 11 }, (_, index) => `reader-${index}`);

const ECHO = `exports.handler = async ({ Records }) => {
  for (const { kinesis } of Records) {
    console.log({ data: Buffer.from(kinesis.data, "base64").toString() });
  }
  return { batchItemFailures: [] };
};`;

/** A created function, and an existing function that eleven registered consumers invoke. */
const fanOut = (sharing: readonly string[]): string =>
  synthesize((stack, providerOf) => {
    const provider = providerOf("consumer", CONSUMER);
    const stream = new ProducerStream(stack, "orders", {
      provider: providerOf("producer", PRODUCER),
      streamName: "orders",
      shardCount: 1,
    });
    new CrossAccountConsumer(stack, MADE, {
      provider,
      stream,
      consumerName: MADE,
      code: CODE(),
    });
    for (const consumerName of sharing) {
      new CrossAccountConsumer(stack, consumerName, {
        provider,
        stream,
        consumerName,
        existingFunction: {
          functionName: "echo",
          roleName: "echo",
          roleArn: `arn:aws:iam::${CONSUMER}:role/echo`,
        },
        onFailure: OnFailure.none(),
      });
    }
  }, REGION);

describeWithTerraform("a deployment with faults", () => {
  let deployment: Deployment;
  let count = 0;

  const deliver = async (...data: string[]): Promise<void> =>
    put(
      deployment.clients(PRODUCER),
      streamArn("orders"),
      data.map((one) => ({ key: one, data: one })),
    );

  /** The number of times that a function has logged a record. */
  const timesSeen = async (name: string, data: string): Promise<number> =>
    (await deployment.logged(CONSUMER, name)).filter(
      (line) => (line.kinesis?.data ?? line.data) === data,
    ).length;

  const reaches = async (name: string, times = 1): Promise<void> => {
    const data = `record-${count++}`;
    await deliver(data);
    await until(async () => (await timesSeen(name, data)) >= times);
  };

  const refusedPolicies = (): unknown[] =>
    deployment.aws.refusals.filter(({ operation }) => operation === "PutResourcePolicy");

  beforeAll(async () => {
    deployment = await Deployment.start({
      rolePropagationSeconds: ROLE_PROPAGATION_SECONDS,
    });
    const consumer = deployment.clients(CONSUMER);
    const role = await makeRole(consumer, "echo");
    const group = `arn:aws:logs:${REGION}:${CONSUMER}:log-group:/aws/lambda/echo:*`;
    await setRolePolicy(
      consumer,
      "echo",
      allow(["logs:CreateLogStream", "logs:PutLogEvents"], group),
    );
    await consumer.logs.send(new CreateLogGroupCommand({ logGroupName: "/aws/lambda/echo" }));
    await makeFunction(consumer, "echo", role, ECHO, {
      LoggingConfig: { LogFormat: "JSON" },
    });
    await deployment.init(fanOut(SHARING));
  });

  afterAll(() => deployment.stop());

  it("is finished by a second apply after the first was interrupted", async () => {
    const registration = ["kinesis", "RegisterStreamConsumer"] as const;
    const busy = { code: "LimitExceededException", message: "Too many consumers are CREATING." };
    // If Terraform is interrupted between a request and its response, the consumer exists outside the
    // state, as in AWS. No consumer is registered before the interruption, to exclude this case.
    deployment.aws.failNext(...registration, busy, Infinity);
    const interrupted = deployment.follow((line) => {
      const { type, hook } = JSON.parse(line) as {
        type: string;
        hook?: { resource: { resource_type: string } };
      };
      if (type === "apply_complete" && hook?.resource.resource_type === "aws_kinesis_stream") {
        void stopTerraform();
      }
    });
    await expect(interrupted).rejects.toThrow(/^terraform apply .* failed/);
    deployment.aws.failNext(...registration, busy, 0);
    const start = Date.now();

    await deployment.apply();

    // Twelve registered consumers and slow propagation of the role must not take minutes.
    expect((Date.now() - start) / 1000).toBeLessThan(150);
    expect(await deployment.pendingChanges()).toBe("");
    await reaches(MADE);
    await reaches("echo", SHARING.length);
  });

  it("never has a policy refused because a role has not propagated", () => {
    expect(refusedPolicies()).toEqual([]);
  });

  it("recreates a policy that was deleted outside Terraform", async () => {
    const { kinesis } = deployment.clients(PRODUCER);
    await kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: streamArn("orders") }));
    expect(await deployment.pendingChanges()).toContain(
      "aws_kinesis_resource_policy.orders_stream-policy",
    );

    await deployment.applyPending();

    expect(await deployment.pendingChanges()).toBe("");
    await reaches(MADE);
  });

  it("gives access to a role again that was deleted and recreated", async () => {
    const { iam } = deployment.clients(CONSUMER);
    const RoleName = MADE;
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames!) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: decodeURIComponent(Role!.AssumeRolePolicyDocument!),
      }),
    );

    await deployment.apply();

    expect(await deployment.pendingChanges()).toBe("");
    await reaches(MADE);
  });

  it("registers a deregistered consumer again, with its policy and its mapping", async () => {
    const { kinesis } = deployment.clients(PRODUCER);
    await kinesis.send(
      new DeregisterStreamConsumerCommand({
        StreamARN: streamArn("orders"),
        ConsumerName: MADE,
      }),
    );

    await deployment.apply();

    expect(await deployment.pendingChanges()).toBe("");
    await reaches(MADE);
  });

  it("loses no records of other consumers while one is removed", async () => {
    const left = SHARING.slice(1);
    await deployment.resynthesize(fanOut(left));
    const sent: string[] = [];
    const producer = { isRunning: true };
    const producing = (async () => {
      while (producer.isRunning) {
        const data = `steady-${sent.length}`;
        await deliver(data);
        sent.push(data);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();

    await deployment.apply();
    producer.isRunning = false;
    await producing;

    expect(sent.length).toBeGreaterThan(10);
    const last = sent.at(-1)!;
    await until(async () => (await timesSeen(MADE, last)) > 0);
    await until(async () => (await timesSeen("echo", last)) >= left.length);
    const made = await deployment.logged(CONSUMER, MADE);
    const echoed = await deployment.logged(CONSUMER, "echo");
    for (const data of sent) {
      expect(made.filter((line) => line.kinesis?.data === data)).toHaveLength(1);
      expect(echoed.filter((line) => line.data === data).length).toBeGreaterThanOrEqual(
        left.length,
      );
    }
  });
});
