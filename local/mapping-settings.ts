import { parseFilters } from "./filters";
import { AwsError } from "./requests";

export interface Settings {
  BatchSize: number;
  MaximumBatchingWindowInSeconds: number;
  ParallelizationFactor: number;
  MaximumRetryAttempts: number;
  MaximumRecordAgeInSeconds: number;
  BisectBatchOnFunctionError: boolean;
  TumblingWindowInSeconds: number;
  FunctionResponseTypes: string[];
  StartingPosition?: string;
  StartingPositionTimestamp?: number;
  DestinationConfig?: { OnFailure?: { Destination?: string } };
  FilterCriteria?: { Filters?: { Pattern?: string }[] };
  MetricsConfig?: { Metrics?: string[] };
  KMSKeyArn?: string;
}

/** The body of a create or update. */
export type Input = Partial<Settings> & {
  FunctionName?: string;
  EventSourceArn?: string;
  Enabled?: boolean;
  Tags?: Record<string, string>;
};

export const DEFAULTS: Settings = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  MaximumRetryAttempts: -1,
  MaximumRecordAgeInSeconds: -1,
  BisectBatchOnFunctionError: false,
  TumblingWindowInSeconds: 0,
  FunctionResponseTypes: [],
};

const RANGES: [keyof Settings, number, number][] = [
  ["BatchSize", 1, 10_000],
  ["MaximumBatchingWindowInSeconds", 0, 300],
  ["ParallelizationFactor", 1, 10],
  ["MaximumRetryAttempts", -1, 10_000],
  ["MaximumRecordAgeInSeconds", -1, 604_800],
  ["TumblingWindowInSeconds", 0, 900],
];

export const invalid = (message: string) =>
  new AwsError("InvalidParameterValueException", message);

/** The settings in a request, without what says nothing. */
export function defined(input: Input): Partial<Settings> {
  const { FunctionName, EventSourceArn, Enabled, Tags, ...settings } = input;
  const entries = Object.entries(settings as Record<string, unknown>).filter(
    ([, value]) => (value ?? undefined) !== undefined,
  );
  return Object.fromEntries(entries);
}

/** Refuses settings that AWS, or the local AWS, does not take. */
export function check(settings: Settings): void {
  for (const [name, least, most] of RANGES) {
    const value = settings[name] as number;
    if (!Number.isInteger(value) || value < least || value > most) {
      const rule =
        value < least
          ? `greater than or equal to ${least}`
          : `less than or equal to ${most}`;
      const member = name.charAt(0).toLowerCase() + name.slice(1);
      throw new AwsError(
        "ValidationException",
        `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value ${rule}`,
      );
    }
  }
  const age = settings.MaximumRecordAgeInSeconds;
  if (age !== -1 && age < 60)
    throw invalid(
      `MaximumRecordAgeInSeconds must be -1 or between 60 and 604800, got ${age}`,
    );
  if (settings.TumblingWindowInSeconds > 0)
    throw invalid(
      `TumblingWindowInSeconds is not in the local AWS, got ${settings.TumblingWindowInSeconds}: leave it out here`,
    );
  const types = settings.FunctionResponseTypes;
  if (
    types.length > 1 ||
    types.some((type) => type !== "ReportBatchItemFailures")
  )
    throw invalid(
      `FunctionResponseTypes must be ReportBatchItemFailures or empty, got ${types.join()}`,
    );
  const destination = settings.DestinationConfig?.OnFailure?.Destination;
  if (destination && !/^arn:aws[\w-]*:(sqs|sns|s3):/.test(destination))
    throw invalid(
      `The on-failure destination must be an SQS queue, an SNS topic or an S3 bucket, got ${destination}`,
    );
  if (destination?.endsWith(".fifo"))
    throw invalid(
      `The on-failure destination can't be a FIFO queue or topic, got ${destination}`,
    );
  const filters = patternsOf(settings);
  if (filters.length > 10)
    throw invalid(
      `FilterCriteria can have up to 10 filters, got ${filters.length}`,
    );
  try {
    parseFilters(filters);
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

export function checkStart({
  StartingPosition: position,
  StartingPositionTimestamp: timestamp,
}: Settings): void {
  if (
    !position ||
    !["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"].includes(position)
  )
    throw invalid(
      `StartingPosition must be TRIM_HORIZON, LATEST or AT_TIMESTAMP, got ${position}`,
    );
  if ((position === "AT_TIMESTAMP") !== (timestamp !== undefined))
    throw invalid(
      "StartingPositionTimestamp goes with StartingPosition AT_TIMESTAMP, and only with it",
    );
  if (timestamp !== undefined && timestamp > Date.now() / 1000)
    throw invalid(
      `StartingPositionTimestamp must not be in the future, got ${timestamp}`,
    );
}

export function patternsOf(settings: Settings): string[] {
  return (settings.FilterCriteria?.Filters ?? []).map(
    ({ Pattern }) => Pattern ?? "",
  );
}
