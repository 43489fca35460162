import type { ConsumerDescription, StreamDescriptionSummary } from "@aws-sdk/client-kinesis";
import type { GrantListEntry, KeyMetadata } from "@aws-sdk/client-kms";
import type { Role } from "@aws-sdk/client-iam";
import type {
  EventSourceMappingConfiguration,
  FunctionConfiguration,
} from "@aws-sdk/client-lambda";
import { parseArn } from "./arn";
import type { Fact } from "./fact";
import type { Policy } from "./iam/document";
import type { ReportService } from "./iam/report-key";

/** An AWS account. Commands that call AWS add their clients for it. */
export interface Account {
  readonly id: string;
}

/** A destination for records that Lambda gives up on. */
export interface Destination {
  readonly arn: string;
  readonly service: ReportService;
}

/**
 * An event source mapping that reads a Kinesis stream, and the resources around it, whether AWS, a
 * state or a configuration describes them. Plain fields are derived from ARNs. A `Fact` has the shape
 * of AWS's answer.
 */
export interface Pipeline<A extends Account = Account> {
  readonly region: string;
  readonly stream: {
    readonly arn: string;
    readonly name: string;
    readonly account: A;
    readonly summary: Fact<Partial<StreamDescriptionSummary>>;
  };
  /** The registered consumer; undefined for a mapping with shared throughput. */
  readonly consumer?: {
    readonly arn: string;
    readonly name: string;
  };
  readonly role: {
    /** Undefined if it is not known. */
    readonly arn: string | undefined;
  };
  readonly function: {
    /** As the mapping names it: it ends in the version or alias if there is one. */
    readonly arn: string;
    readonly name: string;
    readonly qualifier?: string;
    readonly account: A;
    readonly configuration: Fact<FunctionConfiguration>;
    /** Undefined if none is reserved, or it is not known. */
    readonly reservedConcurrentExecutions?: number;
  };
  readonly mapping: {
    readonly uuid: string | undefined;
    /** Terraform's address; undefined if AWS described the mapping. */
    readonly address?: string;
    /** ARN of the stream or of the registered consumer. */
    readonly sourceArn: string;
    readonly configuration: Fact<EventSourceMappingConfiguration>;
    readonly declared?: DeclaredMapping;
  };
  /** Where Lambda reports records that it gives up on; undefined if there is none, or none is known. */
  readonly destination?: Destination;
}

/** What settings say of a mapping, which does not follow from ARNs until the mapping exists. */
export interface DeclaredMapping {
  /** Name of the registered consumer; undefined for a mapping with shared throughput. */
  readonly consumerName?: string;
  /** Alias that the mapping invokes. */
  readonly alias?: string;
}

/** A pipeline with the policies that decide whether its role may read, decrypt, report and log. */
export interface PipelineWithPolicies<A extends Account = Account> {
  readonly pipeline: Pipeline<A>;
  readonly streamPolicy: Fact<Policy>;
  /** The registered consumer that the mapping names; undefined with shared throughput. */
  readonly consumer?: Fact<ConsumerDescription>;
  readonly consumerPolicy?: Fact<Policy>;
  /** The key that encrypts the stream; undefined if it is known to have none. */
  readonly key?: Fact<KeyMetadata>;
  readonly keyPolicy?: Fact<Policy>;
  readonly keyGrants?: Fact<readonly GrantListEntry[]>;
  readonly role?: Fact<Partial<Role>>;
  readonly identityPolicies?: Fact<readonly Policy[]>;
  /** Undefined if the role has none. */
  readonly boundary?: Fact<Policy>;
  readonly destination?: Destination & { readonly settings: Fact<DestinationSettings> };
  readonly logGroup?: { readonly name: string };
}

/** A customer managed key with everything that decides who may use it. */
export interface Encryption {
  readonly key: Fact<KeyMetadata>;
  readonly keyPolicy?: Fact<Policy>;
  readonly keyGrants?: Fact<readonly GrantListEntry[]>;
}

export interface DestinationSettings {
  /** The destination's own policy; undefined if it has none. */
  readonly policy?: Policy;
  /** The key that encrypts it, as it is named there; undefined for one of the service's own. */
  readonly kmsKeyId?: string;
  readonly encryption?: Encryption;
}

/** @returns undefined if Lambda cannot report to such a resource */
export function destinationAt(arn: string | undefined): Destination | undefined {
  const { service } = parseArn(arn ?? "");
  return arn && (service === "sqs" || service === "sns" || service === "s3")
    ? { arn, service }
    : undefined;
}
