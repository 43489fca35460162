import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, scratch, synthesizeMain } from "../terraform/harness";
import { analytics, archive, settings } from "../terraform/settings";

const STACK_FILE = "stacks/cross-account-kinesis/cdk.tf.json";

const stackOf = (
  outdir: string,
): {
  provider: { aws: unknown };
  terraform: { backend: unknown };
  output: Record<string, unknown>;
  resource: Record<string, Record<string, unknown>>;
} => JSON.parse(fs.readFileSync(path.join(outdir, STACK_FILE), "utf8"));

const tsx = (file: string, env: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, ["--import", "tsx", file], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });

const outputsOf = (outdir: string): string[] => Object.keys(stackOf(outdir).output);

describe("npm run synth", () => {
  it("prints which resources would be created in which account", () => {
    const { stdout, status } = tsx("app/describe.ts", {
      CDKTF_OUTDIR: synthesizeMain(),
    });

    expect(status).toBe(0);
    const lines = stdout.split("\n").map((line) => line.replace(/  +/g, "  "));
    expect(lines).toEqual(
      expect.arrayContaining([
        "account 111111111111 (producer, us-east-1)",
        "  aws_kinesis_stream  stream/stream  kds-cross-account-stream",
        "account 222222222222 (consumer-222222222222, us-east-1)",
        "  aws_lambda_function  consumers/kds-cross-account-stream-efo-consumer/function  kds-cross-account-stream-efo-consumer",
      ]),
    );
    expect(stdout.match(/^ {2}aws_/gm)).toHaveLength(14);
  });

  it("prints the names of alarms, topics and dashboards", () => {
    const { stdout } = tsx("app/describe.ts", {
      CDKTF_OUTDIR: synthesizeMain({ ...settings(analytics), monitoring: {} }),
    });

    const lines = stdout.split("\n").map((line) => line.replace(/  +/g, "  "));
    expect(lines).toEqual(
      expect.arrayContaining([
        "  aws_cloudwatch_metric_alarm  monitoring/consumers/analytics/access-lost  orders-analytics-access-lost",
        "  aws_sns_topic  monitoring/accounts/111111111111/topic  orders-alarms-",
        "  aws_cloudwatch_dashboard  monitoring/accounts/222222222222/dashboard  orders",
      ]),
    );
  });

  it("prints the warnings", () => {
    const { stdout } = tsx("app/describe.ts", {
      CDKTF_OUTDIR: synthesizeMain(settings({ ...analytics, startingPosition: "LATEST" })),
    });

    expect(stdout).toMatch(
      /^warning: 'startingPosition' is LATEST: .* \(at cross-account-kinesis\/consumers\/analytics\)$/m,
    );
  });

  it("prints the mistakes without a stack trace, exits with 1 and writes no stack", () => {
    const outdir = scratch();
    const file = path.join(outdir, "settings.json");
    fs.writeFileSync(
      file,
      JSON.stringify(
        settings({ ...analytics, tumblingWindowInSeconds: 60, parallelizationFactor: 2 }),
      ),
    );

    const { stderr, status } = tsx("main.ts", {
      DEPLOYMENT: file,
      CDKTF_OUTDIR: outdir,
    });

    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(
      /^1 invalid property \(at cross-account-kinesis\/consumers\/analytics\):\n {2}- 'tumblingWindowInSeconds' and 'parallelizationFactor' are mutually exclusive, .*$/,
    );
    expect(fs.existsSync(path.join(outdir, STACK_FILE))).toBe(false);
  });

  it("writes the same stack as cdktf synth", () => {
    const outdir = scratch();
    execFileSync("npx", ["cdktf", "synth", "--output", outdir], {
      cwd: ROOT,
      env: { ...process.env, CHECKPOINT_DISABLE: "1", CI: "true" },
      stdio: "ignore",
    });

    expect(fs.readFileSync(path.join(outdir, STACK_FILE), "utf8")).toEqual(
      fs.readFileSync(path.join(synthesizeMain(), STACK_FILE), "utf8"),
    );
  });
});

