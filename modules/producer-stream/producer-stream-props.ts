import { ITerraformDependable, TerraformProvider } from "cdktf";
import { IConstruct } from "constructs";
import type { StreamPolicyStatement } from "./stream-policy-statement";

/** Encryption of the stream's records at rest. */
export enum StreamEncryption {
  /** With a customer managed key: only these keys support cross-account access. */
  CUSTOMER_MANAGED_KEY = "CUSTOMER_MANAGED_KEY",
  /** No encryption. */
  NONE = "NONE",
}

/** Capacity mode of the stream. */
export enum StreamMode {
  /** AWS adds and removes shards. */
  ON_DEMAND = "ON_DEMAND",
  /** `shardCount` shards. */
  PROVISIONED = "PROVISIONED",
}

/** A stream that consumers can read: created by this library, or existing. */
export interface IProducerStream extends IConstruct {
  /** The stream's ARN. */
  readonly streamArn: string;
  /** The stream's name. */
  readonly streamName: string;
  /** The ARN of the customer managed key; undefined if the stream is not encrypted. */
  readonly kmsKeyArn?: string;
  /** The provider of the stream's account; undefined if no resources may be created there. */
  readonly provider?: TerraformProvider;
  /**
   * The stream's resource policy as JSON, for every reader and writer. The stream's owner attaches
   * it if there is no `provider`.
   */
  readonly resourcePolicyDocument: string;
  /**
   * Statements for readers and writers as a JSON list. The key's owner adds them to the key's
   * policy if the stream did not create the key. If the same program owns that policy, write them
   * into a document as text, for example into `sourcePolicyDocuments` of a DataAwsIamPolicyDocument:
   * `{"Version":"2012-10-17","Statement":${stream.keyPolicyStatements}}`. Terraform functions such
   * as `Fn.jsondecode` would lose the ARNs in them. Pass the KmsKeyPolicy to `dependsOn` of the
   * consumers, so that their mappings wait for it.
   */
  readonly keyPolicyStatements: string;
  /** Lets a principal of any account read the stream with shared throughput. */
  grantRead(principalArn: string): ITerraformDependable[];
  /** Lets a principal of any account put records into the stream. */
  grantWrite(principalArn: string, options?: GrantWriteOptions): ITerraformDependable[];
  /** Adds a statement to the stream's resource policy. */
  addToResourcePolicy(statement: StreamPolicyStatement): ITerraformDependable[];
}

/** Further permissions of a writer. */
export interface GrantWriteOptions {
  /**
   * If true, the writer may also describe the stream and list its shards. Producers need this to
   * choose the shard of a record, or to wait until the stream is active.
   *
   * @default false
   */
  readonly listShards?: boolean;
}

/** The attributes of an existing stream. */
export interface ProducerStreamAttributes {
  /** ARN of the stream, `arn:aws:kinesis:<region>:<account>:stream/<name>`. */
  readonly streamArn: string;

  /**
   * ARN of the customer managed key that encrypts the stream. Its owner manages its policy: the
   * statements to add are an output.
   *
   * @default - the stream is not encrypted
   */
  readonly kmsKeyArn?: string;

  /**
   * ARNs of customer managed keys that encrypted the stream before, at most 10. Records remain
   * encrypted with the key that was used when they were put. Keep a key in this list until the
   * stream's retention has passed since the change of keys; readers keep `kms:Decrypt` on it.
   *
   * @default - none
   */
  readonly previousKmsKeyArns?: string[];

  /**
   * Provider of the stream's account. If it is given, this construct manages the stream's resource
   * policy, which REPLACES the existing one, and consumers can be registered.
   *
   * @default - no resources are created in the stream's account; the policy documents are outputs, for its owner to attach
   */
  readonly provider?: TerraformProvider;

  /**
   * Largest number of registered consumers of the stream. Valid values: 20, or 50 with On-demand Advantage.
   *
   * @default 20
   */
  readonly registeredConsumerLimit?: number;
}

/** Properties of a ProducerStream. */
export interface ProducerStreamProps {
  /** Provider of the account that owns the stream: an AwsProvider with its own alias. */
  readonly provider: TerraformProvider;

  /** Name of the stream. Valid: 1 to 128 letters, digits, dots, hyphens or underscores. */
  readonly streamName: string;

  /**
   * Capacity mode.
   *
   * @default - PROVISIONED if `shardCount` is given, otherwise ON_DEMAND
   */
  readonly streamMode?: StreamMode;

