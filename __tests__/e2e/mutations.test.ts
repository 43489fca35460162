import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { GetEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { PurgeQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import * as fs from "node:fs";
import * as path from "node:path";
import { Configuration } from "../../local/workspace";
import { CrossAccountConsumer, ProducerStream } from "../../modules";
import { until } from "../local/two-accounts";
import { describeWithTerraform, synthesize } from "../terraform/harness";
import { CONSUMER, Deployment, PRODUCER, REGION, streamArn } from "./deployment";
import { failingCode } from "./handlers/code";
import {
  Edit,
  policiesOf,
  short,
  statementsOf,
  withoutEdgesTo,
  withoutStatement,
} from "./removals";

const WRITER = "555555555555";
// The poller logs many times a second why it cannot read.
const SAID_ANEW_MILLISECONDS = 1_000;
const CANNOT_READ = /not authorized to perform: (kinesis|kms):/;

const synthesizePipeline = (): string =>
  synthesize((stack, providerOf) => {
    const stream = new ProducerStream(stack, "orders", {
      provider: providerOf("producer", PRODUCER),
      streamName: "orders",
      shardCount: 1,
    });
    stream.grantWrite(`arn:aws:iam::${WRITER}:root`);
    const consumer = new CrossAccountConsumer(stack, "analytics", {
      provider: providerOf("analytics", CONSUMER),
      stream,
      consumerName: "analytics",
      code: failingCode(),
      handler: "index.throws",
      maximumRetryAttempts: 0,
    });
    // It repeats a statement, so that nobody would miss the other one.
    consumer.node.tryRemoveChild("on-failure-policy");
  }, REGION);

const directory = synthesizePipeline();
const synthesized = JSON.parse(
  fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8"),
) as Configuration;
const mappingAddress = `aws_lambda_event_source_mapping.${Object.keys(synthesized.resource.aws_lambda_event_source_mapping!)[0]!}`;

describeWithTerraform("a pipeline without one of its permissions", () => {
  let deployment: Deployment;
  let uuid: string;
  let count = 0;

  beforeAll(async () => {
    deployment = await Deployment.start({ rolePropagationSeconds: 1 });
    await deployment.init(directory);
    await deployment.apply();
    uuid = String(deployment.show(mappingAddress).uuid);
  });

  afterAll(() => deployment.stop());

  /** The first step that fails; undefined if all work. */
  async function whatIsBroken(): Promise<string | undefined> {
    const round = count++;
    const { kinesis } = deployment.clients(WRITER);
    const { lambda, sqs } = deployment.clients(CONSUMER);
    const QueueUrl = await deployment.failureQueueUrl(CONSUMER, "analytics");
    // One receive call returns at most ten reports.
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    let poison: string;
    try {
      const { Records } = await kinesis.send(
        new PutRecordsCommand({
          StreamARN: streamArn("orders"),
          Records: [`before-${round}`, "poison", `after-${round}`].map((data) => ({
            PartitionKey: "same",
            Data: Buffer.from(data),
          })),
        }),
      );
      poison = Records![1]!.SequenceNumber!;
    } catch (error) {
      return `the writer: ${(error as Error).message}`;
    }
    const isLogged = async (record: string): Promise<boolean> =>
      (await deployment.logged(CONSUMER, "analytics")).some(
        ({ data }) => data === `${record}-${round}`,
      );
    // A report may be about the failing record of an earlier round.
    const isReported = async (): Promise<boolean> => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
      );
      return Messages.some(({ Body }) => {
        const { KinesisBatchInfo: lost } = JSON.parse(Body!) as {
          KinesisBatchInfo: { startSequenceNumber: string };
        };
        return lost.startSequenceNumber === poison;
      });
    };
    const start = Date.now();
    const whyNotRead = async (): Promise<string | undefined> => {
      // Earlier messages can be about the previous removal.
      if (Date.now() - start < SAID_ANEW_MILLISECONDS) {
        return undefined;
      }
      const { LastProcessingResult: result = "" } = await lambda.send(
        new GetEventSourceMappingCommand({ UUID: uuid }),
      );
      return CANNOT_READ.test(result) ? result : undefined;
    };

    let problem: string | undefined;
    await until(
      async () =>
        (await isReported()) || (await isLogged("after")) || (problem = await whyNotRead()),
    );
    if (problem !== undefined) {
      return problem;
    }
    // Records are processed in order, so the failing record was processed before the last one.
    if (!(await isLogged("before"))) {
      return "no log line";
    }
    return (await isReported()) ? undefined : "failures are not reported";
  }

  /** Waits until the poller no longer reports the refusals that a removed statement caused. */
  async function readsAgain(): Promise<void> {
    const { lambda } = deployment.clients(CONSUMER);
    await until(async () => {
      const mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID: uuid }));
      return !CANNOT_READ.test(mapping.LastProcessingResult ?? "");
    });
  }

  it("works with all of them", async () => {
    expect(await whatIsBroken()).toBeUndefined();
  });

  // The policies that Terraform applied are changed by AWS's own calls: an apply takes ten seconds.
  it.each(statementsOf(synthesized))(
    "fails without the statement %s",
    async (_name, missed, policy, sid) => {
      const clients = deployment.clients(policy.account);
      const resource = deployment.show(policy.address) as Record<string, string>;
      const put = (text: string): Promise<unknown> => policy.put(clients, resource, text);

      const outcome = await put(withoutStatement(resource.policy!, sid)).then(
        whatIsBroken,
        (error: unknown) => `refused: ${String(error)}`,
      );
      await put(resource.policy!);
      await readsAgain();

      expect(outcome).toMatch(missed);
    },
  );

  it("works again once every statement is restored", async () => {
    expect(await whatIsBroken()).toBeUndefined();
  });

  describe("or one of the mapping's dependencies", () => {
    const policies = policiesOf(synthesized).map(({ address }) => address);

    const refusedMappings = async (edit: Edit, remade: readonly string[]): Promise<string[]> => {
      const before = deployment.aws.refusals.length;
      deployment.change(edit);
      await deployment.apply(
        "-refresh=false",
        ...[mappingAddress, ...remade].map((address) => `-replace=${address}`),
      );
      return deployment.aws.refusals
        .slice(before)
        .filter(({ operation }) => operation === "CreateEventSourceMapping")
        .map(({ message }) => message);
    };

    beforeAll(() => {
      deployment.aws.delay("kinesis", "PutResourcePolicy", 4);
      deployment.aws.delay("iam", "PutRolePolicy", 4);
      deployment.aws.delay("kms", "PutKeyPolicy", 4);
    });

    it("is never refused with all dependencies", async () => {
      expect(await refusedMappings(() => undefined, policies)).toEqual([]);
    });

    it.each(policies.map((address) => [short(address), address] as const))(
      "is refused at first without the dependency on %s",
      async (_name, address) => {
        const messages = await refusedMappings(withoutEdgesTo(address), [address]);

        expect(messages).toContainEqual(expect.stringMatching(/^Cannot access stream /));
      },
    );
  });
});
