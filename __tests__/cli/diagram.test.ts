import * as fs from "node:fs";
import * as path from "node:path";
import { execFileSync } from "node:child_process";
import { dotOf } from "../../cli/src/diagram/dot";
import { graphOf, type Graph } from "../../cli/src/diagram/graph";
import { mermaidOf } from "../../cli/src/diagram/mermaid";
import { resourcesInConfiguration } from "../../pipeline/terraform/configuration";
import { resourcesOfState } from "../../pipeline/terraform/resources";
import { aConsumer, aStream, synthesize } from "../helpers/synthesize";
import { scratch } from "../terraform/harness";
import { pipelineState } from "../terraform/pipeline-state";
import { runCli } from "./world";

const ROOT = path.join(__dirname, "..", "..");
const GOLDEN = fs.readFileSync(path.join(ROOT, "__tests__/golden/cdk.tf.json"), "utf8");
const graph = graphOf(resourcesInConfiguration([GOLDEN]));

/** Edges by what they connect, without the unique parts of addresses. */
const edges = ({ edges: all }: Graph, kind: string): string[] =>
  all
    .filter((edge) => edge.kind === kind)
    .map(({ from, to, labels }) => [short(from), short(to), ...labels].join(" "))
    .sort();
const short = (address: string) => address.replace(/^aws_(\w+)\..*$/, "$1");

const STREAM_ACTIONS =
  "kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards";

const stack = (consumers: number): string => {
  const { document } = synthesize((scope, providers) => {
    const stream = aStream(scope, providers);
    for (let index = 1; index <= consumers; index += 1) {
      const consumerName = `consumer-${String(index).padStart(2, "0")}`;
      aConsumer(scope, providers, { stream, consumerName, roleName: consumerName }, consumerName);
    }
  });
  return JSON.stringify(document);
};

/** Runs the command line in a process of its own: Jest cannot load Graphviz's module. */
const svgOf = (directory: string): string =>
  execFileSync(
    process.execPath,
    ["--import", "tsx", "cli/src/main.ts", "diagram", "--stack", directory],
    { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 },
  );

