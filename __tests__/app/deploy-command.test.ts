import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { typingEnvironment } from "../e2e/typing";
import { type RunningCommand, startCommand } from "../helpers/terminal";
import { clientsOf, makeFunction, makeRole, PRODUCER, REGION } from "../local/two-accounts";
import { describeWithTerraform, ROOT, scratch } from "../terraform/harness";

const PROMPT = "Apply this plan?";
const backend = { bucket: "states", key: "orders", region: REGION, profile: "producer" };

describeWithTerraform("npm run plan, deploy and destroy", () => {
  const root = scratch();
  const out = path.join(root, "cdktf.out");
  const stack = path.join(out, "stacks", "orders");
  let aws: LocalAws;
  let env: NodeJS.ProcessEnv;
  let roleArn: string;

  beforeAll(async () => {
    aws = await startLocalAws();
    env = {
      ...(await typingEnvironment(aws, root, { producer: PRODUCER })),
      DEPLOYMENT: path.join(root, "settings.json"),
    };
    const clients = clientsOf(aws, PRODUCER);
    roleArn = await makeRole(clients, "reader");
    await makeFunction(clients, "reader", roleArn, "exports.handler = async () => ({});");
    await clients.s3.send(new CreateBucketCommand({ Bucket: backend.bucket }));
  });
  afterAll(() => aws.stop());

  const settings = (changes: object = {}, retentionPeriodHours = 48): void =>
    fs.writeFileSync(
      path.join(root, "settings.json"),
      JSON.stringify({
        name: "orders",
        region: REGION,
        producer: { accountId: PRODUCER, profile: "producer" },
        stream: { streamName: "orders", shardCount: 1, encryption: "NONE", retentionPeriodHours },
        accounts: { own: { accountId: PRODUCER, profile: "producer" } },
        consumers: [
          {
            account: "own",
            consumerName: "reader",
            readMode: "SHARED_THROUGHPUT",
            existingFunction: { functionName: "reader", roleName: "reader", roleArn },
          },
        ],
        ...changes,
      }),
    );
  const start = (...args: string[]): RunningCommand =>
    startCommand(["npm", "run", "--silent", ...args], { cwd: ROOT, env, terminal: true });

  it("applies the plan that was shown, although another terminal has planned to destroy everything", async () => {
    settings({}, 24);
    expect(await start("deploy", "--", "--auto-approve").ended).toMatchObject({ code: 0 });
    settings();
    const one = start("deploy");
    await one.printed(PROMPT);
    const two = start("destroy");
    await two.printed(PROMPT);
    one.type("yes\n");
    const applied = await one.ended;
    two.type("no\n");
    await two.ended;

    expect(applied.output).toContain("0 added, 2 changed, 0 destroyed");
    expect(applied.code).toBe(0);
    const { kinesis } = clientsOf(aws, PRODUCER);
    const { StreamDescriptionSummary: stream } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: "orders" }),
    );
    expect(stream).toMatchObject({ StreamStatus: "ACTIVE", RetentionPeriodHours: 48 });
  });

  it("leaves the output directory ready for terraform output", () => {
    const { stdout } = spawnSync(
      "terraform",
      [`-chdir=${stack}`, "output", "-raw", "KinesisStreamArn"],
      { env, encoding: "utf8" },
    );
    expect(stdout).toBe(`arn:aws:kinesis:${REGION}:${PRODUCER}:stream/orders`);
  });

  const deleteOutput = (): void => fs.rmSync(out, { recursive: true });
  const MOVES: [move: string, changes: object, deleteOutput: boolean, places: RegExp][] = [
    [
      "to a bucket",
      { backend },
      false,
      /terraform\.orders\.tfstate has \d resource\(s\), and s3:\/\/states\/orders, .* has none/,
    ],
    [
      "to another key",
      { backend: { ...backend, key: "other" } },
      true,
      /s3:\/\/states\/orders has \d resource\(s\), and s3:\/\/states\/other,/,
    ],
    [
      "back to a local file",
      {},
      false,
      /s3:\/\/states\/other has \d resource\(s\), and .*terraform\.orders\.tfstate,/,
    ],
    [
      "from a local file of a fresh clone",
      { backend: { ...backend, key: "third" } },
      true,
      /terraform\.orders\.tfstate has \d resource\(s\), and s3:\/\/states\/third,/,
    ],
  ];

  it.each(MOVES)(
    "refuses to plan without the state when it moves %s, and the printed commands move it",
    async (_move, changes, isFresh, places) => {
      settings(changes);
      const { code, output } = await start("plan").ended;
      expect(output.replaceAll("\r", "")).toMatch(places);
      expect(output).not.toContain("terraform plan");
      expect(code).toBe(1);
      if (isFresh) {
        deleteOutput();
      }

      const [, move = ""] = output.replaceAll("\r", "").split(/^(?=To )/m);
      const commands = move.split("\n").filter((line) => line.startsWith("  "));
      const typed = startCommand(["sh", "-exc", commands.join("\n")], { cwd: ROOT, env });
      expect(await typed.ended).toMatchObject({ code: 0 });

      const planned = await start("plan").ended;
      expect(planned.output).toContain("No changes.");
      expect(planned.code).toBe(0);
    },
  );
});
