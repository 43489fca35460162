import { parseFilters } from "./filters";
import { AwsError, invalidParameter } from "./requests";

/** What a create or update of an event source mapping may say. */
export interface MappingSettings {
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds: number;
  readonly ParallelizationFactor: number;
  readonly MaximumRetryAttempts: number;
  readonly MaximumRecordAgeInSeconds: number;
  readonly BisectBatchOnFunctionError: boolean;
  readonly TumblingWindowInSeconds: number;
  readonly FunctionResponseTypes: string[];
  readonly StartingPosition?: "TRIM_HORIZON" | "LATEST" | "AT_TIMESTAMP";
  readonly StartingPositionTimestamp?: number;
  readonly DestinationConfig?: { OnFailure?: { Destination?: string } };
  readonly FilterCriteria?: { Filters?: { Pattern?: string }[] };
}

/** An event source mapping as AWS shows it. */
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

export const DEFAULTS: MappingSettings = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  MaximumRetryAttempts: -1,
  MaximumRecordAgeInSeconds: -1,
  BisectBatchOnFunctionError: false,
  TumblingWindowInSeconds: 0,
  FunctionResponseTypes: [],
};

const RANGES = [
  ["BatchSize", 1, 10_000],
  ["MaximumBatchingWindowInSeconds", 0, 300],
  ["ParallelizationFactor", 1, 10],
  ["MaximumRetryAttempts", -1, 10_000],
  ["MaximumRecordAgeInSeconds", -1, 604_800],
] as const;

export const patternsOf = (settings: MappingSettings): string[] =>
  (settings.FilterCriteria?.Filters ?? []).map(({ Pattern = "" }) => Pattern);

/** Refuses settings that AWS, or the local AWS, does not take. */
export function checkSettings(settings: MappingSettings): void {
  for (const [name, least, most] of RANGES) {
    const value = settings[name];
    if (value < least || value > most)
      throw new AwsError(
        "ValidationException",
        `1 validation error detected: Value '${value}' at '${name[0]?.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
      );
  }
  const age = settings.MaximumRecordAgeInSeconds;
  if (age !== -1 && age < 60)
    throw invalidParameter(
      `MaximumRecordAgeInSeconds must be -1 or between 60 and 604800, got ${age}`,
    );
  if (settings.TumblingWindowInSeconds)
    throw invalidParameter(
      `TumblingWindowInSeconds is not in the local AWS, got ${settings.TumblingWindowInSeconds}: leave it out here`,
    );
  const position = settings.StartingPosition;
  const timestamp = settings.StartingPositionTimestamp;
  if (!position)
    throw invalidParameter(
      "StartingPosition must be TRIM_HORIZON, LATEST or AT_TIMESTAMP, got none",
    );
  if ((position === "AT_TIMESTAMP") !== (timestamp !== undefined))
    throw invalidParameter(
      "StartingPositionTimestamp goes with StartingPosition AT_TIMESTAMP, and only with it",
    );
  const destination = settings.DestinationConfig?.OnFailure?.Destination;
  if (destination?.endsWith(".fifo"))
    throw invalidParameter(
      `The on-failure destination can't be a FIFO queue or topic, got ${destination}`,
    );
  parseFilters(patternsOf(settings));
}
