import { StartingPosition } from "../modules";
import { CONSUMER_PROPERTIES } from "../modules/cross-account-consumer/consumer-properties";
import { FUNCTION_PROPERTIES } from "../modules/lambda-function/function-properties";
import { MAPPING_PROPERTIES } from "../modules/cross-account-consumer/mapping";
import { STREAM_PROPERTIES } from "../modules/producer-stream/stream";
import type { JsonSchema } from "../modules/properties/json-schema";
import { nonEmptyString, oneOf } from "../modules/properties/property-types";
import type { Property } from "../modules/properties/property";
import { DOCUMENTED } from "../scripts/documented-properties";

/** A variable of the module. */
export interface Variable {
  /** Terraform's name of it, in snake case. */
  readonly name: string;
  readonly type: "string" | "number" | "map(string)";
  readonly description: string;
  /** Null if the variable may be omitted and has no default of its own. */
  readonly default?: unknown;
  readonly isRequired: boolean;
  /** The property that it sets. */
  readonly property: string;
  readonly declaration: Property<unknown>;
}

/** The module always archives a directory, so it has no property for the code. */
const codeDirectory: Property<string> = {
  type: nonEmptyString(),
  fix: "omit it for a function that logs each record",
};

const DECLARATIONS: Readonly<Record<string, Property<unknown>>> = {
  streamName: STREAM_PROPERTIES.streamName,
  shardCount: STREAM_PROPERTIES.shardCount,
  retentionPeriodHours: STREAM_PROPERTIES.retentionPeriodHours,
  consumerName: CONSUMER_PROPERTIES.consumerName,
  codeDirectory,
  functionName: FUNCTION_PROPERTIES.functionName,
  roleName: FUNCTION_PROPERTIES.roleName,
  handler: FUNCTION_PROPERTIES.handler,
  runtime: FUNCTION_PROPERTIES.runtime,
  memorySizeMb: FUNCTION_PROPERTIES.memorySizeMb,
  timeoutSeconds: FUNCTION_PROPERTIES.timeoutSeconds,
  environment: { ...FUNCTION_PROPERTIES.environment, default: {} },
  logRetentionDays: FUNCTION_PROPERTIES.logRetentionDays,
  startingPosition: {
    ...MAPPING_PROPERTIES.startingPosition,
    // The module has no variable for the timestamp that AT_TIMESTAMP requires.
    type: oneOf([StartingPosition.TRIM_HORIZON, StartingPosition.LATEST]),
  },
  batchSize: MAPPING_PROPERTIES.batchSize,
  maximumBatchingWindowInSeconds: MAPPING_PROPERTIES.maximumBatchingWindowInSeconds,
  parallelizationFactor: MAPPING_PROPERTIES.parallelizationFactor,
  maximumRetryAttempts: MAPPING_PROPERTIES.maximumRetryAttempts,
  maximumRecordAgeInSeconds: MAPPING_PROPERTIES.maximumRecordAgeInSeconds,
};

/** Descriptions that differ from the docstring of the property. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  codeDirectory:
    "Directory with the function's code as Lambda runs it. Default: a function that logs each record.",
  startingPosition:
    "Where in the stream a new mapping starts to read: TRIM_HORIZON or LATEST. A change has no effect on an existing mapping.",
};

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function typeOf({ type, anyOf = [] }: JsonSchema): Variable["type"] {
  if (type === "object") {
    return "map(string)";
  }
  return type === "string"
    ? "string"
    : type === "integer" || anyOf.length > 0
      ? "number"
      : "string";
}

function descriptionOf(name: string, { required, default: value }: Property<unknown>): string {
  const documented = [...DOCUMENTED.values()].flat().find((one) => one.name === name)?.docstring;
  const circumstantial = documented?.default?.match(/^- (.*)$/)?.[1];
  return (
    DESCRIPTIONS[name] ??
    [
      documented?.text ?? "",
      ...(circumstantial && !required && value === undefined
        ? [`Default: ${circumstantial}.`]
        : []),
    ].join(" ")
  )
    .replace("`onFailure`", "the on-failure queue")
    .replace(/`([a-zA-Z]+)`/g, (quoted, property: string) =>
      property in DECLARATIONS ? `\`${snakeCase(property)}\`` : quoted,
    );
}

export const VARIABLES: readonly Variable[] = Object.entries(DECLARATIONS).map(
  ([property, declaration]) => ({
    name: snakeCase(property),
    type: typeOf(declaration.type.schema ?? {}),
    description: descriptionOf(property, declaration),
    default: declaration.default ?? declaration.implicitDefault ?? null,
    isRequired: declaration.required === true,
    property,
    declaration,
  }),
);
