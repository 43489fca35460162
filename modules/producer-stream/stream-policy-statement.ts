import type { Precondition } from "cdktf";
import type { IConstruct } from "constructs";
import { conditions, type Conditions, statementId } from "../policies/conditions";
import { checkPartition } from "../policies/partitions";
import { principalArn } from "../policies/principals";
import { STREAM_READ_ACTIONS, STREAM_WRITE_ACTIONS } from "../../pipeline/iam/actions";
import { Statement } from "../policies/statements";
import { list, oneOf } from "../properties/property-types";
import { object } from "../properties/property";
import { PropertyChecks } from "../properties/property-checks";

/** A statement that allows principals some actions on the stream. */
export interface StreamPolicyStatement {
  /**
   * Id of the statement. Valid: letters and digits.
   *
   * @default - none
   */
  readonly sid?: string;
  /** Account ids, or ARNs of account roots, roles or users, one or more. */
  readonly principals: string[];
  /**
   * Actions on the stream, one or more. Valid values: those that a stream's resource policy can
   * allow: kinesis:DescribeStream, DescribeStreamSummary, ListShards, GetShardIterator, GetRecords,
   * PutRecord and PutRecords.
   */
  readonly actions: string[];
  /**
   * Conditions, as in IAM: `{ StringEquals: { "aws:PrincipalOrgID": "o-1a2b3c4d5e" } }`.
   *
   * @default - none
   */
  readonly conditions?: Conditions;
}

/** https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html */
export const streamPolicyStatement = object<StreamPolicyStatement>({
  sid: statementId,
  principals: {
    type: list(principalArn, "principals", { isNonEmpty: true }),
    required: true,
    fix: "name the accounts, roles or users",
  },
  actions: {
    type: list(oneOf<string>([...STREAM_READ_ACTIONS, ...STREAM_WRITE_ACTIONS]), "actions", {
      isNonEmpty: true,
      uniqueItems: true,
    }),
    required: true,
    fix: "name the actions that the principals need",
  },
  conditions,
});

/**
 * Checks a principal that is granted access.
 *
 * @returns the preconditions of a token
 * @throws all mistakes in one error
 */
export function checkPrincipal(
  scope: IConstruct,
  principal: string,
  partition: string,
): Precondition[] {
  const checks = new PropertyChecks();
  const report = checks.report("principalArn", "grant an account, a role or a user");
  principalArn.validate(principal, report);
  checks.throwIfAny(scope);
  checkPartition(checks, "principalArn", principal, partition);
  checks.throwIfAny(scope);
  return checks.preconditions;
}

/** @throws all mistakes in one error */
export function readStatement(
  scope: IConstruct,
  given: StreamPolicyStatement,
  partition: string,
): { readonly statement: StreamPolicyStatement; readonly preconditions: Precondition[] } {
  const checks = new PropertyChecks();
  const report = checks.report("statement", "give 'principals' and 'actions'");
  const statement = streamPolicyStatement.validate(given, report);
  checks.throwIfAny(scope);
  statement.principals.forEach((principal, index) => {
    checkPartition(checks, `statement.principals[${index}]`, principal, partition);
  });
  checks.throwIfAny(scope);
  return { statement, preconditions: checks.preconditions };
}

/** The statement as the stream's resource policy has it. */
export const inPolicy = (
  { sid, principals, actions, conditions: Condition }: StreamPolicyStatement,
  Resource: string,
): Statement => ({
  Sid: sid,
  Effect: "Allow",
  Principal: { AWS: principals },
  Action: actions,
  Resource,
  Condition,
});
