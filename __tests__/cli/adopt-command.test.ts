import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PutResourcePolicyCommand } from "@aws-sdk/client-kinesis";
import { allow, makeRole, policy, REGION, setRolePolicy } from "../local/two-accounts";
import { withoutProgress } from "../helpers/progress";
import { scratch } from "../terraform/harness";
import { printedPolicies } from "./printed-policies";
import { useWorld } from "./use-world";
import { build, type Built, fromBoth, runCli } from "./world";

const world = useWorld("deployers");
let orders: Built;
let clicks: Built;
const newFile = (): string => join(scratch(), "settings.json");

beforeAll(async () => {
  await makeRole(world.consumer, "deployer");
  await setRolePolicy(world.consumer, "deployer", allow(["*"], "*"));
  orders = await build(world, "orders", { alias: "live" });
  clicks = await build(world, "clicks", { isShared: true });
});

const profiles = ["--region", REGION, "--profile", "analytics", "--stream-profile", "producer"];
const settingsIn = (file: string) =>
  JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;

describe("adopt", () => {
  it("prints what the first deploy does, and the lines to type, in 80 columns", async () => {
    const file = newFile();
    const { exitCode, stdout, stderr } = await world.cli(
      ...["adopt", ...fromBoth("orders"), "--output", file],
    );

    expect([exitCode, withoutProgress(stderr)]).toEqual([0, ""]);
    expect(stdout.replaceAll(file, "FILE").replaceAll(world.aws.url, "URL").split("\n")).toEqual(
      `${orders.streamArn}
imported, each by its id: 5
  stream/stream
    orders
  consumers/orders-efo/consumer
    ${orders.sourceArn}
  consumers/orders-efo/consumer-policy
    ${orders.sourceArn}
  consumers/orders-efo/mapping
    ${orders.uuid}
  stream/stream-policy
    ${orders.streamArn}

added: 2
  consumers/orders-efo/role-policy
    inline policy orders-efo of role orders: what reading and reporting need
  consumers/orders-efo/on-failure-policy
    inline policy of role orders, which keeps a former destination allowed

changed in place: 2
  consumers/orders-efo/consumer-policy
    rewritten: ${orders.role} may read
  stream/stream-policy
    rewritten: it allows what it allows now

kept as it is, unlike the defaults: 6
  stream.shardCount = 1
    omit it, in an apply of its own, for capacity that follows the load
  stream.kmsKeyArn =
  "${orders.keyArn}"
    the key and its policy stay with their owner; the output
    'stream_key-policy-statements_...' says what the policy must allow
  stream.preventDestroy = true
    added here: no plan may destroy the stream; omit it to allow that
  consumers[orders-efo].maximumRetryAttempts = 1
    records are given up after so many retries; the default is 500
  consumers[orders-efo].maximumRecordAgeInSeconds = -1
    a record is retried until it expires, and can then no longer be had; half of
    the retention leaves time to redrive it
  consumers[orders-efo].bisectBatchOnFunctionError = false
    a bad record fails its whole batch; true halves the batch until the record
    is alone

not touched: 1
  function orders, its code, its log group and its role orders with all policies
  that it has

written to FILE

Next, in a checkout of the library:
  AWS_ENDPOINT_URL=URL DEPLOYMENT=FILE npm run plan
  AWS_ENDPOINT_URL=URL DEPLOYMENT=FILE npm run deploy
`.split("\n"),
    );
    expect(settingsIn(file)).toMatchObject({
      name: "orders",
      consumers: [
        {
          existingFunction: { functionName: "orders:live" },
          onFailure: { sqs: orders.queueArn },
        },
      ],
    });
  });

  it("finds every reader of a stream, and the same by --json", async () => {
    const file = newFile();
    const { exitCode, stdout } = await world.cli(
      ...["adopt", "--stream", clicks.streamArn, ...profiles, "--output", file, "--json"],
    );

    expect(exitCode).toBe(0);
    const { streams, ...written } = JSON.parse(stdout) as { streams: object[] };
    expect(written).toEqual({
      file,
      next: ["plan", "deploy"].map(
        (command) => `AWS_ENDPOINT_URL=${world.aws.url} DEPLOYMENT=${file} npm run ${command}`,
      ),
    });
    expect(streams).toMatchObject([
      {
        stream: clicks.streamArn,
        settings: settingsIn(file),
        imported: [
          { path: "stream/stream", id: "clicks" },
          { path: "consumers/clicks/mapping", id: clicks.uuid },
          { path: "stream/stream-policy", id: clicks.streamArn },
        ],
        refused: [],
      },
    ]);
  });

  it("writes a program with --program, and prints the lines that apply it", async () => {
    const file = join(scratch(), "main.ts");
    const plan = () => Promise.reject(new Error("a program is not planned"));

    const { exitCode, stdout } = await runCli(
      [
        ...["adopt", ...fromBoth("orders"), "--endpoint-url", world.aws.url],
        ...["--program", "--output", file],
      ],
      { plan },
    );

    expect(exitCode).toBe(0);
    expect(readFileSync(file, "utf8")).toContain('consumerName: "orders-efo",');
    expect(stdout.replaceAll(file, "FILE").replaceAll(world.aws.url, "URL")).toContain(`
Next, where the library is installed:
  npx tsx FILE
  AWS_ENDPOINT_URL=URL terraform -chdir=cdktf.out/stacks/orders init
  AWS_ENDPOINT_URL=URL terraform -chdir=cdktf.out/stacks/orders apply
`);
  });

  it("needs no permission that --permissions does not print", async () => {
    const args = ["adopt", "--stream", orders.streamArn, ...profiles];
    world.aws.deployers.enforce(await printedPolicies(args));

    const { exitCode, stderr } = await world.cli(...args, "--output", newFile());

    world.aws.deployers.enforce(undefined);
    expect([exitCode, withoutProgress(stderr)]).toEqual([0, ""]);
  });

  it("offers no option that it does not use, and never reads the settings", async () => {
    const settings = () => Promise.reject(new Error("the settings were read"));
    const help = await runCli(["adopt", "--help"], { settings });
    const args = ["adopt", "--stream", orders.streamArn, ...profiles, "--permissions"];

    const { exitCode, stderr } = await runCli(args, { settings });

    expect(help.stdout).toContain("--stream <arn>");
    expect(help.stdout).not.toContain("--name");
    expect([exitCode, stderr]).toEqual([0, ""]);
  });

  it("never overwrites a file", async () => {
    const file = newFile();
    writeFileSync(file, "mine");

    const given = await world.cli("adopt", ...fromBoth("orders"), "--output", file);

    expect([given.exitCode, given.stderr]).toEqual([
      2,
      `'--output' must be a file that does not exist, got ${file}; name another one, or remove that\n`,
    ]);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("writes nothing if the stream's policy cannot be taken over", async () => {
    const Policy = policy(allow(["kinesis:GetRecords"], clicks.streamArn, clicks.role), {
      ...allow(["kinesis:PutRecord"], clicks.streamArn, clicks.role),
      Effect: "Deny",
    });
    const ResourceARN = clicks.streamArn;
    await world.producer.kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy }));
    const file = newFile();

    const { exitCode, stdout } = await world.cli(
      ...["adopt", ...fromBoth("clicks"), "--output", file],
    );

    expect(exitCode).toBe(1);
    expect(stdout).toBe(`${clicks.streamArn}
cannot be adopted: 1
  statement 2 of the stream's policy
    it denies, and the constructs write only statements that allow; remove it,
    or keep the policy where it is managed now

nothing is written
`);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    [[], "got none"],
    [["--function", "orders", "--stream", "x"], "got --function and --stream"],
  ])("wants exactly one name of what is to be adopted: %j", async (args, got) => {
    const { exitCode, stderr } = await runCli(["adopt", ...args]);

    expect([exitCode, stderr]).toEqual([
      2,
      `one of '--function', '--mapping', '--stream' and '--state' must be given, ${got}; name what is to be adopted\n`,
    ]);
  });

  it.each([
    ["clicks", 2, "must be the ARN of a Kinesis stream"],
    [`arn:aws:kinesis:${REGION}:111111111111:stream/none`, 3, "a stream that exists"],
    [`arn:aws:kinesis:${REGION}:333333333333:stream/none`, 3, "no credentials for account 333"],
  ])("says what is wrong with --stream %s", async (stream, code, sentence) => {
    const { exitCode, stderr } = await world.cli("adopt", "--stream", stream, ...profiles);

    expect(exitCode).toBe(code);
    expect(stderr).toContain(sentence);
  });
});