describe("the diagram of the default settings", () => {
  it("has a box for each account, the stream's first", () => {
    expect(graph.accounts).toEqual(["111111111111", "222222222222"]);
    expect(graph.nodes.map(({ account, kind }) => `${account} ${kind}`).sort()).toEqual([
      "111111111111 KMS key",
      "111111111111 Kinesis data stream",
      "111111111111 Registered consumer",
      "222222222222 Event source mapping",
      "222222222222 Execution role",
      "222222222222 Lambda function",
      "222222222222 Log group",
      "222222222222 SQS queue",
    ]);
  });

  it("shows the way of the records", () => {
    expect(edges(graph, "records")).toEqual([
      "kinesis_stream kinesis_stream_consumer",
      "kinesis_stream_consumer lambda_event_source_mapping",
      "lambda_event_source_mapping lambda_function",
    ]);
    expect(edges(graph, "failures")).toEqual([
      "lambda_event_source_mapping sqs_queue failed batches",
    ]);
  });

  it("labels each permission with its actions", () => {
    expect(edges(graph, "permission")).toEqual([
      "iam_role cloudwatch_log_group logs:CreateLogStream logs:PutLogEvents",
      `iam_role kinesis_stream ${STREAM_ACTIONS}`,
      "iam_role kinesis_stream_consumer kinesis:DescribeStreamConsumer kinesis:SubscribeToShard",
      "iam_role kms_key kms:Decrypt",
      "iam_role sqs_queue sqs:SendMessage",
    ]);
  });

  it("shows what the mapping waits for", () => {
    expect(edges(graph, "waits")).toEqual([
      "lambda_event_source_mapping iam_role",
      "lambda_event_source_mapping kinesis_stream",
      "lambda_event_source_mapping kinesis_stream_consumer",
      "lambda_event_source_mapping kms_key",
    ]);
  });

  it("names the policy that lacks an action", () => {
    const lacking = GOLDEN.replace('\\"kinesis:ListShards\\",', "");

    const labels = edges(graphOf(resourcesInConfiguration([lacking])), "permission").join("\n");

    expect(labels).toMatch(/kinesis:ListShards \(not in the (role|resource)'s policy\)/);
  });

  it("is drawn in DOT and Mermaid with all of it", () => {
    const dot = dotOf(graph);
    const mermaid = mermaidOf(graph);

    expect(dot.match(/class="permission"/g)).toHaveLength(5);
    expect(dot).toContain('label="sqs:SendMessage\\l"');
    expect(mermaid.match(/ ==> /g)).toHaveLength(3);
    expect(mermaid).toContain('|"kinesis:DescribeStreamConsumer<br/>kinesis:SubscribeToShard"|');
  });
});

describe("the diagram of a state", () => {
  const streamArn = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
  const roleArn = "arn:aws:iam::222222222222:role/reader";
  const functionArn = "arn:aws:lambda:eu-west-1:222222222222:function:reader";
  const statement = { Effect: "Allow", Action: "kinesis:GetRecords" };
  const state = [
    { type: "aws_iam_role", values: { arn: roleArn, name: "reader", id: "reader" } },
    {
      type: "aws_iam_role_policy",
      values: {
        role: "reader",
        policy: JSON.stringify({ Statement: { ...statement, Resource: streamArn } }),
      },
    },
    { type: "aws_lambda_function", values: { arn: functionArn, role: roleArn } },
    {
      type: "aws_lambda_event_source_mapping",
      values: { event_source_arn: streamArn, function_arn: functionArn, uuid: "u-1" },
    },
    { type: "aws_kinesis_stream", values: { arn: streamArn, name: "clicks", id: streamArn } },
  ].map((one) => ({ ...one, name: "x", address: `${one.type}.x`, dependsOn: [] as string[] }));

  it("finds what belongs together by ARN", () => {
    const found = graphOf(resourcesOfState(state));

    expect(found.accounts).toEqual(["111111111111", "222222222222"]);
    expect(edges(found, "records")).toEqual([
      "kinesis_stream lambda_event_source_mapping",
      "lambda_event_source_mapping lambda_function",
    ]);
    expect(edges(found, "permission")).toEqual([
      "iam_role kinesis_stream kinesis:DescribeStream (not in the role's policy) kinesis:DescribeStreamSummary (not in the role's policy) kinesis:GetRecords (not in the resource's policy) kinesis:GetShardIterator (not in the role's policy) kinesis:ListShards (not in the role's policy)",
    ]);
  });

  it("calls nothing wrong that wildcards and AWS's managed policies allow", () => {
    const consumerArn = `${streamArn}/consumer/efo:1`;
    const allowRole = (Action: string[]) =>
      JSON.stringify({
        Statement: { Effect: "Allow", Principal: { AWS: roleArn }, Action, Resource: "*" },
      });
    const more = [
      {
        type: "aws_iam_role_policy_attachment",
        values: {
          role: "reader",
          policy_arn: "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole",
        },
      },
      { type: "aws_kinesis_stream_consumer", values: { arn: consumerArn, stream_arn: streamArn } },
      {
        type: "aws_kinesis_resource_policy",
        values: { resource_arn: streamArn, policy: allowRole(["kinesis:*"]) },
      },
      {
        type: "aws_kinesis_resource_policy",
        values: {
          resource_arn: consumerArn,
          policy: allowRole(["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]),
        },
      },
    ].map((one, index) => ({ ...state[0]!, ...one, address: `${one.type}.y${index}` }));
    const given = [...state, ...more].map((one) =>
      "event_source_arn" in one.values
        ? { ...one, values: { ...one.values, event_source_arn: consumerArn } }
        : one,
    );

    expect(edges(graphOf(resourcesOfState(given)), "permission")).toEqual([
      `iam_role kinesis_stream kinesis:* ${STREAM_ACTIONS}`,
      "iam_role kinesis_stream_consumer kinesis:DescribeStreamConsumer kinesis:SubscribeToShard",
    ]);
  });

  it("draws a stream of another state by its ARN", () => {
    const found = graphOf(resourcesOfState(state.slice(0, -1)));

    expect(found.nodes.at(-1)).toEqual({
      id: streamArn,
      account: "111111111111",
      kind: "Kinesis data stream (not in this plan)",
      name: "clicks",
    });
  });
});

describe("the SVG", () => {
  it("of 20 consumers has all of them, follows light and dark, and is the same each time", () => {
    const directory = scratch();
    fs.writeFileSync(path.join(directory, "cdk.tf.json"), stack(20));

    const svg = svgOf(directory);

    expect(svg.match(/class="edge records"/g)).toHaveLength(60);
    expect(svg.match(/class="edge permission"/g)).toHaveLength(100);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svgOf(directory)).toBe(svg);
  });
});

describe("the command", () => {
  it("needs no permission and calls nothing, whatever it draws", async () => {
    const directory = scratch();
    fs.writeFileSync(path.join(directory, "cdk.tf.json"), GOLDEN);
    const state = path.join(directory, "terraform.tfstate");
    fs.writeFileSync(state, JSON.stringify(pipelineState()));

    for (const source of [
      ["--stack", directory],
      ["--state", state],
    ]) {
      const printed = await runCli(["diagram", "--permissions", ...source]);
      const drawn = await runCli(["diagram", "--format", "dot", ...source]);

      expect(printed).toMatchObject({ exitCode: 0, stdout: "{}\n", calls: [] });
      expect(drawn).toMatchObject({ exitCode: 0, calls: [] });
      expect(drawn.stdout).toContain('class="waits"');
    }
  });

  it("writes to a file, and says which with --json", async () => {
    const directory = scratch();
    fs.writeFileSync(path.join(directory, "cdk.tf.json"), GOLDEN);
    const file = path.join(directory, "picture.mmd");
    const source = ["diagram", "--stack", directory, "--format", "mermaid"];

    const plain = await runCli([...source, "--output", file]);
    const json = await runCli([...source, "--json"]);

    const text = fs.readFileSync(file, "utf8");
    expect(plain).toMatchObject({ exitCode: 0, stdout: "" });
    expect(JSON.parse(json.stdout)).toEqual({ format: "mermaid", diagram: text });
  });

  it.each([
    [["--format", "png"], /Allowed choices are svg, mermaid, dot/],
    [[], /one of '--state' and '--stack' must be given, got none/],
    [["--state", "a", "--stack", "b"], /'--state' and '--stack' are mutually exclusive, got both/],
    [["--function", "a"], /unknown option '--function'/],
    [["--stack", "/nowhere"], /'--stack' must be a directory of Terraform JSON, got \/nowhere/],
  ])("refuses %j", async (args, message) => {
    const { exitCode, stderr } = await runCli(["diagram", ...args]);

    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
