import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { KmsKeyPolicy } from "@cdktf/provider-aws/lib/kms-key-policy";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Annotations, Fn, Lazy, Token } from "cdktf";
import { Construct } from "constructs";
import { arnPart } from "./private/arns";
import { ImportedStream } from "./private/imported-stream";
import { keyAdministrationStatement, policyDocument } from "./private/policies";
import { Checks } from "./private/checks";
import { StreamAccess } from "./private/stream-access";
import { checkStream } from "./private/stream-checks";
import {
  IProducerStream,
  ProducerStreamAttributes,
  ProducerStreamProps,
  StreamEncryption,
  StreamMode,
} from "./producer-stream-props";

const DEFAULT_RETENTION_HOURS = 24;

/**
 * A Kinesis data stream that Lambda functions in other accounts read: the stream, its key, and
 * the one resource policy that lets every consumer and producer in.
 *
 * @throws where properties are invalid: all mistakes in one error
 * @see https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
 */
export class ProducerStream extends Construct implements IProducerStream {
  /**
   * A stream made elsewhere.
   *
   * @throws where an ARN is malformed
   */
  public static fromAttributes(
    scope: Construct,
    id: string,
    attributes: ProducerStreamAttributes,
  ): IProducerStream {
    return new ImportedStream(scope, id, attributes);
  }

  public readonly provider: AwsProvider;
  public readonly stream: KinesisStream;
  /** The key, unless it was given or there is no encryption; so its alias and its policy. */
  public readonly key?: KmsKey;
  public readonly keyAlias?: KmsAlias;
  public readonly keyPolicy?: KmsKeyPolicy;
  public readonly kmsKeyArn?: string;
  /** @internal */
  public readonly access: StreamAccess;

  constructor(scope: Construct, id: string, props: ProducerStreamProps) {
    super(scope, id);
    const checks = checkStream(props);
    checks.throwIfAny(this);

    const { provider, tags } = props;
    const encrypted = props.encryption !== StreamEncryption.NONE;
    this.provider = provider;
    if (encrypted && props.kmsKeyArn === undefined) {
      this.key = new KmsKey(this, "key", {
        provider,
        description: `Encrypts the records of Kinesis data stream ${props.streamName}`,
        enableKeyRotation: true,
        tags,
      });
      this.keyAlias = new KmsAlias(this, "key-alias", {
        provider,
        name: `alias/${aliasName(props.streamName)}`,
        targetKeyId: this.key.keyId,
      });
    }
    this.kmsKeyArn = encrypted ? (props.kmsKeyArn ?? this.key?.arn) : undefined;
    this.stream = this.createStream(props, checks);
    this.access = this.createAccess(props);
    this.keyPolicy = this.key && this.createKeyPolicy(this.key);
    if (!encrypted) {
      Annotations.of(this).addWarning(
        "'encryption' is NONE: records are stored in the clear; omit it to have a key made that the consumers may use",
      );
    }
  }

  public get streamArn(): string {
    return this.stream.arn;
  }

  public get streamName(): string {
    return this.stream.name;
  }

  /** The stream's resource policy; there is none as long as nobody was granted anything. */
  public get resourcePolicy(): KinesisResourcePolicy | undefined {
    return this.access.resourcePolicy;
  }

  /**
   * Lets a principal read with shared throughput: DescribeStream, DescribeStreamSummary,
   * ListShards, GetShardIterator and GetRecords on the stream, kms:Decrypt on its key.
   *
   * @param principalArn an account id, or the ARN of an account root, role or user
   * @throws where it is a wildcard, service or federated principal, which Kinesis refuses
   */
  public grantRead(principalArn: string): void {
    this.access.grantRead(principalArn);
  }

  /**
   * Lets a principal put records: PutRecord and PutRecords on the stream, kms:GenerateDataKey on its key.
   *
   * @param principalArn an account id, or the ARN of an account root, role or user
   * @throws where it is a wildcard, service or federated principal, which Kinesis refuses
   */
  public grantWrite(principalArn: string): void {
    this.access.grantWrite(principalArn);
  }

  private createStream(props: ProducerStreamProps, checks: Checks): KinesisStream {
    const streamMode =
      props.streamMode ??
      (props.shardCount === undefined ? StreamMode.ON_DEMAND : StreamMode.PROVISIONED);
    return new KinesisStream(this, "stream", {
      provider: props.provider,
      name: props.streamName,
      streamModeDetails: { streamMode },
      shardCount: props.shardCount,
      retentionPeriod: props.retentionPeriodHours,
      encryptionType: this.kmsKeyArn === undefined ? "NONE" : "KMS",
      kmsKeyId: this.kmsKeyArn,
      shardLevelMetrics: props.shardLevelMetrics,
      enforceConsumerDeletion: props.enforceConsumerDeletion,
      tags: props.tags,
      lifecycle: checks.lifecycle,
    });
  }

  private createAccess(props: ProducerStreamProps): StreamAccess {
    const access = new StreamAccess(this, {
      streamArn: this.streamArn,
      provider: props.provider,
      kmsKeyArn: this.kmsKeyArn,
      ownsKeyPolicy: this.key !== undefined,
      registeredConsumerLimit: props.registeredConsumerLimit,
      retentionPeriodHours: props.retentionPeriodHours ?? DEFAULT_RETENTION_HOURS,
    });
    if (this.kmsKeyArn !== undefined) {
      access.dnsSuffix = new DataAwsPartition(this, "partition", {
        provider: props.provider,
      }).dnsSuffix;
    }
    return access;
  }

  /**
   * A resource of its own, so that the stream does not wait for the consumers' roles and the
   * policy can name the stream. Terraform retries it until every role is known to IAM, which
   * the stream's resource policy, never retried, then builds on.
   */
  private createKeyPolicy(key: KmsKey): KmsKeyPolicy {
    const administration = keyAdministrationStatement(
      arnPart(key.arn, "partition"),
      arnPart(key.arn, "accountId"),
    );
    const keyPolicy = new KmsKeyPolicy(this, "key-policy", {
      provider: this.provider,
      keyId: key.keyId,
      policy: Lazy.stringValue({
        produce: () => policyDocument([administration, ...this.access.keyStatements()]),
      }),
    });
    this.access.proofs.push(keyPolicy);
    return keyPolicy;
  }
}

/** An alias takes no dots, a stream's name does. */
function aliasName(streamName: string): string {
  return Token.isUnresolved(streamName)
    ? Token.asString(Fn.replace(streamName, ".", "-"))
    : streamName.replace(/\./g, "-");
}
