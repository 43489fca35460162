import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { KmsKeyPolicy } from "@cdktf/provider-aws/lib/kms-key-policy";
import { Annotations, dependable, Lazy, TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { providerRegion } from "../accounts/account-of";
import { compareStreamNames } from "../accounts/duplicate-names";
import { arnPart } from "../policies/arns";
import { partitionOf } from "../../pipeline/arn";
import { keyAdministrationStatement, policyDocument } from "../policies/statements";
import { isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { readProperties } from "../properties/property";
import { ImportedStream } from "./imported-stream";
import { aliasName } from "./key-alias";
import {
  IProducerStream,
  ProducerStreamAttributes,
  ProducerStreamProps,
  StreamEncryption,
  StreamMode,
} from "./producer-stream-props";
import { StreamBase } from "./stream-base";
import { StreamGrants } from "./stream-grants";
import { STREAM_PROPERTIES } from "./stream-properties";
import { checkStream, createsKey, StreamSettings, usesCreatedKey } from "./stream-rules";

/**
 * A Kinesis data stream that Lambda functions in other accounts read: the stream, its key, and
 * the one resource policy that allows access to every consumer and producer.
 *
 * @throws if properties are invalid: one error with all mistakes
 * @see https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
 */
export class ProducerStream extends StreamBase {
  /**
   * A stream that already exists.
   *
   * @throws if properties are invalid: one error with all mistakes
   */
  public static fromAttributes(
    scope: Construct,
    id: string,
    attributes: ProducerStreamAttributes,
  ): IProducerStream {
    return new ImportedStream(scope, id, attributes);
  }

  /** The provider that was given. */
  public readonly provider?: TerraformProvider;
  public readonly stream: KinesisStream;
  public readonly streamArn: string;
  public readonly streamName: string;
  /** The key created for this stream, with its alias and its policy; undefined if there is none. */
  public readonly key?: KmsKey;
  public readonly keyAlias?: KmsAlias;
  public readonly keyPolicy?: KmsKeyPolicy;
  public readonly kmsKeyArn?: string;
  /** @internal */
  public readonly _grants: StreamGrants;

  constructor(scope: Construct, id: string, props: ProducerStreamProps) {
    super(scope, id);
    const checks = new PropertyChecks();
    const settings = readProperties(STREAM_PROPERTIES, props, checks);
    checks.throwIfWrongType(this);
    checkStream(checks, this, settings);
    checks.throwIfAny(this);
    compareStreamNames(this);

    const { provider } = settings;
    const encrypted = settings.encryption !== StreamEncryption.NONE;
    const isKeyInUse = usesCreatedKey(settings);
    this.provider = provider;
    // Each read of an attribute creates a token, so the attributes that are used often are read once.
    let createdKeyArn: string | undefined;
    if (createsKey(settings)) {
      this.key = this.createKey(settings);
      const { arn, keyId } = this.key;
      createdKeyArn = arn;
      this.keyAlias = new KmsAlias(this, "key-alias", {
        provider,
        name: settings.keyAliasName ?? `alias/${aliasName(settings.streamName)}`,
        targetKeyId: keyId,
      });
      this.keyPolicy = this.createKeyPolicy({ arn, keyId }, settings.streamName, isKeyInUse);
    }
    this.kmsKeyArn = encrypted ? (settings.kmsKeyArn ?? createdKeyArn) : undefined;
    this.stream = this.createStream(settings, checks);
    this.streamArn = this.stream.arn;
    this.streamName = this.stream.name;
    if (this.keyPolicy) {
      // When encryption is turned on, the key policy must already allow every reader and writer;
      // when it is turned off, writers keep the key until the stream has stopped encrypting.
      const [later, earlier] = isKeyInUse
        ? [this.stream, this.keyPolicy]
        : [this.keyPolicy, this.stream];
      later.dependsOn = [dependable(earlier)];
    }
    this._grants = this.createGrants(settings, isKeyInUse);
    if (!encrypted) {
      Annotations.of(this).addWarning(
        "'encryption' is NONE: records are stored in the clear; omit it to have a key created that the consumers may use",
      );
    }
  }

  /** With create_before_destroy, the stream stops using a key before the key is destroyed. */
  private createKey(props: StreamSettings): KmsKey {
    return new KmsKey(this, "key", {
      provider: props.provider,
      description: `Encrypts the records of Kinesis data stream ${props.streamName}`,
      enableKeyRotation: true,
      rotationPeriodInDays: props.keyRotationPeriodInDays,
      deletionWindowInDays: props.deletionWindowInDays,
      lifecycle: {
        createBeforeDestroy: true,
        ...(props.preventDestroy && { preventDestroy: true }),
      },
      tags: props.tags,
    });
  }

  private createStream(props: StreamSettings, checks: PropertyChecks): KinesisStream {
    const streamMode =
      props.streamMode ??
      (props.shardCount === undefined ? StreamMode.ON_DEMAND : StreamMode.PROVISIONED);
    const stream = new KinesisStream(this, "stream", {
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
    if (props.maxRecordSizeKib !== undefined) {
      // An override, since the class of older bindings does not have the argument.
      stream.addOverride("max_record_size_in_kib", props.maxRecordSizeKib);
    }
    return stream;
  }

  private createGrants(props: StreamSettings, isKeyInUse: boolean): StreamGrants {
    const { provider, retentionPeriodHours, registeredConsumerLimit } = props;
    const region = providerRegion(provider);
    const { kmsKeyArn } = this;
    const retainedKeyArn = isKeyInUse ? undefined : this.key?.arn;
    const decryptKeyArns = [kmsKeyArn, retainedKeyArn, ...(props.previousKmsKeyArns ?? [])].filter(
      (arn) => arn !== undefined,
    );
    return new StreamGrants(this, {
      streamArn: this.streamArn,
      provider,
      partition: isLiteral(region) ? partitionOf(region) : arnPart(this.streamArn, "partition"),
      kmsKeyArn,
      keyPolicy: this.keyPolicy,
      ownsKeyPolicy: isKeyInUse,
      decryptKeyArns,
      registeredConsumerLimit,
      retentionPeriodHours:
        retentionPeriodHours ?? STREAM_PROPERTIES.retentionPeriodHours.implicitDefault,
      dnsSuffix:
        decryptKeyArns.length > 0
          ? new DataAwsPartition(this, "partition", { provider }).dnsSuffix
          : undefined,
    });
  }

  /**
   * Terraform retries this policy until every role has propagated. The stream's resource policy,
   * which is never retried, depends on it. The stream depends on it too, so to avoid a cycle, the
   * stream's ARN is composed from the key's ARN.
   */
  private createKeyPolicy(
    { arn, keyId }: Pick<KmsKey, "arn" | "keyId">,
    streamName: string,
    isInUse: boolean,
  ): KmsKeyPolicy {
    const partition = arnPart(arn, "partition");
    const accountId = arnPart(arn, "account");
    const region = arnPart(arn, "region");
    const streamArn = `arn:${partition}:kinesis:${region}:${accountId}:stream/${streamName}`;
    return new KmsKeyPolicy(this, "key-policy", {
      provider: this.provider,
      keyId,
      policy: Lazy.stringValue({
        produce: () =>
          policyDocument([
            keyAdministrationStatement(partition, accountId),
            ...this._grants.keyStatements({ arn: streamArn, region }, isInUse),
          ]),
      }),
    });
  }
}
