import { GetEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { GetQueueUrlCommand, PurgeQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import * as fs from "fs";
import * as path from "path";
import { stopTerraform } from "../../local/terraform";
import { Configuration } from "../../local/workspace";
import { CrossAccountConsumer, ProducerStream } from "../../modules";
import { put, until } from "../local/two-accounts";
import { describeWithTerraform, synthesize } from "../terraform/harness";
import { CONSUMER, Deployment, PRODUCER, REGION, streamArn } from "./deployment";
import { failingCode } from "./handlers/code";

jest.setTimeout(300_000);

const WRITER = "555555555555";
const POLICIES = [
  "aws_kinesis_resource_policy",
  "aws_kms_key_policy",
  "aws_iam_role_policy",
] as const;

const synthesizePipeline = (): string =>
  synthesize((stack, providerOf) => {
    const stream = new ProducerStream(stack, "orders", {
      provider: providerOf("producer", PRODUCER),
      streamName: "orders",
      shardCount: 1,
    });
    stream.grantWrite(`arn:aws:iam::${WRITER}:root`);
    new CrossAccountConsumer(stack, "analytics", {
      provider: providerOf("analytics", CONSUMER),
      stream,
      consumerName: "analytics",
      code: failingCode(),
      handler: "index.throws",
      maximumRetryAttempts: 0,
    });
  }, REGION);

/** What goes wrong without a statement: what it allows is missed, and nothing else. */
const MISSED: Record<string, RegExp> = {
  StreamEFOReadStatementID: /kinesis:(Describe|Get|List)/,
  StreamWriteStatementID: /^the writer: .*kinesis:PutRecord/s,
  // The only statement of its policy: AWS may as well refuse to keep an empty one.
  ConsumerEFOReadStatementID:
    /^refused: .*Exception: |kinesis:(SubscribeToShard|DescribeStreamConsumer)/s,
  KeyAdministration: /^refused: .*not allow you to update the key policy/s,
  StreamReadersDecrypt: /kms:Decrypt/,
  StreamWritersGenerateDataKey: /^the writer: .*kms:GenerateDataKey/s,
  ReadStream: /kinesis:(Describe|Get|List)/,
  ReadConsumer: /kinesis:(SubscribeToShard|DescribeStreamConsumer)/,
  DecryptRecords: /kms:Decrypt/,
  ReportFailures: /sqs:SendMessage|^failures are not reported$/,
  WriteLogs: /^no log line$/,
};

type Edit = (stack: Configuration) => void;

const short = (address: string): string => address.replace(/_[0-9A-F]{8}$/, "");

const policiesOf = (stack: Configuration): { type: string; id: string; address: string }[] =>
  POLICIES.flatMap((type) =>
    Object.keys(stack.resource[type] ?? {}).map((id) => ({
      type,
      id,
      address: `${type}.${id}`,
    })),
  );

const REFERENCE = /\$\{[^}]*\}/g;

/** Edits a policy's statements; Terraform's references hold quotes that JSON cannot read. */
function editStatements(
  policy: string,
  edit: (statements: { Sid: string }[]) => { Sid: string }[],
): string {
  const references = policy.match(REFERENCE) ?? [];
  let index = 0;
  const document = JSON.parse(policy.replace(REFERENCE, () => `<${index++}>`)) as {
    Statement: { Sid: string }[];
  };
  document.Statement = edit(document.Statement);
  return JSON.stringify(document).replace(/<(\d+)>/g, (_all, at) => references[Number(at)]!);
}

function sidsOf(policy: string): string[] {
  const sids: string[] = [];
  editStatements(policy, (statements) => {
    sids.push(...statements.map(({ Sid }) => Sid));
    return statements;
  });
  return sids;
}

const policyAt = (stack: Configuration, type: string, id: string): { policy: string } =>
  stack.resource[type]![id] as { policy: string };

/** Every statement of every policy, every policy as a whole. */
function removals(stack: Configuration): (readonly [string, RegExp, Edit])[] {
  return policiesOf(stack).flatMap(({ type, id, address }) => [
    ...sidsOf(policyAt(stack, type, id).policy).map(
      (sid) =>
        [
          `statement ${sid} of ${short(address)}`,
          MISSED[sid]!,
          (edited: Configuration) => {
            const resource = policyAt(edited, type, id);
            resource.policy = editStatements(resource.policy, (statements) =>
              statements.filter(({ Sid }) => Sid !== sid),
            );
          },
        ] as const,
    ),
    [
      `resource ${short(address)}`,
      /^(the writer: |PROBLEM: User: )/,
      (edited: Configuration) => {
        const rest = Object.entries(edited.resource[type]!).filter(([other]) => other !== id);
        edited.resource[type] = Object.fromEntries(rest);
        if (rest.length === 0) {
          edited.resource = Object.fromEntries(
            Object.entries(edited.resource).filter(([other]) => other !== type),
          );
        }
        withoutEdgesTo(address)(edited);
      },
    ] as const,
  ]);
}

const withoutEdgesTo =
  (address: string): Edit =>
  (stack) => {
    for (const resources of Object.values(stack.resource)) {
      for (const resource of Object.values(resources)) {
        if (Array.isArray(resource.depends_on)) {
          resource.depends_on = resource.depends_on.filter((one) => one !== address);
        }
      }
    }
  };

const directory = synthesizePipeline();
const synthesized = JSON.parse(
  fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8"),
) as Configuration;
const mappingAddress = `aws_lambda_event_source_mapping.${Object.keys(synthesized.resource.aws_lambda_event_source_mapping!)[0]!}`;

describeWithTerraform("a pipeline from which one thing was removed", () => {
  let deployment: Deployment;
  let uuid: string;
  let count = 0;

  beforeAll(async () => {
    deployment = await Deployment.start({ rolePropagationSeconds: 1 });
    await deployment.init(directory);
    await deployment.apply();
    const shown = await deployment.show(mappingAddress);
    uuid = String(shown.uuid);
  });

  afterAll(() => deployment.stop());

  /** Nothing where all works; else the first thing that does not. */
  async function whatIsBroken(): Promise<string | undefined> {
    const marker = `record-${count++}`;
    const writer = await deployment.clients(WRITER);
    const { lambda, sqs } = await deployment.clients(CONSUMER);
    const { QueueUrl } = await sqs.send(
      new GetQueueUrlCommand({ QueueName: "analytics-on-failure" }),
    );
    // What was reported before says nothing of now.
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    try {
      await put(writer, streamArn("orders"), [
        { key: marker, data: marker },
        { key: marker, data: "poison" },
      ]);
    } catch (error) {
      // The reader is looked at with what the stream's own account puts.
      return `the writer: ${(error as Error).message}`;
    }
    const seen = { delivered: false, reported: false, problem: "" };
    await until(async () => {
      const lines = await deployment.logged(CONSUMER, "analytics");
      seen.delivered ||= lines.some(({ data }) => data === marker);
      const { Messages: failures = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      seen.reported ||= failures.length > 0;
      const { LastProcessingResult: result = "" } = await lambda.send(
        new GetEventSourceMappingCommand({ UUID: uuid }),
      );
      // That the poison failed is said there too.
      seen.problem = result.includes("not authorized") ? result : "";
      // Not on a problem: it may be what is left of the removal before.
      return seen.delivered && seen.reported;
    }, 6).catch(() => undefined);
    if (seen.delivered && seen.reported) {
      return undefined;
    }
    return seen.problem || (seen.delivered ? "failures are not reported" : "no log line");
  }

  /** What AWS refused, once it did: the provider would retry some refusals for minutes. */
  async function applied(): Promise<string | undefined> {
    const before = deployment.aws.refusals.length;
    const terraform = { isRunning: true };
    const apply = deployment
      .apply("-refresh=false")
      .then(
        () => undefined,
        (error: unknown) => `refused: ${(error as Error).message}`,
      )
      .finally(() => (terraform.isRunning = false));
    while (terraform.isRunning) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const refused = deployment.aws.refusals
        .slice(before)
        .find(({ operation }) => operation === "PutKeyPolicy");
      if (refused) {
        await stopTerraform();
        await apply;
        return `refused: ${refused.code}: ${refused.message}`;
      }
    }
    return apply;
  }

  it("works as long as nothing was", async () => {
    expect(await whatIsBroken()).toBeUndefined();
  });

  it.each(removals(synthesized))("fails without %s", async (_name, missed, edit) => {
    deployment.change(edit);

    const outcome = (await applied()) ?? (await whatIsBroken());

    expect(outcome).toMatch(missed);
  });

  it("works again once everything is back", async () => {
    deployment.change(() => undefined);
    await deployment.apply("-refresh=false");

    expect(await whatIsBroken()).toBeUndefined();
  });

  describe("or one thing that the mapping waits for", () => {
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

    it("is never refused as long as it waits for all", async () => {
      expect(await refusedMappings(() => undefined, policies)).toEqual([]);
    });

    it.each(policies.map((address) => [short(address), address] as const))(
      "is refused at first where nothing waits for %s",
      async (_name, address) => {
        const messages = await refusedMappings(withoutEdgesTo(address), [address]);

        expect(messages).toContainEqual(expect.stringMatching(/^Cannot access stream /));
      },
    );
  });
});
