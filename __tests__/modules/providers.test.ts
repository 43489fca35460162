import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  LambdaCode,
  OnFailure,
  ProducerStream,
  ReadMode,
  StreamEncryption,
  TracingMode,
} from "../../modules";
import {
  aConsumer,
  aStream,
  CONSUMER_ARN,
  KEY_ARN,
  ROLE_ARN,
  STREAM_ARN,
  Synthesized,
  synthesize,
  type Json,
} from "../helpers/synthesize";

const IN_STREAMS_ACCOUNT = [
  "aws_kinesis_resource_policy",
  "aws_kinesis_stream",
  "aws_kinesis_stream_consumer",
  "aws_kms_alias",
  "aws_kms_key",
  "aws_kms_key_policy",
];

const EXISTING = {
  functionName: "reader",
  roleName: "reader",
  roleArn: ROLE_ARN,
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "code-"));
  writeFileSync(join(directory, "index.js"), "");
});
afterAll(() => rmSync(directory, { recursive: true }));

const elements = ({ resources, data }: Synthesized) =>
  [resources, data].flatMap((section) =>
    Object.entries<Record<string, Json>>(section).flatMap(([type, named]) =>
      Object.entries(named).map(([name, element]) => ({
        address: `${type}.${name}`,
        type,
        provider: element.provider,
      })),
    ),
  );

describe("every element has the provider of its account", () => {
  it.each<[string, string, Parameters<typeof synthesize>[0]]>([
    ["a minimal pair", "", aConsumer],
    ["a pair without a Region", "none", aConsumer],
    [
      "every kind of resource",
      "",
      (stack, providers) => {
        const stream = aStream(stack, providers);
        stream.grantWrite("arn:aws:iam::333333333333:role/writer");
        aConsumer(stack, providers, {
          stream,
          code: LambdaCode.fromDirectory(directory),
          vpc: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
          tracing: TracingMode.ACTIVE,
          onFailure: OnFailure.s3("arn:aws:s3:::failures"),
        });
      },
    ],
    [
      "shared throughput without encryption",
      "",
      (stack, providers) => {
        const stream = aStream(stack, providers, {
          encryption: StreamEncryption.NONE,
        });
        aConsumer(stack, providers, {
          stream,
          readMode: ReadMode.SHARED_THROUGHPUT,
        });
      },
    ],
    [
      "an existing function, with Regions that only Terraform knows",
      "none",
      (stack, providers) => aConsumer(stack, providers, { existingFunction: EXISTING }),
    ],
    [
      "an existing stream with a provider",
      "",
      (stack, providers) => {
        const stream = ProducerStream.fromAttributes(stack, "stream", {
          streamArn: STREAM_ARN,
          kmsKeyArn: KEY_ARN,
          provider: providers.producer,
        });
        aConsumer(stack, providers, { stream });
      },
    ],
    [
      "an existing stream without a provider",
      "",
      (stack, providers) => {
        const stream = ProducerStream.fromAttributes(stack, "stream", {
          streamArn: STREAM_ARN,
          kmsKeyArn: KEY_ARN,
        });
        aConsumer(stack, providers, { stream, consumerArn: CONSUMER_ARN });
      },
    ],
  ])("%s", (_what, region, build) => {
    const all = elements(synthesize(build, region === "none" ? "" : undefined));
    expect(all.length).toBeGreaterThan(3);
    for (const { address, type, provider } of all) {
      const expected = type.startsWith("archive_")
        ? "archive"
        : IN_STREAMS_ACCOUNT.includes(type) || address.includes(".stream_")
          ? "aws.producer"
          : "aws.consumer";
      expect({ address, provider }).toEqual({ address, provider: expected });
    }
  });
});
