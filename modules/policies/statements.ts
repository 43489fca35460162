import {
  CONSUMER_READ_ACTIONS,
  SHARD_LIST_ACTIONS,
  STREAM_READ_ACTIONS,
  STREAM_WRITE_ACTIONS,
} from "../../pipeline/iam/actions";
import type { Statement } from "../../pipeline/iam/document";
import {
  reportKeyActions,
  reportKeyCondition,
  type ReportService,
} from "../../pipeline/iam/report-key";
import { arnPart } from "./arns";
import { viaKinesisCondition, type StreamIdentity } from "../../pipeline/iam/via-kinesis";

export type { Statement, StreamIdentity };

export const policyDocument = (statements: readonly Statement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/**
 * The resource policy of a stream. The Sids of the three statements of the AWS blog post are kept
 * (`StreamEFOReadStatementID`, `StreamWriteStatementID` and `ConsumerEFOReadStatementID`), so that
 * its readers recognize them, although the first one also serves readers with shared throughput.
 * Every other Sid says what its statement allows.
 */
export const streamPolicyStatements = (
  streamArn: string,
  readers: readonly string[],
  writers: readonly string[],
  shardListers: readonly string[] = [],
): Statement[] => [
  ...resourceStatements("StreamEFOReadStatementID", readers, STREAM_READ_ACTIONS, streamArn),
  ...resourceStatements("StreamWriteStatementID", writers, STREAM_WRITE_ACTIONS, streamArn),
  ...resourceStatements("StreamListShardsStatementID", shardListers, SHARD_LIST_ACTIONS, streamArn),
];

/** The resource policy of one registered consumer, for the one role that reads through it. */
export const consumerPolicyStatements = (consumerArn: string, reader: string): Statement[] =>
  resourceStatements("ConsumerEFOReadStatementID", [reader], CONSUMER_READ_ACTIONS, consumerArn);

/**
 * Statements that allow readers and writers to use the key, for the records of this stream only.
 * https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
 */
export const keyUseStatements = (
  stream: StreamIdentity,
  dnsSuffix: string,
  readers: readonly string[],
  writers: readonly string[],
): Statement[] => {
  const Condition = viaKinesisCondition(stream, dnsSuffix);
  // In a key policy, "*" means the key that the policy is attached to.
  return [
    ...resourceStatements("StreamReadersDecrypt", readers, ["kms:Decrypt"], "*"),
    ...resourceStatements("StreamWritersGenerateDataKey", writers, ["kms:GenerateDataKey"], "*"),
  ].map((statement) => ({ ...statement, Condition }));
};

/** Without this statement the key's own account could no longer change the policy. */
export const keyAdministrationStatement = (partition: string, accountId: string): Statement => ({
  Sid: "KeyAdministration",
  Effect: "Allow",
  Principal: { AWS: [`arn:${partition}:iam::${accountId}:root`] },
  Action: ["kms:*"],
  Resource: "*",
});

/** Statements of a reader's identity policy, which cross-account access needs in addition to resource policies. */
export const readStatements = (streamArn: string, consumerArn?: string): Statement[] => [
  identityStatement("ReadStream", STREAM_READ_ACTIONS, streamArn),
  ...(consumerArn === undefined
    ? []
    : [identityStatement("ReadConsumer", CONSUMER_READ_ACTIONS, consumerArn)]),
];

export const decryptStatement = (
  [kmsKeyArn = "", ...previous]: readonly string[],
  stream: StreamIdentity,
  dnsSuffix: string,
): Statement => ({
  ...identityStatement(
    "DecryptRecords",
    ["kms:Decrypt"],
    previous.length === 0 ? kmsKeyArn : [kmsKeyArn, ...previous],
  ),
  Condition: viaKinesisCondition(stream, dnsSuffix),
});

/**
 * Allows the use of a destination's key, only for reports that are sent to this destination. The key
 * is in the Region of the destination.
 */
export function encryptReportsStatement(
  service: ReportService,
  destinationArn: string,
  kmsKeyArn: string,
  dnsSuffix: string,
): Statement {
  const place = { region: arnPart(kmsKeyArn, "region"), dnsSuffix };
  return {
    ...identityStatement("EncryptReports", reportKeyActions(service), kmsKeyArn),
    Condition: reportKeyCondition(service, destinationArn, place),
  };
}

/** Lambda names the log streams after the date and the instance, so the resource ends in `*`. */
export const logStatement = (logGroupArn: string): Statement =>
  identityStatement("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], `${logGroupArn}:*`);

/** A statement of an identity policy. */
export const identityStatement = (
  Sid: string,
  Action: readonly string[],
  Resource: string | readonly string[],
): Statement => ({ Sid, Effect: "Allow", Action, Resource });

function resourceStatements(
  Sid: string,
  principals: readonly string[],
  Action: readonly string[],
  Resource: string,
): Statement[] {
  return principals.length === 0
    ? []
    : [{ Sid, Effect: "Allow", Principal: { AWS: principals }, Action, Resource }];
}
