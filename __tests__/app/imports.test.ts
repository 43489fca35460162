import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, scratch, STACK, synthesizeMain } from "../terraform/harness";
import { analytics, settings } from "../terraform/settings";

const streamName = "orders";

const stackOf = (given: object) =>
  JSON.parse(fs.readFileSync(path.join(synthesizeMain(given), STACK, "cdk.tf.json"), "utf8")) as {
    import?: { id: string; provider: string; to: string }[];
    resource: Record<string, Record<string, { policy: string }>>;
  };

describe("imports", () => {
  it("become import blocks with the provider of each resource", () => {
    const imports = { "stream/stream": streamName, "consumers/analytics/mapping": "a-uuid" };

    const { import: blocks = [] } = stackOf({ ...settings(analytics), imports });

    expect(blocks.map((one) => ({ ...one, to: one.to.replace(/_[0-9A-F]{8}$/, "") }))).toEqual([
      { id: streamName, provider: "aws.producer", to: "aws_kinesis_stream.stream" },
      {
        id: "a-uuid",
        provider: `aws.consumer-${analytics.account.accountId}`,
        to: "aws_lambda_event_source_mapping.consumers_analytics_mapping",
      },
    ]);
  });

  it("are refused for a path that no resource has, with the paths that there are", () => {
    const file = path.join(scratch(), "settings.json");
    const imports = { "stream/strem": streamName };
    fs.writeFileSync(file, JSON.stringify({ ...settings(analytics), imports }));
    const env = { ...process.env, DEPLOYMENT: file, CDKTF_OUTDIR: scratch() };
    const { stderr, status } = spawnSync(process.execPath, ["--import", "tsx", "main.ts"], {
      ...{ cwd: ROOT, env },
      encoding: "utf8",
    });

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^invalid settings:\n {2}- 'imports' must have paths of the stack's resources \(.*stream\/stream, .*\), got stream\/strem; correct them, or omit what is imported already\n$/,
    );
  });
});

describe("streamPolicyStatements", () => {
  it("stand in the stream's policy beside those of the consumers", () => {
    const statement = {
      sid: "Others",
      principals: ["333333333333"],
      actions: ["kinesis:ListShards"],
      conditions: { Bool: { "aws:SecureTransport": "true" } },
    };

    const { resource } = stackOf({ ...settings(analytics), streamPolicyStatements: [statement] });

    const [policy] = Object.entries(resource.aws_kinesis_resource_policy ?? {}).flatMap(
      ([id, { policy: text }]) => (id.startsWith("stream_") ? [text] : []),
    );
    const { Statement } = JSON.parse(policy ?? "{}") as { Statement: object[] };
    expect(Statement).toHaveLength(3);
    expect(Statement[2]).toMatchObject({
      Sid: "Others",
      Effect: "Allow",
      Principal: { AWS: ["333333333333"] },
      Action: ["kinesis:ListShards"],
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    });
  });
});
