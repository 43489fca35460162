export interface StreamIdentity {
  readonly arn: string;
  readonly region: string;
}

/**
 * Limits the use of a key to Kinesis, and to the records of one stream. The encryption context names
 * the stream, even when a registered consumer reads it.
 */
export const viaKinesisCondition = ({ arn, region }: StreamIdentity, dnsSuffix: string) => ({
  StringEquals: {
    "kms:ViaService": `kinesis.${region}.${dnsSuffix}`,
    "kms:EncryptionContext:aws:kinesis:arn": arn,
  },
});
