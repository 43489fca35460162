import { Token } from "cdktf";
import { Construct } from "constructs";
import { accountKey, providerRegion } from "../accounts/aws-provider";
import { findDuplicates } from "../accounts/duplicates";
import { checkSameStack } from "../accounts/same-stack";
import { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import { arnPart } from "../policies/arns";
import { asStream, producerStream } from "../producer-stream/stream-base";
import { isLiteral } from "../properties/expressions";
import { accountId, alarmTopicArn } from "../properties/formats";
import {
  boolean,
  checkedByProvider,
  instance,
  list,
  mapOf,
  mapOfStrings,
  matching,
  number,
} from "../properties/property-types";
import { describeValue } from "../properties/problems";
import { object, Properties, WithDefaults } from "../properties/property";
import { PropertyChecks } from "../properties/property-checks";
import { ALARM_IDS, AlarmId, ALARMS } from "./alarms";
import type { PipelineMonitoringProps } from "./pipeline-monitoring-props";

const LONGEST_NAME = 128;

/** More milliseconds than a stream can retain records. */
const MAX_THRESHOLD = 1e12;

const consumer = instance<CrossAccountConsumer>(
  "a CrossAccountConsumer",
  (value) => value instanceof CrossAccountConsumer,
);

const threshold = (id: AlarmId) => {
  const type = number(0, MAX_THRESHOLD);
  const description = `${ALARMS[id].metric}: ${ALARMS[id].what}`;
  return {
    type: { ...type, schema: { ...type.schema, description } },
    fix: "omit it for the alarm's own threshold",
  };
};

const thresholds = object<Partial<Record<AlarmId, number>>>(
  Object.fromEntries(ALARM_IDS.map((id) => [id, threshold(id)])) as Record<
    AlarmId,
    ReturnType<typeof threshold>
  >,
);

export const MONITORING_PROPERTIES = {
  stream: { type: producerStream, required: true, fix: "give the stream that the consumers read" },
  consumers: {
    type: list(consumer, "consumers", { isNonEmpty: true, uniqueItems: true }),
    required: true,
    fix: "give each consumer of the stream once",
  },
  name: {
    type: checkedByProvider(
      matching(
        `^[a-zA-Z0-9_.-]{1,${LONGEST_NAME}}$`,
        `1 to ${LONGEST_NAME} letters, digits, dots, hyphens or underscores`,
      ),
    ),
    fix: "omit it for the stream's name",
  },
  alarmTopicArns: {
    type: mapOf(alarmTopicArn, "topic ARNs", accountId),
    fix: "omit it to have topics created",
  },
  iteratorAgeShareOfRetention: { type: number(0.01, 1), default: 0.5 },
  thresholds: {
    type: { ...thresholds, rule: "an object with ids of alarms" },
    fix: "omit it for the thresholds of docs/runbook.md",
  },
  dashboards: { type: boolean(), default: true },
  tags: { type: mapOfStrings(), fix: "omit it for the provider's default tags" },
} as const satisfies Properties<PipelineMonitoringProps>;

export type MonitoringSettings = WithDefaults<
  PipelineMonitoringProps,
  typeof MONITORING_PROPERTIES
>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const LONGEST_ALARM_NAME = 255;
const LONGEST_ID = ALARM_IDS.reduce((one, other) => (other.length > one.length ? other : one));

export const alarmName = (name: string, id: string, consumer?: CrossAccountConsumer): string =>
  [name, ...(consumer ? [consumer.node.id] : []), id].join("-");

/** The rules that span several properties of a PipelineMonitoring. */
export function checkMonitoring(
  checks: PropertyChecks,
  scope: Construct,
  settings: MonitoringSettings,
  name: string,
): void {
  const { consumers } = settings;
  const stream = asStream(settings.stream);
  checkSameStack(checks, scope, "stream", stream);
  consumers.forEach((consumer, index) => {
    if (consumer._stream !== stream) {
      checks.addError(
        `'consumers[${index}]' must be a consumer of the stream at ${stream.node.path}, got ${consumer.node.path}, which reads the one at ${consumer._stream.node.path}; ` +
          "create a PipelineMonitoring for each stream",
      );
    }
  });
  for (const { name: id, paths } of findDuplicates(
    consumers.map(({ node }) => [node.id, node.path]),
  )) {
    checks.addError(
      `'consumers' must have distinct construct ids (alarms are named after them), got ${describeValue(id)} at ${paths.join(" and ")}; ` +
        "rename all but one",
    );
  }
  checkAlarmNames(checks, consumers, name);
  checkTopics(checks, settings);
}

/** The names of topics and dashboards are shorter than AWS's limits, since `name` is. */
function checkAlarmNames(
  checks: PropertyChecks,
  consumers: readonly CrossAccountConsumer[],
  name: string,
): void {
  consumers.forEach((consumer, index) => {
    const longest = alarmName(name, LONGEST_ID, consumer);
    const left = LONGEST_ALARM_NAME - alarmName("", LONGEST_ID, consumer).length;
    if (isLiteral(name) && name.length > left && MONITORING_PROPERTIES.name.type.matches(name)) {
      checks.addError(
        `'consumers[${index}]' must be a consumer whose alarms have names of at most ${LONGEST_ALARM_NAME} characters, got ${longest.length} in ${describeValue(longest)}; ` +
          "shorten the construct id of the consumer, or 'name'",
      );
    }
  });
}

function checkTopics(checks: PropertyChecks, settings: MonitoringSettings): void {
  const { alarmTopicArns = {}, stream, consumers } = settings;
  if (!isLiteral(alarmTopicArns)) {
    checks.addError(
      `'alarmTopicArns' must be an object whose accounts are known at synth, got ${Token.asString(alarmTopicArns)}; ` +
        "write the object here; its ARNs may be known only at apply",
    );
    return;
  }
  const providers = [stream.provider, ...consumers.map(({ _names: names }) => names.provider)];
  const named = Object.entries(alarmTopicArns).filter(([account]) => accountId.matches(account));
  for (const [account, arn] of named) {
    const provider = providers.find((one) => one && accountKey(one) === account);
    if (!provider) {
      const known = providers.flatMap((one) => (one ? accountKey(one) : []));
      const ids = [...new Set(known)].filter((one) => accountId.matches(one));
      checks.addError(
        `'alarmTopicArns.${account}' must be named with the account of a provider of the pipeline, got ${describeValue(account)}; ` +
          (ids.length > 0
            ? `the accounts are ${ids.join(", ")}`
            : "give the providers 'allowedAccountIds', or omit it to have topics created"),
      );
      continue;
    }
    const region = providerRegion(provider);
    const given = arnPart(arn, "region");
    if (isLiteral(arn) && isLiteral(region) && given !== region) {
      checks.addError(
        `'alarmTopicArns.${account}' must be in Region ${region} like the alarms, got ${arn}; ` +
          "give a topic of that Region, or omit it to have one created",
      );
    }
  }
}
