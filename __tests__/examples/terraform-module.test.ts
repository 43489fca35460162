import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { localProvider } from "../../local/provider";
import { copyStack } from "../../local/workspace";
import { emptyAccounts } from "../terraform/empty-accounts";
import { describeWithTerraform, ROOT, scratch } from "../terraform/harness";

const MODULE = path.join(ROOT, "terraform-module");
const GENERATED = ["main.tf.json", "function/index.js", "README.md"];

const read = (directory: string, file: string): string =>
  fs.readFileSync(path.join(directory, file), "utf8");

interface Configuration {
  terraform: { required_providers: { aws: Record<string, unknown> } };
  data: { archive_file: Record<string, { source_dir: string }> };
  variable: Record<string, { default?: unknown }>;
  output: Record<string, unknown>;
}

const configuration = JSON.parse(read(MODULE, "main.tf.json")) as Configuration;

describe("terraform-module/", () => {
  it("is up to date with `npm run build:module`", () => {
    const directory = scratch();

    execFileSync(process.execPath, ["--import", "tsx", "terraform-module/make.ts", directory], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });

    for (const file of GENERATED) {
      expect(read(directory, file)).toBe(read(MODULE, file));
    }
  });

  it("has no provider configuration and no backend", () => {
    expect(configuration).not.toHaveProperty("provider");
    expect(configuration.terraform).not.toHaveProperty("backend");
    expect(configuration.terraform.required_providers.aws).toEqual({
      source: "hashicorp/aws",
      version: ">= 5.100",
      configuration_aliases: ["aws.producer", "aws.consumer"],
    });
  });

  it("contains no path of the machine that generated it, and nothing of cdktf", () => {
    const text = read(MODULE, "main.tf.json");

    expect(text).not.toContain(ROOT);
    expect(text).not.toContain('"//"');
    expect(text).not.toMatch(/TfToken|_[0-9A-F]{8}\b/);
    expect(read(MODULE, "function/index.js")).not.toContain(ROOT);
  });

  it("has a README that names every variable and output", () => {
    const readme = read(MODULE, "README.md");

    for (const name of Object.keys(configuration.variable)) {
      expect(readme).toContain(`<a name="input_${name}"></a>`);
    }
    for (const name of Object.keys(configuration.output)) {
      expect(readme).toContain(`<a name="output_${name}"></a>`);
    }
  });
});

interface Planned {
  readonly resource_changes: {
    readonly type: string;
    readonly change: {
      readonly actions: string[];
      readonly after: Record<string, unknown>;
    };
  }[];
}

/** The example's providers, configured for APIs on loopback. */
async function localProviders(directory: string): Promise<object[]> {
  const accounts = await emptyAccounts();
  return Promise.all(
    Object.entries({ producer: "111111111111", consumer: "222222222222" }).map(
      async ([alias, account]) => ({
        alias,
        ...(await localProvider(account, { ...accounts, directory })),
      }),
    ),
  );
}

/** The module's directory, without the archive if its provider cannot be installed. */
async function copyModule(): Promise<string> {
  const directory = scratch();
  fs.cpSync(MODULE, directory, { recursive: true });
  const terraform = await findTerraform();
  if (terraform.hasArchiveProvider) {
    return directory;
  }
  // copyStack() archives a directory that it finds in the configuration.
  const [archive] = Object.values(configuration.data.archive_file);
  const stack = {
    ...configuration,
    provider: {},
    output: {
      ...configuration.output,
      source_dir: { value: archive!.source_dir },
    },
    data: JSON.parse(
      JSON.stringify(configuration.data).replaceAll(
        JSON.stringify(archive!.source_dir),
        '"${path.module}/function"',
      ),
    ) as object,
  };
  fs.writeFileSync(
    path.join(directory, "cdk.tf.json"),
    JSON.stringify(stack).replaceAll("${var.stream_name}.${var.consumer_name}.zip", "code.zip"),
  );
  fs.rmSync(path.join(directory, "main.tf.json"));
  return copyStack(terraform, directory, await emptyAccounts());
}

describeWithTerraform("a root module of 20 lines of HCL", () => {
  let root: string;

  /** Plans it with more arguments of the module, from a Terraform override file. */
  async function plan(given: object = {}): Promise<(type: string) => Record<string, unknown>[]> {
    const terraform = await findTerraform();
    fs.writeFileSync(
      path.join(root, "override.tf.json"),
      JSON.stringify({
        provider: { aws: await localProviders(root) },
        module: { clickstream: given },
      }),
    );
    await terraform.run(root, "plan", "-no-color", "-out=plan");
    const { resource_changes: changes } = JSON.parse(
      await terraform.run(root, "show", "-json", "plan"),
    ) as Planned;
    expect(changes.map(({ change }) => change.actions.join())).toEqual(changes.map(() => "create"));
    return (type) =>
      changes.filter((change) => change.type === type).map(({ change }) => change.after);
  }

  beforeAll(async () => {
    root = path.join(await copyModule(), "example");
    fs.writeFileSync(
      path.join(root, "override.tf.json"),
      JSON.stringify({
        provider: { aws: await localProviders(root) },
      }),
    );
    await (await findTerraform()).run(root, "init");
  });

  it("plans the whole pipeline with only two names", async () => {
    const planned = await plan();

    expect(planned("aws_kinesis_stream")).toMatchObject([
      {
        name: "clickstream",
        retention_period: 24,
        shard_count: null,
        stream_mode_details: [{ stream_mode: "ON_DEMAND" }],
      },
    ]);
    expect(planned("aws_lambda_function")).toMatchObject([
      {
        function_name: "analytics",
        handler: "index.handler",
        environment: [],
      },
    ]);
    expect(planned("aws_iam_role")).toMatchObject([{ name: "analytics" }]);
    expect(planned("aws_lambda_event_source_mapping")).toMatchObject([
      { batch_size: 100, maximum_retry_attempts: 500 },
    ]);
    expect(planned("aws_kinesis_resource_policy")).toHaveLength(2);
  });

  it("applies its variables", async () => {
    const planned = await plan({
      shard_count: 2,
      retention_period_hours: 48,
      function_name: "clicks",
      role_name: "clicks-role",
      environment: { TABLE: "clicks" },
      batch_size: 7,
    });

    expect(planned("aws_kinesis_stream")).toMatchObject([
      {
        retention_period: 48,
        shard_count: 2,
        stream_mode_details: [{ stream_mode: "PROVISIONED" }],
      },
    ]);
    expect(planned("aws_lambda_function")).toMatchObject([
      {
        function_name: "clicks",
        environment: [{ variables: { TABLE: "clicks" } }],
      },
    ]);
    expect(planned("aws_kinesis_stream_consumer")).toMatchObject([{ name: "analytics" }]);
    expect(planned("aws_iam_role")).toMatchObject([{ name: "clicks-role" }]);
    expect(planned("aws_lambda_event_source_mapping")).toMatchObject([{ batch_size: 7 }]);
  });

  it.each([
    [{ shard_count: 0 }, "'shard_count' must be an integer from 1 to 10000"],
    [{ batch_size: 10001 }, "'batch_size' must be an integer from 1 to 10000, got 10001"],
  ])("refuses %j in the plan with the variable's name", async (given, words) => {
    const refusal = await plan(given).then(
      () => "none",
      (error: unknown) => (error as Error).message,
    );

    // Terraform wraps its messages to the terminal's width.
    expect(refusal.replace(/[\s│]+/g, " ")).toContain(words);
  });
});
