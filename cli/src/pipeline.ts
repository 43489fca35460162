import type { StreamDescriptionSummary } from "@aws-sdk/client-kinesis";
import type {
  EventSourceMappingConfiguration,
  FunctionConfiguration,
} from "@aws-sdk/client-lambda";
import type { Account } from "./accounts";
import type { Fact } from "./facts";

/** A destination for what Lambda gives up on. */
export interface Destination {
  readonly arn: string;
  readonly service: "sqs" | "sns" | "s3";
}

/**
 * One event source mapping that reads a Kinesis stream, and everything around it. What stands
 * outside a Fact is known from ARNs; a Fact is what AWS answered when the command began.
 */
export interface Pipeline {
  readonly region: string;
  readonly stream: {
    readonly arn: string;
    readonly name: string;
    readonly account: Account;
    readonly summary: Fact<StreamDescriptionSummary>;
  };
  /** The registered consumer; left out for a mapping with shared throughput. */
  readonly consumer?: {
    readonly arn: string;
    readonly name: string;
  };
  readonly role: {
    /** Unknown only if neither the function nor a state could be read. */
    readonly arn: string | undefined;
  };
  readonly function: {
    /** As the mapping names it: it ends in the version or alias if there is one. */
    readonly arn: string;
    readonly name: string;
    readonly qualifier?: string;
    readonly account: Account;
    readonly configuration: Fact<FunctionConfiguration>;
  };
  readonly mapping: {
    readonly uuid: string | undefined;
    /** ARN of the stream or of the registered consumer. */
    readonly sourceArn: string;
    readonly configuration: Fact<EventSourceMappingConfiguration>;
    readonly declared?: DeclaredMapping;
  };
  /** Where Lambda reports what it gives up on; left out if there is none, or none is known. */
  readonly destination?: Destination;
}

/** What settings tell of a mapping that cannot be seen in ARNs as long as it does not exist. */
interface DeclaredMapping {
  /** Name of the registered consumer; left out for a mapping with shared throughput. */
  readonly consumerName?: string;
  /** Alias that it invokes. */
  readonly alias?: string;
}

/**
 * What is known of a mapping before AWS was asked for the rest: its configuration, or what settings
 * or a state tell of it.
 */
export interface Reference {
  readonly region: string;
  readonly functionArn: string;
  /** ARN of the stream or registered consumer; of the stream alone if the consumer is not known. */
  readonly sourceArn: string;
  readonly uuid?: string;
  readonly roleArn?: string;
  readonly destinationArn?: string;
  readonly configuration?: EventSourceMappingConfiguration;
  readonly declared?: DeclaredMapping;
}