  /**
   * Number of shards of a provisioned stream. Valid range: 1 to 10000 (the account's quota may be lower).
   *
   * @default - on-demand: AWS adds and removes shards
   */
  readonly shardCount?: number;

  /**
   * Retention of the records, in hours. Valid range: 24 to 8760 (a year).
   *
   * @default 24
   */
  readonly retentionPeriodHours?: number;

  /**
   * Size of the largest record that the stream accepts, in KiB. Valid range: 1024 to 10240. Requires
   * version 6.20 or newer of the AWS provider. Lambda invokes a function with at most 6 MB, and a
   * record takes a third more than its size in it. So a consumer cannot receive records of more than
   * about 4400 KiB, and Lambda reports them to `onFailure`.
   *
   * @default 1024
   * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
   */
  readonly maxRecordSizeKib?: number;

  /**
   * Encryption at rest.
   *
   * @default StreamEncryption.CUSTOMER_MANAGED_KEY
   */
  readonly encryption?: StreamEncryption;

  /**
   * ARN of an existing customer managed key. Its owner manages its policy: the statements to add
   * are an output, and `keyPolicyStatements`. An alias is refused, and so is the AWS managed key,
   * which does not support cross-account access.
   *
   * @default - a key is created, with yearly rotation, an alias and a policy for every reader and writer
   */
  readonly kmsKeyArn?: string;

  /**
   * ARNs of customer managed keys that encrypted the stream before, at most 10. Records remain
   * encrypted with the key that was used when they were put. Keep a key in this list until the
   * stream's retention has passed since the change of keys; readers keep `kms:Decrypt` on it. The key
   * created by this construct is kept with `retainKey` instead.
   *
   * @default - none
   */
  readonly previousKmsKeyArns?: string[];

  /**
   * If true, the key created by this construct is kept, with its policy and its readers, even if
   * `encryption` is NONE or `kmsKeyArn` names another key. Set it in the same change, and remove
   * it once the stream's retention has passed: records remain encrypted with the key that was used
   * when they were put, and a key scheduled for deletion cannot decrypt them.
   *
   * @default false - the key is scheduled for deletion as soon as the stream no longer uses it
   */
  readonly retainKey?: boolean;

  /**
   * Waiting period before AWS deletes the key created by this construct, in days, from the time
   * Terraform destroys it. Valid range: 7 to 30. The key cannot be used meanwhile; its
   * deletion can be cancelled (`aws kms cancel-key-deletion`).
   *
   * @default 30
   */
  readonly deletionWindowInDays?: number;

  /**
   * Period after which AWS rotates the key created by this construct, in days. Valid range: 90 to
   * 2560. Earlier records remain readable.
   *
   * @default 365
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
   */
  readonly keyRotationPeriodInDays?: number;

  /**
   * Name of the alias of the key created by this construct, `alias/` and 1 to 250 letters, digits,
   * hyphens, underscores or slashes, unique in the account and Region.
   *
   * @default - `alias/` and the stream's name, with hyphens instead of the dots in the stream's name
   */
  readonly keyAliasName?: string;

  /**
   * If true, Terraform refuses every plan that would destroy or replace the stream, or the key
   * created by this construct. Terraform only protects what is still declared: a stream or key
   * that is taken out of the program is destroyed all the same.
   *
   * @default false
   * @see https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#prevent_destroy
   */
  readonly preventDestroy?: boolean;

  /**
   * Metrics per shard, at a cost per metric and shard. Valid values: IncomingBytes,
   * IncomingRecords, OutgoingBytes, OutgoingRecords, WriteProvisionedThroughputExceeded,
   * ReadProvisionedThroughputExceeded, IteratorAgeMilliseconds, or ALL alone.
   *
   * @default - metrics of the stream as a whole
   */
  readonly shardLevelMetrics?: string[];

  /**
   * If true, destroying the stream also removes registered consumers that other programs created.
   *
   * @default false - the stream cannot be destroyed as long as it has such consumers
   */
  readonly enforceConsumerDeletion?: boolean;

  /**
   * Largest number of registered consumers of the stream. Valid values: 20, or 50 with On-demand Advantage.
   *
   * @default 20
   */
  readonly registeredConsumerLimit?: number;

  /**
   * Tags of the stream and the key.
   *
   * @default - the provider's default tags
   */
  readonly tags?: Record<string, string>;
}