describe("the outputs", () => {
  const blogs = [
    "EventSourceMappingId",
    "KMSKeyArn",
    "KinesisStreamArn",
    "KinesisStreamEFOConsumerArn",
    "LambdaFunctionArn",
    "LogGroupName",
    "OnFailureQueueUrl",
  ];
  const setOf = (id: string): string[] => [
    `EventSourceMappingId_${id}`,
    `KinesisStreamEFOConsumerArn_${id}`,
    `LambdaFunctionArn_${id}`,
    `LogGroupName_${id}`,
    `OnFailureQueueUrl_${id}`,
  ];
  const fraud = { ...analytics, consumerName: "fraud.v2", functionName: "fraud" };

  it("have the blog's names, and further names that end in the consumer's id", () => {
    expect(outputsOf(synthesizeMain(settings(analytics)))).toEqual(
      [...blogs, ...setOf("analytics")].sort(),
    );
  });

  it("do not change when a consumer is added, whose outputs have hyphens for dots", () => {
    expect(outputsOf(synthesizeMain(settings(analytics, fraud)))).toEqual(
      [...blogs, ...setOf("analytics"), ...setOf("fraud-v2")].sort(),
    );
  });
});

describe("main.ts", () => {
  it("gives each account one provider that works in no other account", () => {
    const outdir = synthesizeMain({
      ...settings(
        {
          ...analytics,
          account: {
            accountId: "222222222222",
            profile: "two",
            assumeRole: {
              roleArn: "arn:aws:iam::222222222222:role/deploy",
              externalId: "shared-secret",
            },
          },
        },
        archive,
        { ...archive, consumerName: "second" },
      ),
    });

    expect(stackOf(outdir).provider.aws).toEqual([
      {
        alias: "producer",
        region: "us-east-1",
        allowed_account_ids: ["111111111111"],
      },
      {
        alias: "consumer-222222222222",
        region: "us-east-1",
        allowed_account_ids: ["222222222222"],
        profile: "two",
        assume_role: [
          {
            role_arn: "arn:aws:iam::222222222222:role/deploy",
            external_id: "shared-secret",
          },
        ],
      },
      {
        alias: "consumer-333333333333",
        region: "us-east-1",
        allowed_account_ids: ["333333333333"],
      },
    ]);
  });

  it("uses the stream's provider for a consumer in the stream's own account", () => {
    const outdir = synthesizeMain(
      settings({ ...analytics, account: { accountId: "111111111111" } }),
    );

    expect(stackOf(outdir).provider.aws).toMatchObject([{ alias: "producer" }]);
  });

  it("keeps the provider of a declared account without consumers", () => {
    const outdir = synthesizeMain({
      ...settings(analytics),
      accounts: { retired: { accountId: "333333333333", profile: "three" } },
    });

    expect(stackOf(outdir).provider.aws).toMatchObject([
      { alias: "producer" },
      { alias: "consumer-222222222222" },
      {
        alias: "consumer-333333333333",
        allowed_account_ids: ["333333333333"],
        profile: "three",
      },
    ]);
  });

  it("changes nothing when an inline account is declared instead", () => {
    const declared = {
      ...settings({ ...analytics, account: "analytics" }),
      accounts: { analytics: analytics.account },
    };

    expect(stackOf(synthesizeMain(declared))).toEqual(stackOf(synthesizeMain(settings(analytics))));
  });

  it("keeps the addresses of a consumer that is renamed under its old id", () => {
    const addressesOf = (outdir: string): string[] =>
      Object.values(stackOf(outdir).resource).flatMap((elements) => Object.keys(elements));

    const renamed = { ...analytics, id: "analytics", consumerName: "renamed" };

    expect(addressesOf(synthesizeMain(settings(renamed)))).toEqual(
      addressesOf(synthesizeMain(settings(analytics))),
    );
  });

  it("writes one stack and one state per deployment", () => {
    const outdir = synthesizeMain({
      deployments: [
        { ...settings(analytics), name: "dev" },
        { ...settings(analytics), name: "prod", producer: { accountId: "999999999999" } },
      ].map((one, index) => ({
        ...one,
        consumers: [{ ...analytics, roleName: `role-${index}`, functionName: `function-${index}` }],
      })),
    });

    for (const name of ["dev", "prod"]) {
      const { terraform } = JSON.parse(
        fs.readFileSync(path.join(outdir, "stacks", name, "cdk.tf.json"), "utf8"),
      ) as { terraform: unknown };
      expect(terraform).toMatchObject({
        backend: { local: { path: `../../../terraform.${name}.tfstate` } },
      });
    }
  });

  it("stores the state next to cdktf.json, or in a bucket with S3's own locking", () => {
    const backend = { bucket: "states", key: "kinesis", region: "eu-west-1" };

    expect(stackOf(synthesizeMain()).terraform.backend).toEqual({
      local: { path: "../../../terraform.cross-account-kinesis.tfstate" },
    });
    expect(stackOf(synthesizeMain({ ...settings(analytics), backend })).terraform.backend).toEqual({
      s3: { ...backend, encrypt: true, use_lockfile: true },
    });
  });
});
