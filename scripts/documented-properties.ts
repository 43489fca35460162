import { CONSUMER_PROPERTIES } from "../modules/cross-account-consumer/consumer-properties";
import { MAPPING_PROPERTIES } from "../modules/cross-account-consumer/mapping";
import { FUNCTION_PROPERTIES } from "../modules/lambda-function/function-properties";
import { MONITORING_PROPERTIES } from "../modules/monitoring/monitoring";
import { STREAM_ATTRIBUTES, STREAM_PROPERTIES } from "../modules/producer-stream/stream";
import type { Property } from "../modules/properties/property";
import { Docstring, docstringsOf } from "./docstrings";

/** A property with its declaration and its docstring. */
export interface DocumentedProperty {
  readonly name: string;
  readonly declaration: Property<unknown>;
  readonly docstring: Docstring;
}

const TABLES: Readonly<Record<string, Readonly<Record<string, Property<unknown>>>>> = {
  ProducerStreamProps: STREAM_PROPERTIES,
  ProducerStreamAttributes: STREAM_ATTRIBUTES,
  CrossAccountConsumerProps: CONSUMER_PROPERTIES,
  FunctionProps: FUNCTION_PROPERTIES,
  MappingProps: MAPPING_PROPERTIES,
  PipelineMonitoringProps: MONITORING_PROPERTIES,
};

const inLambdaFunction = (name: string): string => `modules/lambda-function/${name}.ts`;

export const LIBRARY_FILES = [
  "modules/cross-account-consumer/cross-account-consumer-props.ts",
  "modules/cross-account-consumer/mapping-props.ts",
  "modules/cross-account-consumer/on-failure.ts",
  ...["alias", "existing-function", "file-system", "function-props"].map(inLambdaFunction),
  ...["image", "policy-statements", "vpc"].map(inLambdaFunction),
  "modules/monitoring/pipeline-monitoring-props.ts",
  "modules/producer-stream/producer-stream-props.ts",
  "modules/producer-stream/stream-policy-statement.ts",
];

const docstrings = docstringsOf(LIBRARY_FILES);

/** The library's properties, by the name of their interface. */
export const DOCUMENTED: ReadonlyMap<string, readonly DocumentedProperty[]> = new Map(
  Object.entries(TABLES).map(([name, table]) => [
    name,
    Object.entries(table).map(([property, declaration]) => ({
      name: property,
      declaration,
      docstring: docstrings.get(name)?.get(property) ?? { text: "" },
    })),
  ]),
);
