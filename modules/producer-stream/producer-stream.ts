import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { KmsKeyPolicy } from "@cdktf/provider-aws/lib/kms-key-policy";
import { Annotations, dependable, TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { providerRegion } from "../accounts/aws-provider";
import { compareStreamNames } from "../accounts/duplicate-names";
import { arnPart } from "../policies/arns";
import { partitionOf } from "../../pipeline/arn";
import { isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { readProperties } from "../properties/property";
import { ImportedStream } from "./imported-stream";
import { createKey, createsKey, usesCreatedKey } from "./key";
import {
  IProducerStream,
  ProducerStreamAttributes,
  ProducerStreamProps,
  StreamEncryption,
} from "./producer-stream-props";
import { checkStream, createStream, STREAM_PROPERTIES, StreamSettings } from "./stream";
import { StreamBase } from "./stream-base";
import { StreamGrants } from "./stream-grants";

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

    const { provider, encryption } = settings;
    const isKeyInUse = usesCreatedKey(settings);
    const created = createsKey(settings)
      ? createKey(this, settings, () => this._grants)
      : undefined;
    this.provider = provider;
    this.key = created?.key;
    this.keyAlias = created?.keyAlias;
    this.keyPolicy = created?.keyPolicy;
    this.kmsKeyArn = isKeyInUse ? created?.keyArn : settings.kmsKeyArn;
    this.stream = createStream(this, settings, this.kmsKeyArn, checks.lifecycle);
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
    if (encryption === StreamEncryption.NONE) {
      Annotations.of(this).addWarning(
        "'encryption' is NONE: records are stored in the clear; omit it to have a key created that the consumers may use",
      );
    }
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
}
