export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** The arguments of `aws_cloudwatch_metric_alarm` that decide when the alarm goes off. */
export interface AlarmRule {
  readonly comparison_operator: string;
  readonly threshold: number;
  readonly evaluation_periods: number;
  readonly datapoints_to_alarm: number;
  readonly treat_missing_data: string;
}

/**
 * Number of data points that CloudWatch retrieves. AWS does not document it; its examples retrieve 5
 * data points for 3 evaluation periods.
 */
export const evaluationRange = ({ evaluation_periods: periods }: AlarmRule): number => periods + 2;

const COMPARISONS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/**
 * The state that CloudWatch gives an alarm.
 *
 * @param values the data points of the evaluation range, oldest first; undefined if one is missing
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function alarmState(
  rule: AlarmRule,
  values: readonly (number | undefined)[],
  current: AlarmState,
): AlarmState {
  const { evaluation_periods: periods, datapoints_to_alarm: needed } = rule;
  const exceeds = COMPARISONS[rule.comparison_operator];
  if (!exceeds) {
    throw new Error(`cannot evaluate ${rule.comparison_operator}`);
  }
  const real = values.flatMap((value, index) =>
    value === undefined
      ? []
      : [{ isBreaching: exceeds(value, rule.threshold), age: values.length - index }],
  );
  const evaluated = real.slice(-periods);
  const breaching = evaluated.filter(({ isBreaching }) => isBreaching).length;
  const missing = periods - evaluated.length;
  const byCount = (count: number): AlarmState => (count >= needed ? "ALARM" : "OK");
  if (missing === 0) {
    return byCount(breaching);
  }
  switch (rule.treat_missing_data) {
    case "breaching":
      return byCount(breaching + missing);
    case "notBreaching":
      return byCount(breaching);
    case "missing":
    case "ignore":
      break;
    default:
      throw new Error(`cannot evaluate missing data that is ${rule.treat_missing_data}`);
  }
  if (breaching < evaluated.length || breaching >= needed) {
    return byCount(breaching);
  }
  if (rule.treat_missing_data === "ignore") {
    return current;
  }
  // AWS calls it a premature alarm state: nothing but breaching data points, the oldest of which is old enough.
  const isPremature = breaching > 0 && (evaluated[0]?.age ?? 0) >= needed;
  return isPremature ? "ALARM" : "INSUFFICIENT_DATA";
}
