import type {
  DestinationConfig,
  EventSourcePosition,
  FilterCriteria,
  EventSourceMappingMetricsConfig,
} from "@aws-sdk/client-lambda";
import { type FilterPattern, parseFilterPattern } from "../../pipeline/filter-pattern";
import { AwsError, invalidParameter } from "./errors";

/** Lambda's default settings of a mapping for a stream. */
export const DEFAULTS = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  MaximumRetryAttempts: -1,
  MaximumRecordAgeInSeconds: -1,
  BisectBatchOnFunctionError: false,
  TumblingWindowInSeconds: 0,
  FunctionResponseTypes: [] as string[],
};

export type MappingSettings = typeof DEFAULTS & {
  readonly StartingPosition?: EventSourcePosition;
  readonly StartingPositionTimestamp?: number;
  readonly DestinationConfig?: DestinationConfig;
  readonly FilterCriteria?: FilterCriteria;
  readonly MetricsConfig?: EventSourceMappingMetricsConfig;
};

/** An event source mapping as returned by Lambda. */
export interface Mapping extends MappingSettings {
  readonly UUID: string;
  readonly EventSourceArn: string;
  readonly EventSourceMappingArn: string;
  FunctionArn: string;
  LastModified: number;
  LastProcessingResult: string;
  State: string;
  StateTransitionReason: string;
}

const RANGES = [
  ["batchSize", "BatchSize", 1, 10_000],
  ["maximumBatchingWindowInSeconds", "MaximumBatchingWindowInSeconds", 0, 300],
  ["parallelizationFactor", "ParallelizationFactor", 1, 10],
  ["maximumRetryAttempts", "MaximumRetryAttempts", -1, 10_000],
  ["maximumRecordAgeInSeconds", "MaximumRecordAgeInSeconds", -1, 604_800],
  ["tumblingWindowInSeconds", "TumblingWindowInSeconds", 0, 900],
] as const;

/** Throws if a pattern is invalid. */
export const parseFilters = ({ FilterCriteria: criteria }: MappingSettings): FilterPattern[] =>
  (criteria?.Filters ?? []).map(({ Pattern: text = "" }) => {
    try {
      return parseFilterPattern(text);
    } catch (error) {
      const why = (error as Error).message;
      throw invalidParameter(`Invalid filter pattern definition: ${why}: ${text}`);
    }
  });

/** Throws if AWS would reject the settings, or if the local AWS does not support them. */
export function checkSettings(settings: MappingSettings): void {
  for (const [member, name, least, most] of RANGES) {
    if (!Number.isInteger(settings[name]) || settings[name] < least || settings[name] > most) {
      throw new AwsError(
        "ValidationException",
        `1 validation error detected: Value '${settings[name]}' at '${member}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
      );
    }
  }
  const mistake = mistakeIn(settings);
  if (mistake) {
    throw invalidParameter(mistake);
  }
  parseFilters(settings);
}

function mistakeIn(settings: MappingSettings): string | undefined {
  const { MaximumRecordAgeInSeconds: age, TumblingWindowInSeconds: window } = settings;
  const { StartingPosition: position, StartingPositionTimestamp: timestamp } = settings;
  const { FunctionResponseTypes: types } = settings;
  const destination = settings.DestinationConfig?.OnFailure?.Destination;
  const metrics: string[] = settings.MetricsConfig?.Metrics ?? [];
  const filters = settings.FilterCriteria?.Filters?.length ?? 0;
  if (age !== -1 && age < 60) {
    return `MaximumRecordAgeInSeconds must be -1 or between 60 and 604800, got ${age}`;
  }
  if (window > 0 && settings.ParallelizationFactor > 1) {
    return `TumblingWindowInSeconds requires ParallelizationFactor 1, got ${settings.ParallelizationFactor}`;
  }
  if (!position || !["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"].includes(position)) {
    return `StartingPosition must be TRIM_HORIZON, LATEST or AT_TIMESTAMP, got ${position}`;
  }
  if ((position === "AT_TIMESTAMP") !== (timestamp !== undefined)) {
    return "StartingPositionTimestamp requires StartingPosition AT_TIMESTAMP, and AT_TIMESTAMP requires it";
  }
  if (timestamp !== undefined && timestamp > Date.now() / 1000) {
    return `StartingPositionTimestamp must not be in the future, got ${timestamp}`;
  }
  if (types.length > 1 || types.some((type) => type !== "ReportBatchItemFailures")) {
    return `FunctionResponseTypes must be ReportBatchItemFailures or empty, got ${types.join()}`;
  }
  if (metrics.some((metric) => metric !== "EventCount")) {
    return `MetricsConfig must be EventCount or empty, got ${metrics.join()}`;
  }
  if (destination && !/^arn:aws[\w-]*:(sqs|sns|s3):/.test(destination)) {
    return `The on-failure destination must be an SQS queue, an SNS topic or an S3 bucket, got ${destination}`;
  }
  if (destination?.endsWith(".fifo")) {
    return `The on-failure destination must not be a FIFO queue or topic, got ${destination}`;
  }
  if (filters > 10) {
    return `FilterCriteria can have up to 10 filters, got ${filters}`;
  }
  return undefined;
}
