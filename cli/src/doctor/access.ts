import { CONSUMER_READ_ACTIONS, STREAM_READ_ACTIONS } from "../../../pipeline/iam/actions";
import { viaKinesisCondition } from "../../../pipeline/iam/via-kinesis";
import { dnsSuffixOf, parseArn, parseFunctionArn, partitionOf } from "../../../pipeline/arn";
import { valueOf } from "../facts";
import { matchGrant } from "../../../pipeline/iam/access";
import { every, some, type Match } from "../../../pipeline/iam/patterns";
import { lambdaRequest } from "../../../pipeline/iam/lambda-request";
import { evaluate, type AccessRequest, type Decision } from "../../../pipeline/iam/evaluate";
import type { Policy, Statement } from "../../../pipeline/iam/document";
import type { Examination } from "./examine";

/** An action that the role needs, and on what. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** Resource and condition of a statement that allows it. The default is `resource`, always. */
  readonly allowOn?: string;
  readonly condition?: Statement["Condition"];
}

const needsOn = (
  actions: readonly string[],
  resource: string,
  statement: Pick<Need, "allowOn" | "condition"> = {},
): Need[] => actions.map((action) => ({ action, resource, ...statement }));

export const streamNeeds = ({ pipeline }: Examination): Need[] =>
  needsOn(STREAM_READ_ACTIONS, pipeline.stream.arn);

export const consumerNeedsOn = (consumerArn: string): Need[] =>
  needsOn(CONSUMER_READ_ACTIONS, consumerArn);

export const consumerNeeds = ({ pipeline: { consumer } }: Examination): Need[] =>
  consumer ? consumerNeedsOn(consumer.arn) : [];

/**
 * AWS's managed policy for such roles, AWSLambdaKinesisExecutionRole, has no DescribeStreamConsumer:
 * only the consumer's own policy has to allow it.
 */
export const consumerNeedsOfRole = (examination: Examination): Need[] =>
  consumerNeeds(examination).filter(({ action }) => action === "kinesis:SubscribeToShard");

export const decryptNeeds = (
  { pipeline: { stream, region } }: Examination,
  keyArn: string,
): Need[] =>
  needsOn(["kms:Decrypt"], keyArn, {
    condition: viaKinesisCondition(
      { arn: stream.arn, region },
      dnsSuffixOf(parseArn(stream.arn).partition),
    ),
  });

export const keyNeeds = (examination: Examination): Need[] => {
  const { Arn: arn, KeyManager } = valueOf(examination.key) ?? {};
  return arn === undefined || KeyManager === "AWS" ? [] : decryptNeeds(examination, arn);
};

export const logGroupArn = ({
  pipeline: { function: fn, region },
  logGroup,
}: Examination): string =>
  `arn:${partitionOf(region)}:logs:${region}:${fn.account.id}:log-group:${logGroup?.name}`;

export function logNeeds(examination: Examination): Need[] {
  const arn = logGroupArn(examination);
  return examination.logGroup
    ? needsOn(["logs:CreateLogStream", "logs:PutLogEvents"], `${arn}:log-stream:any`, {
        allowOn: `${arn}:*`,
      })
    : [];
}

/** The request that Lambda makes in the role's name, with the condition keys whose values are known. */
export function requestOf(
  { pipeline, role }: Examination,
  { action, resource }: Need,
): AccessRequest {
  const found = valueOf(role);
  return lambdaRequest(
    {
      roleArn: pipeline.role.arn ?? "",
      roleId: found?.RoleId,
      hasBoundary: found ? found.PermissionsBoundary !== undefined : undefined,
      functionName: parseFunctionArn(pipeline.function.arn).name,
    },
    { action, resource },
    { arn: pipeline.stream.arn, region: pipeline.region },
  );
}

/** Whether grants of the stream's key allow what the role needs, unless a policy denies it. */
export const grantFor = (examination: Examination, needs: readonly Need[]): Match =>
  every(
    needs.map((need) =>
      some(
        (valueOf(examination.keyGrants) ?? []).map((grant) =>
          matchGrant(grant, requestOf(examination, need)),
        ),
      ),
    ),
  );

/** What policies of one kind say of several needs: the worst of it, and which needs it is about. */
interface Judgement extends Decision {
  readonly needs: readonly Need[];
}

export function judgeNeeds(
  examination: Examination,
  policies: readonly Policy[],
  all: readonly Need[],
): Judgement {
  const decisions = all.map((need) => ({
    need,
    ...evaluate(policies, requestOf(examination, need)),
  }));
  for (const outcome of ["denied", "cannot tell"] as const) {
    const [first, ...others] = decisions.filter((one) => one.outcome === outcome);
    if (first) {
      const needs = [first, ...others].map(({ need }) => need);
      const { why, deny, mayDeny, undecided } = first;
      return { outcome, why, deny, mayDeny, undecided, needs };
    }
  }
  return { outcome: "allowed", why: decisions[0]?.why ?? "nothing is needed", needs: all };
}
