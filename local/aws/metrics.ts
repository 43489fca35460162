import type { MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import type { Accounts } from "./accounts";

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
const DATA_PER_CALL = 1_000;

/** The values of one metric since the last call of PutMetricData, with the number of each value. */
interface Pending {
  readonly datum: MetricDatum;
  readonly counts: Map<number, number>;
}

/** The source of a metric: the account and Region of an ARN, a namespace and dimensions. */
export interface MetricSource {
  readonly arn: string;
  readonly namespace: "AWS/Lambda" | "AWS/Kinesis" | "AWS/SQS";
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Collects metrics and writes them to moto's CloudWatch in batches. */
export class Metrics {
  /** Keyed by source, then by metric name. */
  private readonly pending = new Map<
    string,
    { source: MetricSource; metrics: Map<string, Pending> }
  >();
  private readonly timer: NodeJS.Timeout | undefined;
  private writing = Promise.resolve();
  /** Adds metrics that are measured, not counted. Called before each batch is written. */
  measure: () => Promise<void> = () => Promise.resolve();

  /**
   * @param intervalSeconds time between two batches; metrics are off if it is undefined
   * @param now time of the data points
   */
  constructor(
    private readonly accounts: Accounts,
    readonly intervalSeconds: number | undefined,
    private readonly now = () => new Date(),
  ) {
    if (intervalSeconds !== undefined) {
      this.timer = setInterval(() => void this.flush(), intervalSeconds * 1000).unref();
    }
  }

  get isOn(): boolean {
    return this.intervalSeconds !== undefined;
  }

  /** Adds one value per metric. */
  add(source: MetricSource, unit: StandardUnit, values: Readonly<Record<string, number>>): void {
    if (!this.isOn) {
      return;
    }
    const key = JSON.stringify(source);
    const { metrics } = this.pending.get(key) ?? { metrics: new Map<string, Pending>() };
    this.pending.set(key, { source, metrics });
    for (const [MetricName, value] of Object.entries(values)) {
      const { datum, counts } = metrics.get(MetricName) ?? {
        datum: {
          MetricName,
          Unit: unit,
          Timestamp: this.now(),
          Dimensions: Object.entries(source.dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        counts: new Map<number, number>(),
      };
      metrics.set(MetricName, { datum, counts });
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }

  /** Resolves when all metrics added so far can be read from CloudWatch. */
  flush(): Promise<void> {
    const counted = this.takePending();
    this.writing = this.writing
      .then(() => this.measure())
      .then(() => {
        const batches = [...counted, ...this.takePending()];
        return Promise.all(batches.map((batch) => this.write(batch.source, batch.metrics)));
      })
      // moto can already have stopped.
      .then(
        () => undefined,
        () => undefined,
      );
    return this.writing;
  }

  private takePending() {
    const batches = [...this.pending.values()];
    this.pending.clear();
    return batches;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private async write({ arn, namespace }: MetricSource, metrics: Map<string, Pending>) {
    const { cloudwatch } = this.accounts.owning(arn);
    const data = [...metrics.values()].map(({ datum, counts }) => ({
      ...datum,
      Values: [...counts.keys()],
      Counts: [...counts.values()],
    }));
    for (let at = 0; at < data.length; at += DATA_PER_CALL) {
      await cloudwatch.putMetricData({
        Namespace: namespace,
        MetricData: data.slice(at, at + DATA_PER_CALL),
      });
    }
  }
}
