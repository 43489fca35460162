import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import {
  allow,
  CONSUMER,
  makeMapping,
  makeRole,
  makeStream,
  PRODUCER,
  REGION,
  setResourcePolicy,
  setRolePolicy,
  STREAM_ACTIONS,
  until,
} from "../local/two-accounts";
import { ROOT } from "../terraform/harness";
import { declared } from "./settings";
import { useWorld } from "./use-world";
import { build, fromBoth, runCli, type Built } from "./world";
import { withoutProgress } from "../helpers/progress";

const inRegion = ["--region", REGION];
const BOTH = [...inRegion, "--profile", "analytics", "--stream-profile", "producer"];

describe("discovery", () => {
  const world = useWorld();
  let built: Built;
  /** Two mappings of one function; the second reports failures nowhere. */
  let twice: readonly [first: string, second: string];
  beforeAll(async () => {
    built = await build(world, "clicks");
    const first = await build(world, "twice");
    const { producer, consumer } = world;
    const second = await makeStream(producer, "second");
    await setResourcePolicy(producer, second, allow(STREAM_ACTIONS, second, CONSUMER));
    await setRolePolicy(consumer, "twice", allow(["*"], "*"));
    // IAM knows a changed policy only some time later.
    const mapped = await until(() => makeMapping(consumer, "twice", second).catch(() => undefined));
    twice = [first.uuid, mapped];
  });

  const mappings = (stdout: string): string[] =>
    (JSON.parse(stdout) as { mapping: string }[]).map(({ mapping }) => mapping);

  it("finds a pipeline by the function's name, by its ARN and by the mapping's UUID", async () => {
    const arn = `arn:aws:lambda:${REGION}:${CONSUMER}:function:clicks`;
    const profiles = ["--profile", "analytics", "--stream-profile", "producer"];
    for (const args of [
      fromBoth("clicks"),
      ["--function", arn, ...profiles],
      ["--mapping", built.uuid, ...profiles, ...inRegion],
    ]) {
      const { exitCode, stdout } = await world.cli("doctor", "--json", ...args);
      expect(mappings(stdout)).toEqual([built.uuid]);
      expect(exitCode).toBe(0);
    }
  });

  it.each([[["doctor"]], [["status"]], [["status", "--watch", "1"]], [["redrive", "--dry-run"]]])(
    "ends %j quietly, with the same exit code, when nobody reads the output",
    async (command) => {
      const args = [...command, ...fromBoth("clicks")];
      const child = spawn(
        process.execPath,
        ["--import", "tsx", "cli/src/main.ts", ...args, "--endpoint-url", world.aws.url],
        { cwd: ROOT, env: { ...process.env } },
      );
      child.stdout.destroy();
      let stderr = "";
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      const exitCode = await new Promise((resolve) => child.once("close", resolve));

      const read = await world.cli(...args.filter((one) => !/^(--watch|1)$/.test(one)));
      expect([exitCode, withoutProgress(stderr)]).toEqual([
        read.exitCode,
        withoutProgress(read.stderr),
      ]);
      expect(read.stdout).not.toBe("");
    },
  );

  it("finds every mapping of a function", async () => {
    const { stdout } = await world.cli("status", "--json", ...fromBoth("twice"));
    expect(mappings(stdout).sort()).toEqual([...twice].sort());
  });

  it("finds every reader of a stream, and who may use it", async () => {
    const { stdout, stderr } = await world.cli(
      "doctor",
      "--json",
      "--stream",
      built.streamArn,
      ...BOTH,
    );

    const { stream, pipelines } = JSON.parse(stdout) as {
      stream: { principals: object[]; consumers: { name: string; functions: string[] }[] };
      pipelines: { mapping: string; recordsGetThrough: string }[];
    };
    expect(withoutProgress(stderr)).toBe("");
    expect(pipelines).toMatchObject([{ mapping: built.uuid, recordsGetThrough: "yes" }]);
    const role = `arn:aws:iam::${CONSUMER}:role/clicks`;
    const [{ name, functions }] = stream.consumers as [(typeof stream.consumers)[0]];
    expect(functions).toEqual([`arn:aws:lambda:${REGION}:${CONSUMER}:function:clicks`]);
    expect(stream.principals).toContainEqual({
      name: role,
      may: ["reads", `subscribes through ${name}`, "decrypts"],
      problems: [],
    });

    const status = await world.cli("status", "--json", "--stream", built.streamArn, ...BOTH);
    expect(mappings(status.stdout)).toEqual([built.uuid]);
  });

  it("finds every reader of the accounts", async () => {
    const { stdout } = await world.cli("status", "--json", "--all", ...BOTH);

    expect(mappings(stdout).sort()).toEqual([built.uuid, ...twice].sort());
  });

  it("finds the mappings in a state, under whatever address", async () => {
    const { consumer } = world;
    const mapping = await consumer.lambda.send(
      new GetEventSourceMappingCommand({ UUID: built.uuid }),
    );
    const directory = mkdtempSync(join(tmpdir(), "state-"));
    const attributes = {
      uuid: built.uuid,
      event_source_arn: mapping.EventSourceArn,
      function_arn: mapping.FunctionArn,
      destination_config: [{ on_failure: [{ destination_arn: built.queueArn }] }],
    };
    const state = {
      version: 4,
      resources: [
        {
          module: "module.theirs",
          mode: "managed",
          type: "aws_lambda_event_source_mapping",
          name: "whatever",
          instances: [{ index_key: "a", attributes }],
        },
        {
          mode: "managed",
          type: "aws_lambda_event_source_mapping",
          name: "queue",
          instances: [{ attributes: { event_source_arn: built.queueArn, function_arn: "x" } }],
        },
      ],
    };
    writeFileSync(join(directory, "terraform.tfstate"), JSON.stringify(state));
    const profiles = ["--profile", "analytics", "--stream-profile", "producer"];
    const byState = await world.cli("status", "--json", "--state", directory, ...profiles);
    expect(mappings(byState.stdout)).toEqual([built.uuid]);

    const shown = {
      format_version: "1.0",
      values: {
        root_module: {
          child_modules: [
            {
              resources: [
                {
                  address: "module.a.aws_lambda_event_source_mapping.b",
                  mode: "managed",
                  type: "aws_lambda_event_source_mapping",
                  values: attributes,
                },
              ],
            },
          ],
        },
      },
    };
    const file = join(directory, "shown.json");
    writeFileSync(file, JSON.stringify(shown));
    // The stream's account alone: the mapping is known from the state only.
    const alone = await world.cli("doctor", "--json", "--state", file, "--profile", "producer");
    expect(alone.exitCode).toBe(3);
    expect(mappings(alone.stdout)).toEqual([built.uuid]);
    expect(alone.stdout).toContain(`no credentials for account ${CONSUMER}`);
    expect(alone.stdout).toContain("ACTIVE, 1 open shards");
  });

  it("finds the pipelines that the settings declare", async () => {
    const settings = declared({
      name: "a",
      region: REGION,
      producer: { accountId: PRODUCER, profile: "producer" },
      stream: { streamName: "clicks" },
      consumers: [
        {
          id: "clicks",
          account: { accountId: CONSUMER, profile: "analytics" },
          consumerName: "clicks",
        },
      ],
    });
    const args = ["doctor", "--json", "--endpoint-url", world.aws.url];
    const { exitCode, stdout } = await runCli(args, { settings });
    expect(mappings(stdout)).toEqual([built.uuid]);
    expect(exitCode).toBe(0);
  });

  it("looks into an account through a role that the settings name", async () => {
    const roleArn = await makeRole(world.consumer, "operator", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: PRODUCER }, Action: "sts:AssumeRole" }],
    });
    const settings = declared({
      name: "a",
      region: REGION,
      producer: { accountId: PRODUCER, profile: "producer" },
      stream: { streamArn: built.streamArn },
      consumers: [
        {
          id: "clicks",
          account: { accountId: CONSUMER, profile: "producer", assumeRole: { roleArn } },
          consumerName: "clicks",
        },
      ],
    });
    const args = ["doctor", "--json", "--endpoint-url", world.aws.url];
    const { exitCode, stdout } = await runCli(args, { settings });
    expect(mappings(stdout)).toEqual([built.uuid]);
    expect(stdout).toContain(
      `arn:aws:sts::${CONSUMER}:assumed-role/operator/cross-account-kinesis`,
    );
    expect(exitCode).toBe(0);
  });

  it.each<[string, string[], RegExp]>([
    [
      "two mappings",
      ["--function", "twice"],
      /^a redrive is about one mapping, got 2; name one with --mapping: /m,
    ],
    [
      "a mapping that reports nowhere",
      ["--mapping", ""],
      /^'--queue-url' must be given, got nothing: the mapping has no on-failure destination; name /m,
    ],
  ])("has a sentence for a redrive of %s", async (_, named, sentence) => {
    const args = named.map((arg) => (arg === "" ? twice[1] : arg));
    const outcome = await world.cli("redrive", "--yes", ...args, ...fromBoth("").slice(2));
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.exitCode).toBe(2);
  });

  it.each<[string, string[], number, RegExp]>([
    [
      "an unknown function",
      ["--function", "nobody", "--profile", "analytics", ...inRegion],
      3,
      /^'--function' must be the name or ARN of a Lambda function in account 222222222222 \(eu-west-1\), got nobody, which does not exist there; /,
    ],
    [
      "a function of another account",
      ["--function", `arn:aws:lambda:${REGION}:333333333333:function:x`, "--profile", "analytics"],
      3,
      /^the credentials of profile analytics are those of account 222222222222, but function .* is in account 333333333333; /,
    ],
    [
      "an unknown mapping",
      ["--mapping", "00000000-0000-4000-8000-000000000000", "--profile", "analytics", ...inRegion],
      3,
      /^'--mapping' must be the UUID of an event source mapping in account 222222222222 /,
    ],
    [
      "a profile of the wrong account for the stream",
      [...fromBoth("clicks").slice(0, -1), "analytics"],
      3,
      /^'--stream-profile' must be a profile of account 111111111111, .* got analytics: /,
    ],
    [
      "a profile that does not exist",
      ["--function", "clicks", "--profile", "nobody", ...inRegion],
      3,
      /^there are no usable credentials in profile nobody: /,
    ],
    ["two sources", ["--function", "a", "--state", "b"], 2, /mutually exclusive, got both/],
    [
      "no source",
      [],
      2,
      /^one of '--function', '--mapping' and '--state' must be given, got none; /,
    ],
    [
      "a state that does not exist",
      ["--state", "/nowhere/at/all"],
      2,
      /^'--state' must be .* which does not exist; /,
    ],
    [
      "a directory without configuration",
      ["--state", mkdtempSync(join(tmpdir(), "empty-"))],
      2,
      /^'--state' must be .* which has neither configuration nor terraform.tfstate; /,
    ],
    [
      "a state file that is none",
      ["--state", __filename],
      2,
      /^cannot read the state in .*; it must be Terraform's own file \(/,
    ],
    [
      "a mapping without a Region",
      ["--mapping", "x", "--profile", "analytics"],
      2,
      /^'--region' must be given, got nothing, /,
    ],
    [
      "a stream that does not exist",
      ["--stream", `arn:aws:kinesis:${REGION}:${PRODUCER}:stream/none`, ...BOTH],
      3,
      /^'--stream' must be the ARN of a stream that exists, got arn:aws:kinesis:.*stream\/none; /,
    ],
    [
      "an ARN that is no stream's",
      ["--stream", "clicks", ...BOTH],
      2,
      /^'--stream' must be the ARN of a Kinesis stream, got clicks; /,
    ],
    [
      "both a stream and a function",
      ["--stream", "clicks", "--function", "clicks"],
      2,
      /^'--function' and '--stream' are mutually exclusive, got both; /,
    ],
    [
      "accounts without readers",
      ["--all", "--profile", "producer", ...inRegion],
      3,
      /^no event source mapping in account 111111111111 \(eu-west-1\) reads a Kinesis stream; /,
    ],
    ["an unknown option", ["--nonsense"], 2, /^error: unknown option '--nonsense'/],
    [
      "a timeout that is no number",
      ["--probe-timeout", "soon"],
      2,
      /^'--probe-timeout' must be a number of seconds above 0, got soon; /,
    ],
  ])("has a sentence for %s", async (_, args, exitCode, sentence) => {
    const outcome = await world.cli("doctor", ...args);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stdout).toBe("");
  });

  it.each<[string, string, string, string, RegExp]>([
    [
      "expired credentials",
      "sts",
      "GetCallerIdentity",
      "ExpiredToken",
      /^the credentials of profile analytics have expired; /,
    ],
    [
      "a denied call",
      "lambda",
      "GetFunctionConfiguration",
      "AccessDeniedException",
      /^profile analytics may not call lambda:GetFunctionConfiguration; --permissions prints /,
    ],
    [
      "a call that stays throttled",
      "lambda",
      "ListEventSourceMappings",
      "TooManyRequestsException",
      /^AWS still throttled lambda:ListEventSourceMappings after the SDK's retries; /,
    ],
  ])("has a sentence for %s", async (_, service, operation, code, sentence) => {
    world.aws.failNext(service, operation, { code, message: "no", status: 400 }, 10);
    const outcome = await world.cli("doctor", ...fromBoth("clicks"));
    world.aws.failNext(service, operation, { code, message: "no" }, 0);
    // Retries take long enough for progress to be shown first.
    expect(outcome.stderr).toMatch(new RegExp(sentence, "m"));
    expect(outcome.exitCode).toBe(3);
  });

  it("goes on after a call that was throttled once", async () => {
    world.aws.failNext("kinesis", "DescribeStreamSummary", {
      code: "LimitExceededException",
      message: "slow",
    });
    const { exitCode } = await world.cli("doctor", ...fromBoth("clicks"));
    expect(exitCode).toBe(0);
  });
});
