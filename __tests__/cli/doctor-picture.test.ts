import { graphOfExamination } from "../../cli/src/doctor/picture";
import { finding } from "../../cli/src/doctor/verdict";
import {
  configuration,
  consumer,
  key,
  own,
  streamPolicy,
  summary,
  type Given,
} from "./doctor-answers";
import {
  CONFIGURATION,
  CONSUMER,
  diagnosis,
  FUNCTION,
  gone,
  KEY,
  ROLE,
  STREAM,
} from "./recorded-pipeline";
import type { Answers } from "./recorded";

const LOG_GROUP = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics";
const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const DATA_KEY = "arn:aws:kms:eu-west-1:222222222222:key/2";

async function drawn(...[changes, reference]: Given) {
  const { examination, lines } = await diagnosis(changes, reference);
  return { lines, graph: graphOfExamination(examination, lines) };
}

/** The faults in the picture, each with the resource that it is at, or `from -> to`. */
async function faults(changes: Answers): Promise<string[]> {
  const { graph, lines } = await drawn(changes);
  const kindOf = (id: string): string => graph.nodes.find((node) => node.id === id)?.kind ?? id;
  const shown = [
    ...graph.nodes.map(({ id, faults = [] }) => ({ at: kindOf(id), faults })),
    ...graph.edges.map(({ from, to, faults = [] }) => ({
      at: `${kindOf(from)} -> ${kindOf(to)}`,
      faults,
    })),
  ].flatMap(({ at, faults: ids }) => ids.map((id) => ({ at, id })));
  const found = lines.flatMap((line) => (line.status === "finding" ? [line.finding.id] : []));
  expect(shown.map(({ id }) => id).sort()).toEqual(found.sort());
  return shown.map(({ at, id }) => `${id}: ${at}`);
}

/** A queue with a key of its own as on-failure destination. */
const withQueue = (more: Answers = {}): Answers => ({
  ...configuration({ DestinationConfig: { OnFailure: { Destination: QUEUE } } }),
  "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
  "sqs:GetQueueAttributes": () => ({ Attributes: { KmsMasterKeyId: DATA_KEY } }),
  ...key({}),
  ...more,
});

describe("the picture of doctor --html", () => {
  it("shows the flow of records, and what the role needs, in both accounts", async () => {
    const { graph } = await drawn({});

    const node = (id: string, account: string, kind: string, name: string) => ({
      ...{ id, account, kind, name },
      faults: [],
    });
    const edge = (from: string, to: string, kind: string, ...labels: string[]) => ({
      ...{ from, to, kind, labels },
      faults: [],
    });
    expect(graph).toEqual({
      accounts: ["111111111111", "222222222222"],
      nodes: [
        node(STREAM, "111111111111", "Kinesis data stream", "clicks"),
        node(CONSUMER, "111111111111", "Registered consumer", "efo"),
        node(KEY, "111111111111", "KMS key", "1"),
        node("a-mapping", "222222222222", "Event source mapping", "a-mapping"),
        node(FUNCTION, "222222222222", "Lambda function", "analytics"),
        node(ROLE, "222222222222", "Execution role", "reader"),
        node(LOG_GROUP, "222222222222", "Log group", "/aws/lambda/analytics"),
      ],
      edges: [
        edge(STREAM, CONSUMER, "records"),
        edge(CONSUMER, "a-mapping", "records"),
        edge("a-mapping", FUNCTION, "records"),
        edge(ROLE, FUNCTION, "role", "assumed by"),
        edge(KEY, STREAM, "role", "encrypts"),
        edge(
          ROLE,
          STREAM,
          "permission",
          "kinesis:DescribeStreamSummary",
          "kinesis:ListShards",
          "kinesis:DescribeStream",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
        ),
        edge(ROLE, CONSUMER, "permission", "kinesis:SubscribeToShard"),
        edge(ROLE, KEY, "permission", "kms:Decrypt"),
        edge(ROLE, LOG_GROUP, "permission", "logs:CreateLogStream", "logs:PutLogEvents"),
      ],
    });
  });

  it.each<[string, Answers, string[]]>([
    ["a resource", key({ KeyState: "Disabled" }), ["key-disabled: KMS key"]],
    [
      "a consumer that does not exist",
      consumer(gone(), gone()),
      ["consumer-missing: Registered consumer"],
    ],
    [
      "a permission, from both sides",
      {
        ...streamPolicy(),
        ...own({
          Effect: "Allow",
          NotAction: "kinesis:Get*",
          Resource: "*",
        }),
      },
      [
        "stream-policy-missing: Execution role -> Kinesis data stream",
        "role-policy-stream: Execution role -> Kinesis data stream",
      ],
    ],
    [
      "the way from the mapping to the function",
      configuration({ LastProcessingResult: "PROBLEM: Function call failed" }),
      ["function-fails: Event source mapping -> Lambda function"],
    ],
    [
      "the mapping",
      configuration({ State: "Disabled" }),
      ["mapping-disabled: Event source mapping"],
    ],
    [
      "a destination",
      withQueue({ "sqs:GetQueueUrl": gone("QueueDoesNotExist") }),
      ["destination-missing: SQS queue"],
    ],
    [
      "a destination's key",
      withQueue({
        "kms:DescribeKey": ({ KeyId }: { KeyId: string }) => ({
          KeyMetadata: { Arn: KeyId, KeyState: KeyId === DATA_KEY ? "Disabled" : "Enabled" },
        }),
      }),
      ["destination-key-disabled: KMS key"],
    ],
    [
      "two places",
      {
        "lambda:GetFunctionConfiguration": gone(),
        "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, FunctionResponseTypes: [] }),
      },
      ["partial-failures-ignored: Event source mapping", "function-missing: Lambda function"],
    ],
  ])("shows a fault at %s", async (_, changes, expected) => {
    expect(await faults(changes)).toEqual(expected);
  });

  it("draws a key that the stream names by its id alone in the stream's account", async () => {
    const { graph } = await drawn({
      ...summary({ KeyId: "alias/orders" }),
      "kms:DescribeKey": gone("AccessDenied"),
    });

    expect(graph.nodes.find(({ kind }) => kind === "KMS key")).toEqual({
      ...{ id: "alias/orders", account: "111111111111", kind: "KMS key", name: "orders" },
      faults: [],
    });
  });

  it("shows at the mapping what is about no single place", async () => {
    const { examination } = await diagnosis({});
    const line = { check: "probe", ...finding("probe-not-seen", "after 60 s") };

    const { nodes, edges } = graphOfExamination(examination, [line]);

    const faulty = [...nodes, ...edges].filter(({ faults = [] }) => faults.length > 0);
    expect(faulty).toEqual([
      expect.objectContaining({ id: "a-mapping", faults: ["probe-not-seen"] }),
    ]);
  });
});
