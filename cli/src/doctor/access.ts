import { CONSUMER_READ_ACTIONS, STREAM_READ_ACTIONS } from "../../../modules/policies/actions";
import { functionNameOf, parseArn, partitionOf, roleNameOf } from "../arns";
import { valueOf } from "../facts";
import { evaluate, type Decision } from "../policies/evaluate";
import type { Policy } from "../policies/document";
import type { AccessRequest } from "../policies/match";
import type { Examination } from "./examine";

/** An action that the role needs, and on what. */
export interface Need {
  readonly action: string;
  readonly resource: string;
}

const needsOn = (actions: readonly string[], resource: string): Need[] =>
  actions.map((action) => ({ action, resource }));

export const streamNeeds = ({ pipeline }: Examination): Need[] =>
  needsOn(STREAM_READ_ACTIONS, pipeline.stream.arn);

export const consumerNeeds = ({ pipeline: { consumer } }: Examination): Need[] =>
  consumer ? needsOn(CONSUMER_READ_ACTIONS, consumer.arn) : [];

export const keyNeeds = ({ key }: Examination): Need[] => {
  const { Arn: arn, KeyManager } = valueOf(key) ?? {};
  return arn === undefined || KeyManager === "AWS" ? [] : needsOn(["kms:Decrypt"], arn);
};

export const logNeeds = ({ pipeline: { function: fn, region }, logGroup }: Examination): Need[] =>
  logGroup
    ? needsOn(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        `arn:${partitionOf(region)}:logs:${region}:${fn.account.id}:log-group:${logGroup.name}:log-stream:any`,
      )
    : [];

/** The request that Lambda makes in the role's name, with the condition keys whose values are known. */
function requestOf({ pipeline, role }: Examination, { action, resource }: Need): AccessRequest {
  const { arn: roleArn = "" } = pipeline.role;
  const { partition, account } = parseArn(roleArn);
  const { RoleId: roleId } = valueOf(role) ?? {};
  const { name } = functionNameOf(pipeline.function.arn);
  const { region, stream } = pipeline;
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return {
    action,
    resource,
    caller: {
      roleArn,
      roleId,
      sessionArn: `arn:${partition}:sts::${account}:assumed-role/${roleNameOf(roleArn)}/${name}`,
    },
    context: {
      "aws:PrincipalArn": roleArn,
      "aws:PrincipalAccount": account,
      "aws:PrincipalType": "AssumedRole",
      "aws:RequestedRegion": region,
      "aws:ResourceAccount": parseArn(resource).account,
      "aws:SecureTransport": "true",
      ...(roleId && { "aws:userid": `${roleId}:${name}` }),
      // The encryption context names the stream, even when a registered consumer reads it.
      ...(action.startsWith("kms:") && {
        "kms:ViaService": `kinesis.${region}.${suffix}`,
        "kms:CallerAccount": account,
        "kms:EncryptionContext:aws:kinesis:arn": stream.arn,
        "kms:EncryptionContextKeys": "aws:kinesis:arn",
      }),
    },
  };
}

/** What policies of one kind say of several needs: the worst of it, and which needs it is about. */
export interface Judgement extends Decision {
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
      return { outcome, why: first.why, isExplicit: first.isExplicit, needs };
    }
  }
  return { outcome: "allowed", why: decisions[0]?.why ?? "nothing is needed", needs: all };
}
