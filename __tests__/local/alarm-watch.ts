import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { LocalAws } from "../../local/aws";
import {
  alarmState,
  evaluationRange,
  type AlarmRule,
  type AlarmState,
} from "../helpers/cloudwatch-alarm";
import type { Json, Synthesized } from "../helpers/synthesize";
import { CONSUMER, PRODUCER, REGION } from "./two-accounts";

/** The arguments of `aws_cloudwatch_metric_alarm`, with the values that Terraform would know. */
interface Alarm extends AlarmRule {
  readonly alarm_name: string;
  readonly provider: string;
  readonly namespace: string;
  readonly metric_name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
  readonly period: number;
  readonly actions_enabled?: boolean;
}

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Evaluates alarms on the metrics of the local AWS, as CloudWatch does, in minutes that a test lets pass. */
export class AlarmWatch {
  private minute = 0;
  private alarms: readonly Alarm[] = [];
  private readonly clients = new Map<string, CloudWatchClient>();
  /** The states of each alarm since the last call of reset, by its name. */
  private readonly states = new Map<string, AlarmState[]>();

  /** The time of metrics. */
  readonly clock = (): Date => new Date(START + this.minute * MINUTE);

  async connect(aws: LocalAws): Promise<void> {
    for (const [provider, account] of Object.entries({ producer: PRODUCER, consumer: CONSUMER })) {
      const credentials = await aws.credentials(account);
      this.clients.set(
        `aws.${provider}`,
        new CloudWatchClient({ endpoint: aws.url, region: REGION, credentials }),
      );
    }
  }

  /**
   * Watches all alarms of a synthesized document.
   *
   * @param applied values that are known only after apply, by resource and attribute
   */
  watch(synthesized: Synthesized, applied: Readonly<Record<string, string>>): void {
    const valueOf = (value: string): string =>
      value.replace(/\$\{(\w+)\.([\w-]+)\.(\w+)\}/, (_, type: string, id: string, name: string) => {
        const known: unknown =
          applied[`${type}.${id}.${name}`] ?? synthesized.resources[type]?.[id]?.[name];
        if (typeof known !== "string") {
          throw new Error(`${value} is not known`);
        }
        return known;
      });
    this.alarms = synthesized.all("aws_cloudwatch_metric_alarm").map((alarm: Json) => {
      if (alarm.metric_query || alarm.extended_statistic) {
        throw new Error(`${alarm.alarm_name} has metric math, which is not evaluated here`);
      }
      // moto does not find the metrics of a consumer by dimensions in another order.
      const dimensions = Object.entries<string>(alarm.dimensions).sort().reverse();
      return {
        ...alarm,
        dimensions: Object.fromEntries(dimensions.map(([name, value]) => [name, valueOf(value)])),
      } as Alarm;
    });
  }

  get names(): string[] {
    return this.alarms.map(({ alarm_name: name }) => name);
  }

  /** Forgets all states but the current ones. */
  reset(): void {
    this.states.forEach((states, name) => this.states.set(name, states.slice(-1)));
  }

  state(name: string): AlarmState {
    return this.states.get(name)?.at(-1) ?? "INSUFFICIENT_DATA";
  }

  /** The alarms that changed, with their states since the last call of reset. */
  get changes(): Record<string, AlarmState[]> {
    return Object.fromEntries([...this.states].filter(([, states]) => states.length > 1));
  }

  /** Ends a minute, and evaluates the alarms whose period ended with it. */
  async passMinute(aws: LocalAws): Promise<void> {
    this.minute += 1;
    await aws.flushMetrics();
    const due = this.alarms.filter(({ period }) => (this.minute * 60) % period === 0);
    const groups = new Map<string, Alarm[]>();
    for (const alarm of due) {
      const key = `${alarm.provider} ${alarm.period}`;
      groups.set(key, [...(groups.get(key) ?? []), alarm]);
    }
    await Promise.all([...groups.values()].map((alarms) => this.evaluate(alarms)));
  }

  /** How many values a metric of the functions' account has in the current minute. */
  async count(
    aws: LocalAws,
    MetricName: string,
    dimensions: Readonly<Record<string, string>>,
  ): Promise<number> {
    await aws.flushMetrics();
    const answer = await this.clients.get("aws.consumer")?.send(
      new GetMetricDataCommand({
        StartTime: this.clock(),
        EndTime: new Date(this.clock().getTime() + MINUTE),
        MetricDataQueries: [
          {
            Id: "m0",
            MetricStat: {
              Metric: {
                Namespace: "AWS/Lambda",
                MetricName,
                Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
              },
              Period: 60,
              Stat: "SampleCount",
            },
          },
        ],
      }),
    );
    return answer?.MetricDataResults?.[0]?.Values?.[0] ?? 0;
  }

  /** Evaluates alarms of one account and period. */
  private async evaluate(alarms: readonly Alarm[]): Promise<void> {
    const [{ provider, period } = { provider: "", period: 60 }] = alarms;
    const range = Math.max(...alarms.map(evaluationRange));
    const end = this.clock().getTime();
    const start = end - range * period * 1000;
    const answer = await this.clients.get(provider)?.send(
      new GetMetricDataCommand({
        StartTime: new Date(start),
        EndTime: new Date(end),
        MetricDataQueries: alarms.map((alarm, index) => ({
          Id: `m${index}`,
          MetricStat: {
            Metric: {
              Namespace: alarm.namespace,
              MetricName: alarm.metric_name,
              Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({
                Name,
                Value,
              })),
            },
            Period: period,
            Stat: alarm.statistic,
          },
        })),
      }),
    );
    alarms.forEach((alarm, index) => {
      const result = answer?.MetricDataResults?.find(({ Id }) => Id === `m${index}`);
      const values: (number | undefined)[] = Array.from({ length: range });
      result?.Timestamps?.forEach((time, at) => {
        values[(time.getTime() - start) / 1000 / period] = result.Values?.[at];
      });
      const current = this.state(alarm.alarm_name);
      const next = alarmState(alarm, values.slice(-evaluationRange(alarm)), current);
      const isFirst = !this.states.has(alarm.alarm_name);
      if (isFirst || next !== current) {
        this.states.set(alarm.alarm_name, [...(this.states.get(alarm.alarm_name) ?? []), next]);
      }
    });
  }
}
