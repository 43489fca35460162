import { PipelineMonitoring, ReadMode } from "../../modules";
import { ALARM_IDS, type AlarmId } from "../../modules/monitoring/alarms";
import { alarmState, evaluationRange } from "../helpers/cloudwatch-alarm";
import { aConsumer, aStream, type Json, synthesize } from "../helpers/synthesize";

const HALF_A_DAY = 43_200;

const alarmsOf = (readMode: ReadMode): Json[] =>
  synthesize((stack, providers) => {
    const stream = aStream(stack, providers);
    const consumer = aConsumer(stack, providers, { stream, readMode });
    new PipelineMonitoring(stack, "monitoring", { stream, consumers: [consumer] });
  }).all("aws_cloudwatch_metric_alarm");

const ALARMS = [
  ...alarmsOf(ReadMode.ENHANCED_FAN_OUT),
  ...alarmsOf(ReadMode.SHARED_THROUGHPUT),
].reverse();

/** The values of a metric in one period; none if it was not published. */
type Samples = readonly number[];

const sum = (samples: Samples): number => samples.reduce((total, value) => total + value, 0);
const STATISTICS: Record<string, (samples: Samples) => number> = {
  Average: (samples) => sum(samples) / samples.length,
  Maximum: (samples) => Math.max(...samples),
  SampleCount: ({ length }) => length,
  Sum: sum,
};

/** The state of an alarm after periods with these samples, before which nothing was published. */
function stateAfter(id: AlarmId, ...periods: Samples[]) {
  const alarm = ALARMS.find((one) => (one.alarm_name as string).endsWith(`-${id}`));
  const values = periods.map((samples) =>
    samples.length > 0 ? STATISTICS[alarm.statistic as string]?.(samples) : undefined,
  );
  const range = evaluationRange(alarm);
  const missing = Array.from<undefined>({ length: range });
  return alarmState(alarm, [...missing, ...values].slice(-range), "OK");
}

const times = (count: number, samples: Samples): Samples[] =>
  Array.from({ length: count }, () => samples);

/** What each metric publishes in a healthy pipeline, when it is time for the alarm, and a period less. */
const CASES: Record<AlarmId, { good: Samples[]; bad: Samples[]; tooShort: Samples[] }> = {
  "write-throttled": throttled(5),
  "read-throttled": throttled(5),
  "function-throttles": throttled(5),
  "access-lost": {
    good: times(5, [1]),
    bad: [...times(2, [1]), ...times(3, [0, 0])],
    tooShort: [...times(3, [1]), ...times(2, [0, 0])],
  },
  "not-polled": { good: times(5, [0, 0]), bad: times(5, []), tooShort: [[0], ...times(4, [])] },
  "consumer-lag": older(5, HALF_A_DAY * 1000),
  "iterator-age": older(15, HALF_A_DAY * 1000),
  "oldest-failure": older(15, HALF_A_DAY / 2),
  "failures-waiting": older(15, 0),
  "failing-batches": older(3, 0),
  "function-errors": older(3, 0),
  "records-given-up": older(1, 0),
  "records-dropped": older(1, 0),
  "destination-failures": older(1, 0),
};

/** One of some calls in each minute. */
function throttled(minutes: number) {
  return {
    good: times(minutes, [0, 0]),
    bad: times(minutes, [0, 1, 0]),
    tooShort: [[0], ...times(minutes - 1, [1])],
  };
}

function older(minutes: number, threshold: number) {
  return {
    good: times(minutes, [threshold]),
    bad: times(minutes, [threshold + 1]),
    tooShort: [[threshold], ...times(minutes - 1, [threshold + 1])],
  };
}

describe.each(ALARM_IDS)("the alarm %s", (id) => {
  const { good, bad, tooShort } = CASES[id];

  it("is quiet in a healthy pipeline, and while it is too soon", () => {
    expect([stateAfter(id, ...good), stateAfter(id, ...tooShort)]).toEqual(["OK", "OK"]);
  });

  it("goes off, and is quiet again when the metric is good", () => {
    expect(stateAfter(id, ...bad)).toBe("ALARM");
    expect(stateAfter(id, ...bad, ...good)).toBe("OK");
  });
});

it("says nothing about metrics that are not published on an idle stream", () => {
  const loud = ALARM_IDS.filter((id) => stateAfter(id) === "ALARM");
  expect(loud).toEqual(["access-lost", "not-polled"]);
});
