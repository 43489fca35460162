import type { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { ITerraformDependable, Lazy, TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { instance } from "../properties/property-types";
import { GrantWriteOptions, IProducerStream } from "./producer-stream-props";
import { StreamGrants } from "./stream-grants";
import type { StreamPolicyStatement } from "./stream-policy-statement";

/** Base of created and imported streams: grants access to the stream. */
export abstract class StreamBase extends Construct implements IProducerStream {
  public abstract readonly streamArn: string;
  public abstract readonly streamName: string;
  public abstract readonly kmsKeyArn?: string;
  public abstract readonly provider?: TerraformProvider;
  /** @internal */
  public abstract readonly _grants: StreamGrants;

  /** The stream's resource policy; undefined if no principal was granted anything yet. */
  public get resourcePolicy(): KinesisResourcePolicy | undefined {
    return this._grants.resourcePolicy;
  }

  public get resourcePolicyDocument(): string {
    return Lazy.stringValue({ produce: () => this._grants.policyDocument() });
  }

  public get keyPolicyStatements(): string {
    return Lazy.stringValue({ produce: () => JSON.stringify(this._grants.keyStatements()) });
  }

  /**
   * Allows a principal to read with shared throughput: DescribeStream, DescribeStreamSummary,
   * ListShards, GetShardIterator and GetRecords on the stream, kms:Decrypt on its key.
   *
   * @param principalArn an account id, or the ARN of an account root, role or user
   * @returns the policies that allow it, as far as this stack manages them, for `dependsOn`
   * @throws if it is a wildcard, service or federated principal, which Kinesis refuses
   */
  public grantRead(principalArn: string): ITerraformDependable[] {
    return this._grants.grantRead(principalArn);
  }

  /**
   * Allows a principal to put records: PutRecord and PutRecords on the stream, kms:GenerateDataKey on its
   * key; with `listShards`, also DescribeStreamSummary and ListShards on the stream.
   *
   * A stream that creates its key is created after the roles that it is granted to, so that their
   * permissions are complete before it is encrypted. So the arguments of a role in the same plan must
   * not refer to the stream; put such a statement into a separate IamRolePolicy.
   *
   * @param principalArn an account id, or the ARN of an account root, role or user
   * @returns the policies that allow it, as far as this stack manages them, for `dependsOn`
   * @throws if it is a wildcard, service or federated principal, which Kinesis refuses
   */
  public grantWrite(principalArn: string, options?: GrantWriteOptions): ITerraformDependable[] {
    return this._grants.grantWrite(principalArn, options);
  }

  /**
   * Adds a statement to the stream's resource policy, for access that grantRead and grantWrite
   * do not offer. It does not change the key's policy: a principal that reads or writes an encrypted
   * stream also needs a grant, or a statement in the key's policy.
   *
   * @returns the policies that allow it, as far as this stack manages them, for `dependsOn`
   * @throws if a principal or an action is one that Kinesis refuses
   * @see https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
   */
  public addToResourcePolicy(statement: StreamPolicyStatement): ITerraformDependable[] {
    return this._grants.addStatement(statement);
  }
}

export const producerStream = instance<StreamBase>(
  "a ProducerStream, or a stream from ProducerStream.fromAttributes",
  (value) => value instanceof StreamBase,
);

/** The stream of a property whose kind has been checked. */
export const asStream = (stream: IProducerStream): StreamBase => {
  if (!(stream instanceof StreamBase)) {
    throw new TypeError(`must be ${producerStream.rule}`);
  }
  return stream;
};
