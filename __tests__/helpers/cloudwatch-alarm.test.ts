import { alarmState, type AlarmRule, type AlarmState } from "./cloudwatch-alarm";

const TREATMENTS = ["missing", "ignore", "breaching", "notBreaching"];

/** A data point is 0 within the threshold, X beyond it, or - if it is missing. */
const valuesOf = (points: string) =>
  points.split(" ").map((point) => ({ "0": 0, X: 2 })[point as "0" | "X"]);

const rule = (datapoints: number, missingData: string): AlarmRule => ({
  comparison_operator: "GreaterThanThreshold",
  threshold: 1,
  evaluation_periods: 3,
  datapoints_to_alarm: datapoints,
  treat_missing_data: missingData,
});

const OK = "OK";
const ALARM = "ALARM";
const NO_DATA = "INSUFFICIENT_DATA";
const KEPT = "the current state";

/** The states in the order of TREATMENTS. */
type Row = [points: string, ...states: [string, string, string, string]];

// The tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
const THREE_OF_THREE: Row[] = [
  ["0 - X - X", OK, OK, OK, OK],
  ["0 - - - -", OK, OK, OK, OK],
  ["- - - - -", NO_DATA, KEPT, ALARM, OK],
  ["0 X X - X", ALARM, ALARM, ALARM, ALARM],
  ["- - X - -", ALARM, KEPT, ALARM, OK],
  // From an earlier version of the page.
  ["- - - - X", NO_DATA, KEPT, ALARM, OK],
  ["X - - - -", ALARM, KEPT, ALARM, OK],
];
const TWO_OF_THREE: Row[] = [
  ["0 - X - X", ALARM, ALARM, ALARM, ALARM],
  ["0 0 X 0 X", ALARM, ALARM, ALARM, ALARM],
  ["0 - X - -", OK, OK, ALARM, OK],
  ["- - - - 0", OK, OK, ALARM, OK],
  ["- - - X -", ALARM, KEPT, ALARM, OK],
];

describe("an alarm is evaluated as in AWS's examples", () => {
  const cases = [
    ...THREE_OF_THREE.map((row) => [3, ...row] as const),
    ...TWO_OF_THREE.map((row) => [2, ...row] as const),
  ];
  it.each(cases)("with %i data points to alarm and %s", (datapoints, points, ...states) => {
    for (const current of [OK, ALARM, NO_DATA] as AlarmState[]) {
      const found = TREATMENTS.map((missing) =>
        alarmState(rule(datapoints, missing), valuesOf(points), current),
      );
      expect(found).toEqual(states.map((state) => (state === KEPT ? current : state)));
    }
  });

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
  it("when data points are beyond the threshold for three periods, and again for one", () => {
    const values = [1, 2, 4, 5, 4, 2, 1, 2, 4, 2];
    const threshold = { ...rule(3, "missing"), threshold: 3 };
    const states = values
      .map((_, index) => values.slice(Math.max(0, index - 4), index + 1))
      .map((range) => alarmState(threshold, range, OK));
    expect(states.map((state) => state === ALARM)).toEqual(values.map((_, index) => index === 4));
  });
});

it("compares in both directions, with or without the threshold itself", () => {
  const states = [
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
  ].map((comparison_operator) =>
    [0, 1, 2].filter(
      (value) =>
        alarmState({ ...rule(1, "missing"), comparison_operator }, [value, value, value], OK) ===
        ALARM,
    ),
  );
  expect(states).toEqual([[0], [0, 1], [1, 2], [2]]);
});
