import { ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Question } from "../../app/approval";
import { CrossAccountConsumer, ProducerStream, ReadMode } from "../../modules";
import { clientsOf, put, until } from "../local/two-accounts";
import {
  CODE,
  describeWithTerraform,
  STACK,
  synthesize,
  synthesizeMain,
} from "../terraform/harness";
import { Deployed } from "./deployed";
import { CONSUMER, PRODUCER, REGION, streamArn } from "./deployment";

type Consumer = Readonly<Record<string, unknown>>;

const consumer = (id: string, consumerName: string, more: object = {}): Consumer => ({
  id,
  account: { accountId: CONSUMER },
  consumerName,
  readMode: "SHARED_THROUGHPUT",
  ...more,
});

const settings = (consumers: readonly Consumer[], more: object = {}): object => ({
  region: REGION,
  producer: { accountId: PRODUCER },
  stream: { streamName: "orders", shardCount: 1 },
  consumers,
  ...more,
});

const stackOf = (given: object): string => path.join(synthesizeMain(given), STACK);

/** Two consumers of one function, or only the second, with the function as its own. */
const sharing = (hasFirst: boolean): string =>
  synthesize((stack, providerOf) => {
    const [owner, provider] = [providerOf("producer", PRODUCER), providerOf("reader", CONSUMER)];
    const streamOf = (streamName: string): ProducerStream =>
      new ProducerStream(stack, streamName, { provider: owner, streamName, shardCount: 1 });
    const [clicks, views] = [streamOf("clicks"), streamOf("views")];
    const readMode = ReadMode.SHARED_THROUGHPUT;
    const first =
      hasFirst &&
      new CrossAccountConsumer(stack, "first", {
        ...{ provider, readMode, stream: clicks },
        consumerName: "shared",
        code: CODE(),
      });
    new CrossAccountConsumer(stack, "second", {
      ...{ provider, readMode, stream: views },
      consumerName: "second",
      ...(first ? { existingFunction: first } : { functionName: "shared", code: CODE() }),
    });
  }, REGION);

