import { GetAliasCommand } from "@aws-sdk/client-lambda";
import * as fs from "node:fs";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Question } from "../../app/approval";
import { hasAwsCli } from "../cli/aws-cli";
import { clientsOf, messages, put, until } from "../local/two-accounts";
import { describeWithTerraform, scratch, STACK, synthesizeMain } from "../terraform/harness";
import { Deployed } from "./deployed";
import { CONSUMER, PRODUCER, REGION, streamArn } from "./deployment";

const NAME = "reader";
const REFUSED = { code: "CodeStorageExceededException", message: "Code storage limit exceeded." };

/** Code that logs its name, its environment and the data of each record. */
function codeNamed(name: string): string {
  const directory = scratch();
  fs.writeFileSync(
    path.join(directory, "index.js"),
    `exports.handler = async ({ Records }) => {
  for (const { kinesis } of Records) {
    const data = Buffer.from(kinesis.data, "base64").toString();
    console.log(["${name}", process.env.STAGE, data].join(" "));
  }
  return { batchItemFailures: [] };
};`,
  );
  return directory;
}

const synthesized = (code: string, stage: string): string =>
  path.join(
    synthesizeMain({
      region: REGION,
      producer: { accountId: PRODUCER },
      stream: { streamName: "orders", shardCount: 1 },
      consumers: [
        {
          account: { accountId: CONSUMER },
          consumerName: NAME,
          readMode: "SHARED_THROUGHPUT",
          code,
          handler: "index.handler",
          environment: { STAGE: stage },
          alias: { name: "live" },
        },
      ],
    }),
    STACK,
  );

describeWithTerraform("an alias whose function could not publish a version", () => {
  const [one, two, three] = [codeNamed("one"), codeNamed("two"), codeNamed("three")];
  const canType = hasAwsCli;
  let deployed: Deployed;
  let count = 0;

  const version = async (): Promise<string | undefined> => {
    const { lambda } = clientsOf(deployed.aws, CONSUMER);
    const alias = await lambda.send(new GetAliasCommand({ FunctionName: NAME, Name: "live" }));
    return alias.FunctionVersion;
  };

  /** Puts a record, and waits until a code with an environment has processed it. */
  async function isProcessedBy(code: string, stage: string): Promise<void> {
    const data = `record-${count++}`;
    await put(clientsOf(deployed.aws, PRODUCER), streamArn("orders"), [{ key: "a", data }]);
    const line = `${code} ${stage} ${data}`;
    await until(async () => {
      await deployed.aws.flushLogs();
      const logged = await messages(clientsOf(deployed.aws, CONSUMER), NAME);
      return logged.some((message) => message.includes(line));
    });
  }

  /** Deploys a change of which no version is published. */
  async function failToPublish(stack: string): Promise<void> {
    const before = await version();
    deployed.aws.failNext("lambda", "PublishVersion", REFUSED, 1);
    expect(await deployed.run(stack)).toContain(REFUSED.message);
    expect(await version()).toBe(before);
  }

  beforeAll(async () => {
    deployed = await Deployed.start();
    expect(await deployed.run(synthesized(one, "test"))).toBe("");
    expect(await version()).toBe("1");
  });
  afterAll(() => deployed.stop());

  (canType ? it : it.skip).each([
    { changed: "code", directory: two, stage: "test", now: "two", old: "one test", next: "2" },
    {
      changed: "environment",
      directory: two,
      stage: "live",
      now: "two",
      old: "two test",
      next: "3",
    },
  ])(
    "moves to the version that the printed line publishes, after a change of $changed only",
    async ({ directory, stage, now, old, next }) => {
      const stack = synthesized(directory, stage);
      await failToPublish(stack);
      const [code = "", environment = ""] = old.split(" ");
      await isProcessedBy(code, environment);

      const refusal = await deployed.run(stack, { command: "plan" });
      // Terraform's own words, without colours and the frame around them.
      expect(stripVTControlCharacters(refusal).replace(/[\s│]+/g, " ")).toContain(
        `version ${Number(next) - 1} of function ${NAME} has other code or settings`,
      );
      const typed = await deployed.type([...deployed.printed, refusal].join("\n"), CONSUMER);
      expect(typed).toEqual([
        `aws lambda publish-version --function-name ${NAME} --region ${REGION} --profile local`,
      ]);

      expect(await deployed.run(stack)).toBe("");
      expect(await version()).toBe(next);
      expect(await deployed.pending()).toEqual([]);
      await isProcessedBy(now, stage);
    },
  );

  it("moves to a version that the next deploy publishes once that is approved", async () => {
    const stack = synthesized(three, "live");
    await failToPublish(stack);
    const before = Number(await version());
    const questions: Question[] = [];
    const approve = (question: Question): Promise<boolean> => {
      questions.push(question);
      return Promise.resolve(true);
    };

    expect(await deployed.run(stack, { approve })).toBe("");

    expect(questions).toEqual([{ text: `Publish a version of ${NAME} and plan?` }, { lost: [] }]);
    expect(await version()).toBe(String(before + 1));
    expect(await deployed.pending()).toEqual([]);
    await isProcessedBy("three", "live");
  });
});
