import type { Accounts } from "./accounts";

/** ARN of the key that a stream is encrypted with now; undefined if it is not encrypted. */
export async function keyOfStream(
  accounts: Accounts,
  StreamARN: string,
): Promise<string | undefined> {
  const { kinesis } = accounts.owning(StreamARN);
  const { StreamDescriptionSummary: stream } = await kinesis.describeStreamSummary({ StreamARN });
  return stream?.EncryptionType === "KMS" ? keyArn(accounts, StreamARN, stream.KeyId) : undefined;
}

/** ARN of the customer managed key of a queue, if it has one. */
export async function keyOfQueue(
  accounts: Accounts,
  queueArn: string,
  QueueUrl: string,
): Promise<string | undefined> {
  const { sqs } = accounts.owning(queueArn);
  const { Attributes } = await sqs.getQueueAttributes({
    QueueUrl,
    AttributeNames: ["KmsMasterKeyId"],
  });
  return keyArn(accounts, queueArn, Attributes?.KmsMasterKeyId);
}

/** ARN of the customer managed key that encrypts a bucket's objects by default, if it has one. */
export async function keyOfBucket(
  accounts: Accounts,
  ownerArn: string,
  Bucket: string,
): Promise<string | undefined> {
  const { s3 } = accounts.owning(ownerArn);
  const { ServerSideEncryptionConfiguration: encryption } = await s3
    .getBucketEncryption({ Bucket })
    .catch(() => ({ ServerSideEncryptionConfiguration: undefined }));
  const [rule] = encryption?.Rules ?? [];
  return keyArn(accounts, ownerArn, rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID);
}

async function keyArn(
  accounts: Accounts,
  ownerArn: string,
  KeyId: string | undefined,
): Promise<string | undefined> {
  if (KeyId === undefined || KeyId === "") {
    return undefined;
  }
  const { KeyMetadata: key } = await accounts.owning(ownerArn).kms.describeKey({ KeyId });
  return key?.Arn;
}
