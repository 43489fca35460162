import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { Annotations, Fn, Op, TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";
import { accountKey, providerRegion } from "../accounts/aws-provider";
import { findDuplicates, mustBeUnique } from "../accounts/duplicates";
import type { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import { SHORTEST_RETENTION_HOURS } from "../cross-account-consumer/mapping";
import { arnPart } from "../policies/arns";
import { ProducerStream } from "../producer-stream/producer-stream";
import { asStream, StreamBase } from "../producer-stream/stream-base";
import { isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { readProperties } from "../properties/property";
import { Alarm, ALARM_IDS, AlarmId, ALARMS, AlarmContext } from "./alarms";
import { dashboardBody } from "./dashboard";
import {
  alarmName,
  checkMonitoring,
  MONITORING_PROPERTIES,
  MonitoringSettings,
} from "./monitoring";
import type { PipelineMonitoringProps } from "./pipeline-monitoring-props";

const SECONDS_PER_HOUR = 3600;

/**
 * Alarms and dashboards of a stream and its consumers, each in the account that has the metric. The
 * mappings of the consumers publish their EventCount metrics, which most of the alarms need.
 *
 * @throws if properties are invalid: one error with all mistakes
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export class PipelineMonitoring extends Construct {
  /** The alarms by their id, then by the id of the consumer; those of the stream under "stream". */
  public readonly alarms: Record<string, Record<string, CloudwatchMetricAlarm>>;
  /** The topics that were created, by account: its id, if the provider tells. */
  public readonly topics: Record<string, SnsTopic>;
  /** The dashboards, by account: its id, if the provider tells. */
  public readonly dashboards: Record<string, CloudwatchDashboard>;

  private readonly settings: MonitoringSettings;
  private readonly stream: StreamBase;
  private readonly name: string;
  /** One provider of each account. */
  private readonly providers: ReadonlyMap<string, TerraformProvider>;

  constructor(scope: Construct, id: string, props: PipelineMonitoringProps) {
    super(scope, id);
    const checks = new PropertyChecks();
    const settings = readProperties(MONITORING_PROPERTIES, props, checks);
    checks.throwIfWrongType(this);
    this.settings = settings;
    this.stream = asStream(settings.stream);
    this.name = settings.name ?? nameOf(this.stream);
    checkMonitoring(checks, this, settings, this.name);
    checks.throwIfAny(this);
    this.providers = this.providersByAccount();
    this.node.addValidation({ validate: () => this.duplicateNames() });
    if (!this.stream.provider) {
      Annotations.of(this).addWarning(
        "'stream' has no provider, so nothing in its account has alarms: lost access with enhanced fan-out, lag and throttling; give the stream a provider, or let its owner create the alarms",
      );
    }
    for (const { mapping } of settings.consumers) {
      if (!mapping.metricsConfigInput) {
        mapping.putMetricsConfig({ metrics: ["EventCount"] });
      }
    }
    const accounts = new Construct(this, "accounts");
    const scopes = new Map(
      [...this.providers].map(([account, provider]) => [
        account,
        new Construct(accounts, accountId(provider)),
      ]),
    );
    this.topics = this.createTopics(scopes);
    this.alarms = this.createAlarms();
    const [firstAlarm] = Object.values(this.alarms).flatMap((named) => Object.values(named));
    if (firstAlarm) {
      firstAlarm.lifecycle = checks.lifecycle;
    }
    this.dashboards = settings.dashboards ? this.createDashboards(scopes) : {};
  }

  private providersByAccount(): Map<string, TerraformProvider> {
    const ofConsumers = this.settings.consumers
      .map(providerOf)
      .sort((one, other) => one.node.path.localeCompare(other.node.path));
    const providers = new Map<string, TerraformProvider>();
    for (const provider of [this.stream.provider ?? [], ofConsumers].flat()) {
      const account = accountKey(provider);
      providers.set(account, providers.get(account) ?? provider);
    }
    return providers;
  }

  /**
   * An unencrypted topic, which CloudWatch may publish to; the messages hold no records. SNS answers
   * the creation of a topic that exists with that topic, so Terraform completes the name. A topic
   * keeps its name, and with it the subscriptions; those of former versions have no prefix.
   */
  private createTopics(scopes: ReadonlyMap<string, Construct>): Record<string, SnsTopic> {
    const { alarmTopicArns = {}, tags } = this.settings;
    const given = Object.keys(alarmTopicArns);
    const created = [...this.providers].filter(([account]) => !given.includes(account));
    return Object.fromEntries(
      created.map(([account, provider]) => [
        account,
        new SnsTopic(scopes.get(account) ?? this, "topic", {
          provider,
          namePrefix: withoutDots(`${this.name}-alarms-`),
          lifecycle: { ignoreChanges: ["name", "name_prefix"], createBeforeDestroy: true },
          tags,
        }),
      ]),
    );
  }

  private createAlarms(): PipelineMonitoring["alarms"] {
    const { consumers, iteratorAgeShareOfRetention: shareOfRetention } = this.settings;
    const hours = this.stream._grants.config.retentionPeriodHours ?? SHORTEST_RETENTION_HOURS;
    const retentionSeconds = isLiteral(hours)
      ? SECONDS_PER_HOUR * hours
      : Token.asNumber(Op.mul(SECONDS_PER_HOUR, hours));
    const all: Record<string, Record<string, CloudwatchMetricAlarm>> = {};
    const ofStream = new Construct(this, "stream");
    const ofConsumers = new Construct(this, "consumers");
    consumers.forEach((consumer, index) => {
      const { _functionOwner: owner } = consumer;
      const ownsFunction = owner === consumer || !consumers.includes(owner);
      const stream = this.stream;
      const context = { stream, consumer, retentionSeconds, shareOfRetention, ownsFunction };
      const scope = new Construct(ofConsumers, consumer.node.id);
      for (const id of ALARM_IDS) {
        const alarm: Alarm = ALARMS[id];
        const isOfStream = alarm.each === "stream";
        if (isOfStream && index > 0) {
          continue;
        }
        const name = alarmName(this.name, id, isOfStream ? undefined : consumer);
        const created = this.createAlarm(isOfStream ? ofStream : scope, id, name, context);
        if (created) {
          all[id] = { ...all[id], [isOfStream ? "stream" : consumer.node.id]: created };
        }
      }
    });
    return all;
  }

  private createAlarm(
    scope: Construct,
    id: AlarmId,
    name: string,
    context: AlarmContext,
  ): CloudwatchMetricAlarm | undefined {
    const alarm: Alarm = ALARMS[id];
    const { consumer } = context;
    const provider = alarm.account === "stream" ? this.stream.provider : providerOf(consumer);
    const enabled = alarm.onlyWhileEnabled ? (consumer.mapping.enabledInput ?? true) : true;
    if (!provider || enabled === false || alarm.applies?.(context) === false) {
      return undefined;
    }
    const { alarmTopicArns = {}, thresholds = {}, tags } = this.settings;
    const account = accountKey(provider);
    const topicArn = alarmTopicArns[account] ?? this.topics[account]?.arn ?? "";
    const ownThreshold =
      typeof alarm.threshold === "number" ? alarm.threshold : alarm.threshold(context);
    return new CloudwatchMetricAlarm(scope, id, {
      provider,
      alarmName: name,
      alarmDescription: `${context.stream.streamName}: ${alarm.what}. ${alarm.why} (docs/runbook.md: ${id})`,
      namespace: alarm.namespace,
      metricName: alarm.metric,
      dimensions: alarm.dimensions(context),
      statistic: alarm.statistic,
      period: alarm.period,
      evaluationPeriods: alarm.evaluationPeriods,
      datapointsToAlarm: alarm.datapointsToAlarm,
      comparisonOperator: alarm.comparison,
      threshold: thresholds[id] ?? ownThreshold,
      treatMissingData: alarm.missingData,
      alarmActions: [topicArn],
      okActions: [topicArn],
      // Only Terraform knows whether the mapping is paused.
      actionsEnabled: enabled === true ? undefined : enabled,
      tags,
    });
  }

  private createDashboards(
    scopes: ReadonlyMap<string, Construct>,
  ): Record<string, CloudwatchDashboard> {
    const { provider: owner, streamArn } = this.stream;
    const consumers = [...this.settings.consumers].sort((one, other) =>
      one.node.id.localeCompare(other.node.id),
    );
    return Object.fromEntries(
      [...this.providers].map(([account, provider]) => [
        account,
        new CloudwatchDashboard(scopes.get(account) ?? this, "dashboard", {
          provider,
          dashboardName: withoutDots(this.name),
          dashboardBody: dashboardBody({
            region: providerRegion(provider) ?? arnPart(streamArn, "region"),
            stream: owner && accountKey(owner) === account ? this.stream : undefined,
            consumers,
            consumersOfAccount: consumers.filter(
              (consumer) => accountKey(providerOf(consumer)) === account,
            ),
          }),
        }),
      ]),
    );
  }

  /** With the same name, AWS would overwrite alarms and dashboards of one monitoring with another's. */
  private duplicateNames(): string[] {
    const constructs = this.node.root.node.findAll();
    const all = constructs.filter((node) => node instanceof PipelineMonitoring);
    const sentences = [...this.providers.keys()].flatMap((account) =>
      findDuplicates(
        all
          .filter(({ providers }) => providers.has(account))
          .map(({ name, node }) => [withoutDots(name), node.path]),
      )
        .filter(({ paths: [first] }) => first === this.node.path)
        .map(mustBeUnique("name", "in an account and Region, also with hyphens for dots")),
    );
    return [...new Set(sentences)];
  }
}

const providerOf = ({ _names: names }: CrossAccountConsumer): TerraformProvider => names.provider;

/** The stream's name as text where it is known at synth, so that other names can contain it. */
const nameOf = (stream: StreamBase): string =>
  (stream instanceof ProducerStream ? stream.stream.nameInput : undefined) ?? stream.streamName;

/** Topics and dashboards have no dots in their names. */
const withoutDots = (name: string): string =>
  isLiteral(name) ? name.replace(/\./g, "-") : Token.asString(Fn.replace(name, ".", "-"));

/** The construct id of an account. The path of a provider would change with the stack's name. */
function accountId(provider: TerraformProvider): string {
  const account = accountKey(provider);
  return (account === provider.node.path ? provider.node.id : account).replace(/[^\w.-]/g, "-");
}
