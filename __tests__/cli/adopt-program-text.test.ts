import { programOf } from "../../cli/src/adopt/program";
import { runRecorded } from "./adopt-run";
import { PIPELINES } from "./adopted-pipelines";

describe("the program that adopt writes", () => {
  it("reads as one writes it by hand", async () => {
    const { written } = await runRecorded(PIPELINES["with everything that differs from them"], {
      options: { program: true },
    });

    expect(written).toBe(`import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformResource, TerraformStack } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import {
  CrossAccountConsumer,
  OnFailure,
  ProducerStream,
  ReadMode,
  StartingPosition,
  StreamEncryption,
} from "cdktf-cross-account-kinesis";

const app = new App();

/** Lets the first apply import what exists; can be removed once it is applied. */
function importResources(stack: TerraformStack, ids: Readonly<Record<string, string>>): void {
  for (const [path, id] of Object.entries(ids)) {
    const resource = path
      .split("/")
      .reduce<IConstruct>((parent, child) => parent.node.findChild(child), stack) as TerraformResource;
    resource.importFrom(id, resource.provider);
  }
}

const stack = new TerraformStack(app, "clicks");
const producer = new AwsProvider(stack, "producer", {
  alias: "producer",
  region: "eu-west-1",
  allowedAccountIds: ["111111111111"],
  profile: "111111111111",
});
const consumer222222222222 = new AwsProvider(stack, "consumer-222222222222", {
  alias: "consumer-222222222222",
  region: "eu-west-1",
  allowedAccountIds: ["222222222222"],
  profile: "222222222222",
});

const stream = new ProducerStream(stack, "stream", {
  provider: producer,
  streamName: "clicks",
  shardCount: 4,
  retentionPeriodHours: 48,
  encryption: StreamEncryption.NONE,
  preventDestroy: true,
  shardLevelMetrics: ["IncomingBytes"],
  tags: {
    "cost-center": "a \\"b\\"",
  },
});
stream.grantWrite("444444444444");
stream.addToResourcePolicy({
  principals: ["arn:aws:iam::222222222222:role/reader"],
  actions: ["kinesis:ListShards"],
  conditions: {
    Bool: {
      "aws:SecureTransport": "true",
    },
  },
});
stream.addToResourcePolicy({
  sid: "Others",
  principals: ["333333333333"],
  actions: ["kinesis:GetRecords"],
});

const consumers = new Construct(stack, "consumers");
new CrossAccountConsumer(consumers, "efo", {
  provider: consumer222222222222,
  stream,
  consumerName: "efo",
  existingFunction: {
    functionName: "analytics",
    roleName: "reader",
    roleArn: "arn:aws:iam::222222222222:role/reader",
  },
  startingPosition: StartingPosition.AT_TIMESTAMP,
  startingPositionTimestamp: "2026-01-31T08:00:00Z",
  maximumRecordAgeInSeconds: 43200,
  filterPatterns: [{
    data: {
      "an amount": [{
        numeric: [">", 1],
      }],
    },
  }],
  metrics: ["EventCount"],
  onFailure: OnFailure.sqs("arn:aws:sqs:eu-west-1:222222222222:failures", {
    kmsKeyArn: "arn:aws:kms:eu-west-1:222222222222:key/1",
  }),
  tagsByResource: {
    mapping: {
      team: "analytics",
    },
  },
});
new CrossAccountConsumer(consumers, "analytics", {
  provider: consumer222222222222,
  stream,
  consumerName: "analytics",
  existingFunction: {
    functionName: "analytics",
    roleName: "reader",
    roleArn: "arn:aws:iam::222222222222:role/reader",
  },
  readMode: ReadMode.SHARED_THROUGHPUT,
  maximumRecordAgeInSeconds: 43200,
  enabled: false,
  onFailure: OnFailure.s3("arn:aws:s3:::failures"),
  tagsByResource: {
    mapping: {
      team: "analytics",
    },
  },
});

importResources(stack, {
  "stream/stream": "clicks",
  "consumers/efo/consumer": "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000",
  "consumers/efo/consumer-policy": "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000",
  "consumers/efo/mapping": "a-mapping",
  "consumers/analytics/mapping": "shared",
  "stream/stream-policy": "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks",
});

app.synth();
`);
  });

  it("has a block for each of several stacks, and names a profile only where one was named", () => {
    const of = (name: string) => ({
      name,
      region: "eu-west-1",
      producer: { accountId: "111111111111" },
      stream: { streamName: name },
      consumers: [],
      imports: { "stream/stream": name },
    });
    const block = (name: string) => `{
  const stack = new TerraformStack(app, "${name}");
  const producer = new AwsProvider(stack, "producer", {
    alias: "producer",
    region: "eu-west-1",
    allowedAccountIds: ["111111111111"],
  });

  const stream = new ProducerStream(stack, "stream", {
    provider: producer,
    streamName: "${name}",
  });

  const consumers = new Construct(stack, "consumers");

  importResources(stack, {
    "stream/stream": "${name}",
  });
}`;

    const text = programOf([of("clicks"), of("orders")]);

    expect(text).toContain("import {\n  ProducerStream,\n} from");
    expect(text.slice(text.indexOf("\n{") + 1)).toBe(
      `${block("clicks")}\n\n${block("orders")}\n\napp.synth();\n`,
    );
  });
});
