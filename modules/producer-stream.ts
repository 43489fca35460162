import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { KmsKeyPolicy } from "@cdktf/provider-aws/lib/kms-key-policy";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Annotations, dependable, Lazy } from "cdktf";
import { Construct } from "constructs";
import { arnPart } from "./private/arns";
import { ImportedStream } from "./private/imported-stream";
import { keyAdministrationStatement, policyDocument } from "./private/policies";
import { Checks, isLiteral } from "./private/checks";
import { duplicateStreams } from "./private/duplicate-names";
import { aliasName } from "./private/key-alias";
import { partitionOf } from "./private/partitions";
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
  /** The key created for this stream, with its alias and its policy; undefined if there is none. */
  public readonly key?: KmsKey;
  public readonly keyAlias?: KmsAlias;
  public readonly keyPolicy?: KmsKeyPolicy;
  public readonly kmsKeyArn?: string;
  /** @internal */
  public readonly access: StreamAccess;

  constructor(scope: Construct, id: string, props: ProducerStreamProps) {
    super(scope, id);
    const checks = checkStream(this, props);
    checks.throwIfAny(this);
    this.node.addValidation({ validate: () => duplicateStreams(this, ProducerStream) });

    const { provider } = props;
    const encrypted = props.encryption !== StreamEncryption.NONE;
    const usesCreatedKey = encrypted && props.kmsKeyArn === undefined;
    this.provider = provider;
    if (usesCreatedKey || props.retainKey) {
      this.key = this.createKey(props, checks.key);
      this.keyAlias = new KmsAlias(this, "key-alias", {
        provider,
        name: `alias/${aliasName(props.streamName)}`,
        targetKeyId: this.key.keyId,
      });
      this.keyPolicy = this.createKeyPolicy(this.key, props.streamName, usesCreatedKey);
    }
    this.kmsKeyArn = encrypted ? (props.kmsKeyArn ?? this.key?.arn) : undefined;
    this.stream = this.createStream(props, checks.stream);
    if (this.keyPolicy) {
      // Turning encryption on must not shut out the readers and writers that the policy lets in,
      // and turning it off must not shut out the writers before the stream has stopped encrypting.
      const [later, earlier] = usesCreatedKey
        ? [this.stream, this.keyPolicy]
        : [this.keyPolicy, this.stream];
      later.dependsOn = [dependable(earlier)];
    }
    this.access = this.createAccess(props, usesCreatedKey);
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
   * The stream is created after the roles that it is granted to, so that their permissions are
   * complete before it is encrypted: a role of the same plan must not name the stream itself. Put
   * such a statement into an IamRolePolicy of its own.
   *
   * @param principalArn an account id, or the ARN of an account root, role or user
   * @throws where it is a wildcard, service or federated principal, which Kinesis refuses
   */
  public grantWrite(principalArn: string): void {
    this.access.grantWrite(principalArn);
  }

  /** Created before what it replaces is destroyed, so that a stream stops using a key before the key goes. */
  private createKey(props: ProducerStreamProps, checks: Checks): KmsKey {
    return new KmsKey(this, "key", {
      provider: props.provider,
      description: `Encrypts the records of Kinesis data stream ${props.streamName}`,
      enableKeyRotation: true,
      deletionWindowInDays: props.deletionWindowInDays,
      lifecycle: {
        ...checks.lifecycle,
        createBeforeDestroy: true,
        preventDestroy: props.preventDestroy,
      },
      tags: props.tags,
    });
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
      lifecycle: props.preventDestroy
        ? { ...checks.lifecycle, preventDestroy: true }
        : checks.lifecycle,
    });
  }

  private createAccess(props: ProducerStreamProps, ownsKeyPolicy: boolean): StreamAccess {
    const { region } = props.provider;
    const { kmsKeyArn } = this;
    const retainedKeyArn = ownsKeyPolicy ? undefined : this.key?.arn;
    const access = new StreamAccess(this, {
      streamArn: this.streamArn,
      provider: props.provider,
      partition: isLiteral(region) ? partitionOf(region) : arnPart(this.streamArn, "partition"),
      kmsKeyArn,
      ownsKeyPolicy,
      decryptKeyArns: [kmsKeyArn, retainedKeyArn, ...(props.previousKmsKeyArns ?? [])].filter(
        (arn) => arn !== undefined,
      ),
      registeredConsumerLimit: props.registeredConsumerLimit,
      retentionPeriodHours: props.retentionPeriodHours ?? DEFAULT_RETENTION_HOURS,
    });
    if (access.config.decryptKeyArns.length > 0) {
      access.dnsSuffix = new DataAwsPartition(this, "partition", {
        provider: props.provider,
      }).dnsSuffix;
    }
    access.keyPolicy = this.keyPolicy;
    return access;
  }

  /**
   * Terraform retries this policy until IAM knows every role, which the stream's resource policy,
   * never retried, relies on. The stream depends on it, so the stream's ARN is put together from
   * the key's: that would be a cycle otherwise.
   */
  private createKeyPolicy(key: KmsKey, streamName: string, isInUse: boolean): KmsKeyPolicy {
    const { arn } = key;
    const partition = arnPart(arn, "partition");
    const accountId = arnPart(arn, "accountId");
    const region = arnPart(arn, "region");
    const streamArn = `arn:${partition}:kinesis:${region}:${accountId}:stream/${streamName}`;
    return new KmsKeyPolicy(this, "key-policy", {
      provider: this.provider,
      keyId: key.keyId,
      policy: Lazy.stringValue({
        produce: () =>
          policyDocument([
            keyAdministrationStatement(partition, accountId),
            ...this.access.keyStatements({ arn: streamArn, region }, isInUse),
          ]),
      }),
    });
  }
}