describeWithTerraform("a plan that would fail halfway or take away what is in use", () => {
  let deployed: Deployed;

  beforeAll(async () => {
    deployed = await Deployed.start();
  });
  afterAll(() => deployed.stop());

  const functions = async (): Promise<string[]> => {
    const { lambda } = clientsOf(deployed.aws, CONSUMER);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    return Functions.map(({ FunctionName = "" }) => FunctionName).sort();
  };

  /** Puts a record into a stream, and waits until each of the functions has it. */
  async function reaches(stream: string, ...names: string[]): Promise<void> {
    const from = deployed.deliveries.length;
    await put(clientsOf(deployed.aws, PRODUCER), streamArn(stream), [{ key: "a", data: "it" }]);
    await until(() => {
      const reached = deployed.deliveries
        .slice(from)
        .map(({ functionArn }) => functionArn.split(":")[6]);
      return Promise.resolve(names.every((name) => reached.includes(name)));
    });
  }

  const planned = (consumers: readonly Consumer[]): Promise<string> =>
    deployed.run(stackOf(settings(consumers)), { command: "plan" });
  const apply = async (consumers: readonly Consumer[]): Promise<void> => {
    expect(await deployed.run(stackOf(settings(consumers)))).toBe("");
  };

  const first = [consumer("n1", "n1"), consumer("n2", "n2")];

  it("is not refused in empty accounts", async () => {
    await apply(first);
    expect(deployed.printed).not.toContainEqual(expect.stringContaining("could not check"));
    expect(await functions()).toEqual(["n1", "n2"]);
  });

  it("imports a stream that an interrupted deploy left outside the state", async () => {
    const [address = ""] = [...deployed.state().keys()].filter((one) =>
      one.startsWith("aws_kinesis_stream."),
    );
    await deployed.terraform("state", "rm", address);
    const refusal = await planned(first);
    expect(refusal).toContain(`import ${address} orders`);
    await deployed.type(refusal);
    expect((await deployed.pending()).filter((one) => one.includes("create"))).toEqual([]);
  });

  it("names the deployment that has what would be created", async () => {
    const state = path.join(deployed.root, "terraform.other.tfstate");
    const own = path.join(deployed.root, "out", "stacks", "it", "terraform.tfstate");
    fs.renameSync(own, state);
    const foreign = await planned(first);
    fs.renameSync(state, own);
    expect(foreign).toMatch(
      /what another deployment has: .*stream orders \(in terraform\.other\.tfstate\); /,
    );
    for (const name of ["role n1", "function n2", "log group /aws/lambda/n1", "key alias"]) {
      expect(foreign).toContain(name);
    }
  });

  it("exchanges the names of two consumers in two deploys", async () => {
    const wanted = [consumer("n1", "n2"), consumer("n2", "n1")];
    expect(await planned(wanted)).toMatch(/role n2 for \S*n1, held by \S*n2;[^]*deploy twice/);
    await apply([consumer("n1", "x1"), consumer("n2", "x2")]);
    await apply(wanted);
    await reaches("orders", "n1", "n2");
  });

  const renamed = [consumer("n1", "n9"), consumer("n2", "n1")];
  const reused = [...renamed, consumer("n3", "n2")];

  it("gives the old name of a consumer to a new one in two deploys", async () => {
    expect(await planned(reused)).toMatch(/function n2 for \S*n3, held by \S*n1[^]*deploy twice/);
    await apply(renamed);
    const kept = await planned(reused);
    expect(kept).toContain("log group /aws/lambda/n2");
    await deployed.type(kept);
    // The consumer that gave its log group away has the old name of the other one.
    const chained = await planned(reused);
    expect(chained).toContain("log group /aws/lambda/n1");
    await deployed.type(chained);
    await apply(reused);
    await reaches("orders", "n1", "n2", "n9");
  });

  const handedOver = [...renamed, consumer("n4", "n2")];

  it("hands a consumer over to another id", async () => {
    const refusal = await planned(handedOver);
    expect(refusal).toMatch(/the plan destroys .*role n2.* and creates the same for \S*n4/);
    await deployed.type(refusal);
    expect(await planned(handedOver)).toBe("");
    const pending = await deployed.pending();
    expect(pending.filter((one) => !one.startsWith("update"))).toEqual([]);
  });

  it("leaves a function in AWS that becomes its consumer's existing function", async () => {
    const existingFunction = {
      functionName: "n2",
      roleArn: `arn:aws:iam::${CONSUMER}:role/n2`,
      roleName: "n2",
    };
    const existing = [...renamed, consumer("n4", "n2", { existingFunction })];
    const refusal = await planned(existing);
    expect(refusal).toMatch(/the plan destroys function n2 .* goes on invoking/);
    await deployed.type(refusal);
    await apply(existing);
    expect(await functions()).toEqual(["n1", "n2", "n9"]);
    await reaches("orders", "n1", "n2", "n9");

    const { kms } = clientsOf(deployed.aws, PRODUCER);
    const [, key] = [...deployed.state()].find(([one]) => one.startsWith("aws_kms_key.")) ?? [];
    const KeyId = String(key?.arn);
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const scheduled = await planned(existing);
    expect(scheduled).toContain(
      [
        `      aws kms cancel-key-deletion --key-id ${KeyId} --region ${REGION} --profile local`,
        `      aws kms enable-key --key-id ${KeyId} --region ${REGION} --profile local`,
      ].join("\n"),
    );
    expect(deployed.printed.join("\n")).toContain(
      `does not find key ${KeyId}, and creates another`,
    );
    expect(await deployed.type(scheduled, PRODUCER)).toHaveLength(2);
    expect(await planned(existing)).toBe("");
    expect(await deployed.pending()).toEqual([]);
  });

  it("says how many failure reports a destroy deletes, and asks for the names of no other queues", async () => {
    const { sqs } = clientsOf(deployed.aws, CONSUMER);
    const queues = [...deployed.state()].filter(([one]) => one.startsWith("aws_sqs_queue."));
    const QueueUrl = String(queues[0]?.[1].url);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }));
    const questions: Question[] = [];
    const refusal = await deployed.run(stackOf(settings(handedOver)), {
      command: "destroy",
      approve: (question) => {
        questions.push(question);
        return Promise.resolve(false);
      },
    });
    expect(refusal).toBe("not approved: nothing was changed");
    const names = queues.map(([, values]) => String(values.name));
    expect(questions).toHaveLength(1);
    expect(questions[0]?.lost?.filter((name) => names.includes(name))).toEqual([names[0]]);
    expect(deployed.printed).toContainEqual(
      expect.stringMatching(
        /^ {2}- deletes queue \S+ with about 2 failure reports in it: .*npm run redrive/,
      ),
    );
  });

  it("hands a shared function over to the consumer that stays", async () => {
    const shared = deployed.beside();
    expect(await shared.run(sharing(true))).toBe("");
    const queueOf = (): unknown =>
      [...shared.state()].find(([one]) => one.startsWith("aws_sqs_queue."))?.[1].url;
    const queue = queueOf();

    const refusal = await shared.run(sharing(false), { command: "plan" });
    expect(refusal).toMatch(
      /the plan destroys .*function shared.* and creates the same for second/,
    );
    const moved = (await shared.type(refusal)).filter((line) => line.includes(" state mv "));
    expect(moved.map((line) => line.split(" ")[4]?.split(".")[0]).sort()).toEqual([
      "aws_cloudwatch_log_group",
      "aws_iam_role",
      "aws_lambda_function",
      "aws_sqs_queue",
    ]);

    expect(await shared.run(sharing(false))).toBe("");
    expect(await shared.pending()).toEqual([]);
    expect(queueOf()).toBe(queue);
    await reaches("views", "shared");
  });
});
