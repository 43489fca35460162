import type { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import type { IProducerStream } from "../producer-stream/producer-stream-props";

/** What the dashboard of one account shows. */
export interface DashboardContent {
  readonly region: string;
  /** Given if the account has the stream. */
  readonly stream?: IProducerStream;
  /** All consumers of the stream; those of other accounts show what the stream's account sees of them. */
  readonly consumers: readonly CrossAccountConsumer[];
  /** The consumers of the account. */
  readonly own: readonly CrossAccountConsumer[];
}

/** Namespace, name, then name and value of each dimension. */
type Metric = readonly string[];

/** The way of the records, from left to right. */
const STAGES = ["put", "polled", "filtered", "invoked", "failed", "redriven"] as const;
type Stage = (typeof STAGES)[number];
type Row = Readonly<Partial<Record<Stage, readonly Metric[]>>>;

/** A dashboard has 24 columns. */
const WIDTH = 24 / STAGES.length;
const HEIGHT = 6;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody({ region, stream, consumers, own }: DashboardContent): string {
  const rows = [
    ...(stream ? [{ title: "stream", row: streamRow(stream, consumers) }] : []),
    ...own.map((consumer) => ({ title: consumer.node.id, row: consumerRow(consumer) })),
  ];
  const widgets = rows.flatMap(({ title, row }, index) => [
    ...(row.put ? [] : [label(title, index)]),
    ...STAGES.flatMap((stage, column) => {
      const metrics = row[stage];
      return metrics ? [graph(`${title}: ${stage}`, metrics, region, column, index)] : [];
    }),
  ]);
  return JSON.stringify({ widgets });
}

function streamRow(stream: IProducerStream, consumers: readonly CrossAccountConsumer[]): Row {
  const ofStream = (metric: string): Metric => [
    "AWS/Kinesis",
    metric,
    "StreamName",
    stream.streamName,
  ];
  const registered = consumers.flatMap((consumer) =>
    consumer.registeredConsumer
      ? [
          [
            ...ofStream("SubscribeToShardEvent.Records"),
            "ConsumerName",
            consumer.registeredConsumer.name,
          ],
        ]
      : [],
  );
  const hasShared = consumers.some(({ consumerArn }) => consumerArn === undefined);
  return {
    put: [ofStream("IncomingRecords"), ofStream("WriteProvisionedThroughputExceeded")],
    polled: [...(hasShared ? [ofStream("GetRecords.Records")] : []), ...registered],
  };
}

function consumerRow({ mapping, onFailureQueue }: CrossAccountConsumer): Row {
  const ofMapping = (metric: string): Metric => [
    "AWS/Lambda",
    metric,
    "EventSourceMappingUUID",
    mapping.uuid,
  ];
  return {
    polled: [ofMapping("PolledEventCount")],
    filtered: [ofMapping("FilteredOutEventCount")],
    invoked: [ofMapping("InvokedEventCount")],
    failed: [
      ofMapping("FailedInvokeEventCount"),
      ofMapping("OnFailureDestinationDeliveredEventCount"),
      ofMapping("DroppedEventCount"),
    ],
    // A redrive deletes each report whose records it has brought back.
    ...(onFailureQueue && {
      redriven: [["AWS/SQS", "NumberOfMessagesDeleted", "QueueName", onFailureQueue.name]],
    }),
  };
}

const place = (column: number, row: number) => ({
  x: column * WIDTH,
  y: row * HEIGHT,
  width: WIDTH,
  height: HEIGHT,
});

const label = (title: string, row: number) => ({
  type: "text",
  ...place(0, row),
  properties: {
    markdown: `## ${title}\n\nThe account of the stream shows the records that are put.`,
  },
});

const graph = (
  title: string,
  metrics: readonly Metric[],
  region: string,
  column: number,
  row: number,
) => ({
  type: "metric",
  ...place(column, row),
  properties: { title, region, metrics, stat: "Sum", period: 60, view: "timeSeries" },
});
