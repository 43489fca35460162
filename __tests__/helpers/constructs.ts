import { ProducerStream } from "../../modules";
import { CONSUMER_PROPERTIES } from "../../modules/cross-account-consumer/consumer-properties";
import { FUNCTION_PROPERTIES } from "../../modules/cross-account-consumer/function-properties";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping-properties";
import {
  STREAM_ATTRIBUTES,
  STREAM_PROPERTIES,
} from "../../modules/producer-stream/stream-properties";
import type { Property } from "../../modules/properties/property";
import { withVersion } from "./provider-version";
import { aConsumer, aStream, refusals, STREAM_ARN } from "./synthesize";

type Props = Record<string, unknown>;

export interface Declared {
  readonly properties: Readonly<Record<string, Property<unknown>>>;
  /** Creates a minimal construct with these properties, and returns the sentences of its error. */
  readonly refuse: (props: Props) => string[];
}

/** The constructs, with the declaration of every property. */
export const CONSTRUCTS = {
  ProducerStream: {
    properties: STREAM_PROPERTIES,
    // Bindings older than 6.20 do not know `maxRecordSizeKib`.
    refuse: (props: Props) =>
      refusals((stack, { producer, ...others }) =>
        aStream(stack, { ...others, producer: withVersion(producer, "6.25.0") }, props),
      ),
  },
  "ProducerStream.fromAttributes": {
    properties: STREAM_ATTRIBUTES,
    refuse: (props: Props) =>
      refusals((stack) =>
        ProducerStream.fromAttributes(stack, "imported", { streamArn: STREAM_ARN, ...props }),
      ),
  },
  CrossAccountConsumer: {
    properties: { ...CONSUMER_PROPERTIES, ...FUNCTION_PROPERTIES, ...MAPPING_PROPERTIES },
    refuse: (props: Props) => refusals((stack, providers) => aConsumer(stack, providers, props)),
  },
} satisfies Record<string, Declared>;
