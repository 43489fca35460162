import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { KmsKeyPolicy } from "@cdktf/provider-aws/lib/kms-key-policy";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { ITerraformDependable, TerraformStack } from "cdktf";
import { READ_ACTIONS, document, statement } from "./bare-policies";
import { REGION, STREAMS_ACCOUNT } from "./pipelines";

/** A stream with its key and its policies, made of the provider's own classes. */
export class BareStream {
  readonly key: KmsKey;
  readonly keyPolicy?: KmsKeyPolicy;
  readonly stream: KinesisStream;
  readonly policy: KinesisResourcePolicy;
  readonly condition: object;

  /**
   * @param roleArns of the functions that read the stream
   * @param chapters of a naive wiring: what the key and the stream's policy wait for
   */
  constructor(
    stack: TerraformStack,
    readonly provider: AwsProvider,
    name: string,
    roleArns: readonly string[],
    chapters?: { readonly key: ITerraformDependable[]; readonly policy: ITerraformDependable[] },
  ) {
    const partition = new DataAwsPartition(stack, `${name}-partition`, { provider });
    this.condition = {
      StringEquals: {
        "kms:ViaService": `kinesis.${REGION}.${partition.dnsSuffix}`,
        "kms:EncryptionContext:aws:kinesis:arn": `arn:${partition.partition}:kinesis:${REGION}:${STREAMS_ACCOUNT}:stream/${name}`,
      },
    };
    const root = `arn:${partition.partition}:iam::${STREAMS_ACCOUNT}:root`;
    const keyPolicy = document(
      statement("KeyAdministration", ["kms:*"], "*", { AWS: [root] }),
      statement("StreamReadersDecrypt", ["kms:Decrypt"], "*", { AWS: roleArns }, this.condition),
    );
    this.key = new KmsKey(stack, `${name}-key`, {
      provider,
      description: `Encrypts the records of Kinesis data stream ${name}`,
      enableKeyRotation: true,
      lifecycle: { createBeforeDestroy: true },
      ...(chapters && { policy: keyPolicy, dependsOn: chapters.key }),
    });
    new KmsAlias(stack, `${name}-key-alias`, {
      provider,
      name: `alias/${name}`,
      targetKeyId: this.key.keyId,
    });
    if (!chapters) {
      this.keyPolicy = new KmsKeyPolicy(stack, `${name}-key-policy`, {
        provider,
        keyId: this.key.keyId,
        policy: keyPolicy,
      });
    }
    const proof = this.keyPolicy ? [this.keyPolicy] : [this.key];
    this.stream = new KinesisStream(stack, name, {
      provider,
      name,
      encryptionType: "KMS",
      kmsKeyId: this.key.arn,
      streamModeDetails: { streamMode: "ON_DEMAND" },
      dependsOn: proof,
    });
    this.policy = new KinesisResourcePolicy(stack, `${name}-policy`, {
      provider,
      resourceArn: this.stream.arn,
      policy: document(statement("ReadStream", READ_ACTIONS, this.stream.arn, { AWS: roleArns })),
      dependsOn: chapters?.policy ?? proof,
    });
  }
}
