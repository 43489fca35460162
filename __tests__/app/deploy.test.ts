import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { DeploymentChangeId } from "../../app/changes/deployment-changes";
import { type DeploymentOptions, runDeployment } from "../../app/plan-and-apply";
import { startLocalAws, type LocalAws } from "../../local/aws";
import { findTerraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import { clientsOf, REGION } from "../local/two-accounts";
import { describeWithTerraform, ROOT, scratch, STACK, synthesizeMain } from "../terraform/harness";

const reader = (name: string, account: unknown): object => ({
  account,
  consumerName: name,
  readMode: "SHARED_THROUGHPUT",
});
const analytics = reader("analytics", { accountId: "222222222222" });
const archive = reader("archive", "archive");
const accounts = { archive: { accountId: "333333333333" } };

const settings = (changes: object): object => ({
  region: REGION,
  producer: { accountId: "111111111111" },
  stream: { streamName: "orders", shardCount: 1, encryption: "NONE" },
  consumers: [analytics, archive],
  accounts,
  ...changes,
});

describeWithTerraform("npm run deploy", () => {
  const directory = scratch();
  let aws: LocalAws;
  let printed: string[];

  /** Runs a command as a user does, in a copy of the stack that is configured for the local AWS. */
  async function run(changes: object, options: Partial<DeploymentOptions> = {}): Promise<unknown> {
    const terraform = await findTerraform();
    await copyStack(terraform, path.join(synthesizeMain(settings(changes)), STACK), {
      url: aws.url,
      credentials: (account) => aws.credentials(account),
      directory,
    });
    const execute = (...args: string[]): Promise<string> => terraform.run(directory, ...args);
    printed = [];
    return runDeployment(
      directory,
      {
        read: execute,
        show: async (...args) => {
          await execute(...args);
        },
      },
      {
        command: "deploy",
        replay: [],
        print: (line) => printed.push(line),
        approve: () => Promise.resolve(true),
        ...options,
      },
    ).then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );
  }

  const functionsIn = async (account: string): Promise<unknown> => {
    const { lambda } = clientsOf(aws, account);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    return Functions.map(({ FunctionName }) => FunctionName);
  };

  beforeAll(async () => {
    aws = await startLocalAws({ rolePropagationSeconds: 1 });
  });
  afterAll(() => aws.stop());

  it("changes nothing unless the plan is approved", async () => {
    expect(await run({}, { approve: () => Promise.resolve(false) })).toBe(
      "not approved: nothing was changed",
    );
    const { kinesis } = clientsOf(aws, "111111111111");
    expect((await kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual([]);
  });

  it("applies the plan, which affects no records the first time", async () => {
    expect(await run({})).toBeUndefined();
    expect(printed).toEqual([
      "terraform init",
      "terraform plan",
      "This plan changes nothing for records: none is lost, none is delivered again.",
      "terraform apply",
    ]);
    expect(await functionsIn("333333333333")).toEqual(["archive"]);
  });

  const REFUSED: Record<DeploymentChangeId, readonly [changes: object, sentence: RegExp]> = {
    "other-stream": [
      { stream: { streamName: "clicks", shardCount: 1, encryption: "NONE" } },
      /the state holds stream orders in account 111111111111 \(eu-west-1\), the settings ask for stream clicks in account 111111111111 \(eu-west-1\): .*'name' of their own.*npm run destroy/,
    ],
    "other-stream-account": [
      { producer: { accountId: "999999999999" } },
      /the settings ask for stream orders in account 999999999999/,
    ],
    "other-region": [
      { region: "eu-west-2" },
      /the settings ask for stream orders in account 111111111111 \(eu-west-2\)/,
    ],
    "imported-stream": [
      { stream: { streamArn: `arn:aws:kinesis:${REGION}:111111111111:stream/orders` } },
      /the settings ask for no stream of their own: /,
    ],
    "other-consumer-account": [
      {
        consumers: [reader("analytics", { accountId: "444444444444" }), archive],
        accounts: { ...accounts, old: { accountId: "222222222222" } },
      },
      /the state holds consumers\/analytics in account 222222222222 .* the settings ask for account 444444444444 \(eu-west-1\): .*leave the old one behind/,
    ],
    "account-forgotten": [
      { consumers: [analytics], accounts: {} },
      /the state holds resources in account 333333333333, which the settings no longer name: .*"accounts": \{"333333333333": \{"accountId": "333333333333"\}\}/,
    ],
  };

  it.each(Object.entries(REFUSED))(
    "refuses before Terraform plans anything: %s",
    async (_id, [changes, sentence]) => {
      const [head, ...problems] = String(await run(changes)).split("\n");
      expect(head).toBe("these settings do not match the Terraform state:");
      expect(problems).toEqual([expect.stringMatching(sentence)]);
      expect(printed).toEqual(["terraform init"]);
    },
  );

  it("recreates a mapping on request, and says that records are delivered again", async () => {
    expect(await run({}, { command: "plan", replay: ["analytics"] })).toBeUndefined();
    expect(printed.slice(1)).toEqual([
      expect.stringMatching(
        /^terraform plan -replace=aws_lambda_event_source_mapping\.consumers_analytics_mapping_/,
      ),
      "What this plan does to records:",
      expect.stringMatching(
        /^ {2}- replaces the mapping of function analytics as requested: it receives everything retained \(24 h\) again \(aws_lambda_event_source_mapping\.consumers_analytics_mapping_[0-9A-F]{8}\)$/,
      ),
    ]);
    expect(await run({}, { replay: ["fraud"] })).toBe(
      "'--replay' must be one of analytics, archive, got fraud",
    );
  });

  it("destroys nothing while the stream has preventDestroy", async () => {
    const stream = {
      streamName: "orders",
      shardCount: 1,
      encryption: "NONE",
      preventDestroy: true,
    };
    expect(await run({ stream }, { command: "destroy" })).toMatch(/Instance cannot be destroyed/);
  });

  it("removes the last consumer of an account that is still declared", async () => {
    expect(await run({ consumers: [analytics] })).toBeUndefined();
    expect(printed).toContainEqual(
      expect.stringContaining("removes function archive from stream orders"),
    );
    expect(await functionsIn("333333333333")).toEqual([]);
    expect(await functionsIn("222222222222")).toEqual(["analytics"]);
  });

  it("explains a plan from standard input in the same words as its own plan", async () => {
    const terraform = await findTerraform();
    await terraform.run(directory, "plan", "-destroy", "-out=piped.tfplan");
    const input = await terraform.run(directory, "show", "-json", "piped.tfplan");
    const { stdout, status } = spawnSync("npm", ["run", "--silent", "explain"], {
      cwd: ROOT,
      input,
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^What this plan does to records:\n {2}- destroys stream orders: the records in it are lost \(/,
    );
  });
});

describe("the commands of a deployment", () => {
  const command = (args: string[], env: NodeJS.ProcessEnv = {}, input = "") =>
    spawnSync("npm", ["run", "--silent", ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      input,
      encoding: "utf8",
    });

  it("refuse settings of another deployment during synthesis", () => {
    const root = scratch();
    const file = path.join(root, "settings.json");
    const stream = {
      mode: "managed",
      type: "aws_kinesis_stream",
      name: "stream_AED765E9",
      provider: 'provider["hashicorp/aws"].producer',
      instances: [
        {
          attributes: {
            arn: `arn:aws:kinesis:${REGION}:111111111111:stream/clicks`,
            name: "clicks",
          },
        },
      ],
    };
    fs.writeFileSync(file, JSON.stringify(settings({ name: "prod" })));
    fs.writeFileSync(
      path.join(root, "terraform.prod.tfstate"),
      JSON.stringify({ version: 4, resources: [stream] }),
    );

    const { stderr, status } = command(["app"], {
      DEPLOYMENT: file,
      CDKTF_OUTDIR: path.join(root, "out"),
    });

    expect(status).toBe(1);
    expect(stderr).toContain("the state holds stream clicks in account 111111111111 (eu-west-1)");
    expect(fs.existsSync(path.join(root, "out", "stacks", "prod", "cdk.tf.json"))).toBe(false);
  });

  it("refuse a state that cannot be read, and say what to do", () => {
    const root = scratch();
    const file = path.join(root, "settings.json");
    fs.writeFileSync(file, JSON.stringify(settings({ name: "prod" })));
    fs.writeFileSync(path.join(root, "terraform.prod.tfstate"), "{");

    const { stderr, status } = command(["app"], {
      DEPLOYMENT: file,
      CDKTF_OUTDIR: path.join(root, "out"),
    });

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /cannot read the state in .*terraform\.prod\.tfstate: .*restore it from a backup/,
    );
  });

  it("explain refuses input that is not a plan with exit code 2", () => {
    const { stderr, status } = command(["explain"], {}, "no plan");
    expect(status).toBe(2);
    expect(stderr.trim()).toBe(
      "the input is not JSON; give what 'terraform show -json plan' prints, and nothing else",
    );
  });
});
