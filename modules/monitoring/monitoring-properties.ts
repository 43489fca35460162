import { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import { producerStream } from "../producer-stream/stream-base";
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
} from "../properties/kinds";
import { object, Properties, WithDefaults } from "../properties/property";
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
  const kind = number(0, MAX_THRESHOLD);
  const description = `${ALARMS[id].metric}: ${ALARMS[id].what}`;
  return {
    kind: { ...kind, schema: { ...kind.schema, description } },
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
  stream: {
    kind: producerStream,
    required: true,
    fix: "give the stream that the consumers read",
  },
  consumers: {
    kind: list(consumer, "consumers", { isNonEmpty: true, uniqueItems: true }),
    required: true,
    fix: "give each consumer of the stream once",
  },
  name: {
    kind: checkedByProvider(
      matching(
        `^[a-zA-Z0-9_.-]{1,${LONGEST_NAME}}$`,
        `1 to ${LONGEST_NAME} letters, digits, dots, hyphens or underscores`,
      ),
    ),
    fix: "omit it for the stream's name",
  },
  alarmTopicArns: {
    kind: mapOf(alarmTopicArn, "topic ARNs", accountId),
    fix: "omit it to have topics created",
  },
  iteratorAgeShareOfRetention: {
    kind: number(0.01, 1),
    default: 0.5,
  },
  thresholds: {
    kind: { ...thresholds, rule: "an object with ids of alarms" },
    fix: "omit it for the thresholds of docs/runbook.md",
  },
  dashboards: { kind: boolean(), default: true },
  tags: { kind: mapOfStrings(), fix: "omit it for the provider's default tags" },
} as const satisfies Properties<PipelineMonitoringProps>;

export type MonitoringSettings = WithDefaults<
  PipelineMonitoringProps,
  typeof MONITORING_PROPERTIES
>;
