import { ProducerStream } from "../../modules";
import { CONSUMER_PROPERTIES } from "../../modules/cross-account-consumer/consumer-properties";
import { FUNCTION_PROPERTIES } from "../../modules/lambda-function/function-properties";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping";
import { STREAM_ATTRIBUTES, STREAM_PROPERTIES } from "../../modules/producer-stream/stream";
import { type Problem, render } from "../../modules/properties/problems";
import { PropertyChecks } from "../../modules/properties/property-checks";
import { type Property, readProperties } from "../../modules/properties/property";
import { withVersion } from "./provider-version";
import { aConsumer, aStream, refusals, STREAM_ARN } from "./synthesize";

type Props = Record<string, unknown>;
type Create = (
  stack: Parameters<typeof aStream>[0],
  providers: Parameters<typeof aStream>[1],
  props: Props,
) => unknown;

export interface Declared {
  readonly properties: Readonly<Record<string, Property<unknown>>>;
  /** Creates the construct with its required properties, and these. */
  readonly create: Create;
  /** Creates the construct, and returns the sentences of its error. */
  readonly refuse: (props: Props) => string[];
}

const declared = <T>(properties: T, create: Create) => ({
  properties,
  create,
  refuse: (props: Props) => refusals((stack, providers) => void create(stack, providers, props)),
});

/** What is wrong about a value of one property, without a construct. */
export function problemsOf(
  name: string,
  property: Property<unknown>,
  value: unknown,
): (Problem | string)[] {
  const checks = new PropertyChecks();
  const table = { [name]: property };
  readProperties<object, typeof table>(table, { [name]: value }, checks);
  return checks.errors;
}

export const errorsOf = (...given: Parameters<typeof problemsOf>): string[] =>
  problemsOf(...given).map(render);

/** The constructs, with the declaration of every property. */
export const CONSTRUCTS = {
  // Bindings older than 6.20 do not know `maxRecordSizeKib`.
  ProducerStream: declared(STREAM_PROPERTIES, (stack, { producer, ...others }, props) =>
    aStream(stack, { ...others, producer: withVersion(producer, "6.25.0") }, props),
  ),
  "ProducerStream.fromAttributes": declared(STREAM_ATTRIBUTES, (stack, _providers, props) =>
    ProducerStream.fromAttributes(stack, "imported", { streamArn: STREAM_ARN, ...props }),
  ),
  CrossAccountConsumer: declared(
    { ...CONSUMER_PROPERTIES, ...FUNCTION_PROPERTIES, ...MAPPING_PROPERTIES },
    aConsumer,
  ),
} satisfies Record<string, Declared>;
