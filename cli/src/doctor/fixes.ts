import { roleNameOf } from "../arns";
import type { Pipeline } from "../pipeline";

/** What a check found out beside the pipeline, for the sentence that says what to type. */
export interface Details {
  /** Actions that are not allowed. */
  readonly actions?: readonly string[];
  /** What the actions are on, or what the finding is about. */
  readonly resource?: string;
}

export const inStreamAccount = ({ stream }: Pipeline): string => `in account ${stream.account.id}`;
export const inFunctionAccount = ({ function: fn }: Pipeline): string =>
  `in account ${fn.account.id}`;

export const updateMapping = ({ mapping: { uuid } }: Pipeline, options: string): string =>
  `aws lambda update-event-source-mapping --uuid ${uuid} ${options}`;

export const recreateMapping = (pipeline: Pipeline, sourceArn: string): string =>
  `'terraform apply' recreates the mapping; by hand, ${inFunctionAccount(pipeline)}: ` +
  `aws lambda delete-event-source-mapping --uuid ${pipeline.mapping.uuid}, then ` +
  `aws lambda create-event-source-mapping --function-name ${pipeline.function.arn} --event-source-arn ${sourceArn} --starting-position TRIM_HORIZON`;

export const roleStatement = (
  { function: { account }, role: { arn = "" } }: Pipeline,
  { actions, resource }: Details,
): string =>
  `add a statement to the role's policy: ` +
  `aws iam put-role-policy --role-name ${roleNameOf(arn)} --policy-name read-stream-${resource?.split(":")[2]} --policy-document ` +
  `'${JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: resource }] })}' (in account ${account.id})`;

/** A resource policy is replaced as a whole, so the other statements have to be kept. */
export const resourceStatement = (pipeline: Pipeline, { actions, resource }: Details): string =>
  `add this statement to the policy and put the whole policy ${inStreamAccount(pipeline)} with ` +
  `aws kinesis put-resource-policy --resource-arn ${resource} --policy file://policy.json: ` +
  JSON.stringify({
    Effect: "Allow",
    Principal: { AWS: pipeline.role.arn },
    Action: actions,
    Resource: resource,
  });
