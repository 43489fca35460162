import type { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import type { IProducerStream } from "../producer-stream/producer-stream-props";

/** Content of the dashboard of one account. */
interface DashboardContent {
  readonly region: string;
  /** Given if the account has the stream. */
  readonly stream?: IProducerStream;
  /** All consumers of the stream, also those in other accounts. */
  readonly consumers: readonly CrossAccountConsumer[];
  /** The consumers of the account. */
  readonly consumersOfAccount: readonly CrossAccountConsumer[];
}

/** Namespace, metric name, name and value of each dimension, then the label. */
type Metric = readonly (string | { readonly label: string })[];

/** Titles of the graphs, along the records' path from left to right. */
const TITLES = {
  put: "Records put",
  polled: "Records polled",
  filtered: "Records filtered out",
  invoked: "Records sent to the function",
  failed: "Records failed",
  redriven: "Reports redriven",
} as const;
type Stage = keyof typeof TITLES;
const STAGES = Object.keys(TITLES) as Stage[];
type Row = Readonly<Partial<Record<Stage, readonly Metric[]>>>;

/** A dashboard has 24 columns. */
const WIDTH = 24 / STAGES.length;
const HEIGHT = 6;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody({
  region,
  stream,
  consumers,
  consumersOfAccount,
}: DashboardContent): string {
  const elsewhere = consumers.filter((consumer) => !consumersOfAccount.includes(consumer));
  const afterPolling =
    elsewhere.length === 0
      ? "What becomes of the records is shown below."
      : `What becomes of the records is on the dashboards in the accounts of the functions: ${elsewhere.map(({ node }) => node.id).join(", ")}.`;
  const beforePolling = stream
    ? "The records that are put are shown above."
    : "The records that are put are on the dashboard in the account of the stream.";
  const rows = [
    ...(stream
      ? [
          {
            row: streamRow(stream, consumers),
            note: { title: "Stream", text: afterPolling, stages: STAGES.slice(2) },
          },
        ]
      : []),
    ...consumersOfAccount.map((consumer) => ({
      row: consumerRow(consumer),
      note: { title: consumer.node.id, text: beforePolling, stages: STAGES.slice(0, 1) },
    })),
  ];
  const widgets = rows.flatMap(({ row, note }, index) => [
    markdown(note, index),
    ...STAGES.flatMap((stage) => {
      const metrics = row[stage];
      return metrics ? [graph(stage, metrics, region, index)] : [];
    }),
  ]);
  return JSON.stringify({ widgets });
}

function streamRow(stream: IProducerStream, consumers: readonly CrossAccountConsumer[]): Row {
  const ofStream = (metric: string): string[] => [
    "AWS/Kinesis",
    metric,
    "StreamName",
    stream.streamName,
  ];
  const registered = consumers.flatMap(({ node, registeredConsumer }) =>
    registeredConsumer
      ? [
          [
            ...ofStream("SubscribeToShardEvent.Records"),
            ...["ConsumerName", registeredConsumer.name],
            { label: node.id },
          ],
        ]
      : [],
  );
  const hasShared = consumers.some(({ consumerArn }) => consumerArn === undefined);
  const shared = [...ofStream("GetRecords.Records"), { label: "all with shared throughput" }];
  return {
    put: [
      [...ofStream("IncomingRecords"), { label: "put" }],
      [...ofStream("WriteProvisionedThroughputExceeded"), { label: "throttled" }],
    ],
    polled: [...(hasShared ? [shared] : []), ...registered],
  };
}

function consumerRow({ mapping, onFailureQueue }: CrossAccountConsumer): Row {
  const ofMapping = (metric: string, label: string): Metric => [
    "AWS/Lambda",
    metric,
    "EventSourceMappingUUID",
    mapping.uuid,
    { label },
  ];
  return {
    polled: [ofMapping("PolledEventCount", "polled")],
    filtered: [ofMapping("FilteredOutEventCount", "filtered out")],
    invoked: [ofMapping("InvokedEventCount", "sent, with retries")],
    failed: [
      ofMapping("FailedInvokeEventCount", "failed, with retries"),
      ofMapping("OnFailureDestinationDeliveredEventCount", "given up and reported"),
      ofMapping("DroppedEventCount", "dropped"),
    ],
    // A redrive deletes each report whose records it has delivered.
    ...(onFailureQueue && {
      redriven: [
        [
          ...["AWS/SQS", "NumberOfMessagesDeleted", "QueueName", onFailureQueue.name],
          { label: "deleted" },
        ],
      ],
    }),
  };
}

const place = (stages: readonly Stage[], row: number) => ({
  x: STAGES.findIndex((stage) => stages.includes(stage)) * WIDTH,
  y: row * HEIGHT,
  width: stages.length * WIDTH,
  height: HEIGHT,
});

interface Note {
  readonly title: string;
  readonly text: string;
  readonly stages: readonly Stage[];
}

const markdown = ({ title, text, stages }: Note, row: number) => ({
  type: "text",
  ...place(stages, row),
  properties: { markdown: `## ${title}\n\n${text}` },
});

const graph = (stage: Stage, metrics: readonly Metric[], region: string, row: number) => ({
  type: "metric",
  ...place([stage], row),
  properties: {
    title: TITLES[stage],
    region,
    metrics,
    stat: "Sum",
    period: 60,
    view: "timeSeries",
    yAxis: {
      left: { label: stage === "redriven" ? "reports" : "records", min: 0, showUnits: false },
    },
  },
});
