/** The services that take reports of failed records. */
export type ReportService = "sqs" | "sns" | "s3";

/** The key of each service's encryption context. */
const CONTEXT = { sqs: "aws:sqs:arn", sns: "aws:sns:topicArn", s3: "aws:s3:arn" } as const;

/**
 * What a role needs on the key of the destination that it reports to. SQS and SNS also decrypt the data
 * key that they reuse.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const reportKeyActions = (service: ReportService): string[] =>
  service === "s3" ? ["kms:GenerateDataKey"] : ["kms:GenerateDataKey", "kms:Decrypt"];

/** The encryption context of a report. */
export const reportKeyContext = (
  service: ReportService,
  destinationArn: string,
): Readonly<Record<string, string>> => ({ [CONTEXT[service]]: destinationArn });

/** Limits the use of a key to reports that are sent to one destination, which is in the key's Region. */
export function reportKeyCondition(
  service: ReportService,
  destinationArn: string,
  { region, dnsSuffix }: { readonly region: string; readonly dnsSuffix: string },
): Record<string, Record<string, string | string[]>> {
  const via = { "kms:ViaService": `${service}.${region}.${dnsSuffix}` };
  const context = `kms:EncryptionContext:${CONTEXT[service]}`;
  return service === "s3"
    ? {
        StringEquals: via,
        // The context is the bucket if it has a bucket key, else the object, which Lambda names.
        StringLike: { [context]: [destinationArn, `${destinationArn}/*`] },
      }
    : { StringEquals: { ...via, [context]: destinationArn } };
}
