import { conditions, statementId } from "../policies/conditions";
import type { Statement } from "../policies/statements";
import { list, matching } from "../properties/property-types";
import { object } from "../properties/property";

/** A statement that allows actions of the function. */
export interface FunctionPolicyStatement {
  /**
   * Id of the statement. Valid: letters and digits.
   *
   * @default - none
   */
  readonly sid?: string;
  /**
   * Actions, one or more, such as `dynamodb:PutItem`. `dynamodb:*` allows every action of a
   * service, as IAM permits; `*` alone is refused.
   */
  readonly actions: string[];
  /**
   * ARNs of the resources, one or more, which can have wildcards. `*` alone is allowed, since some
   * actions apply to no single resource, for example `cloudwatch:PutMetricData`. Write a policy
   * variable with two dollar signs (`$${aws:PrincipalTag/team}`), as Terraform evaluates one.
   */
  readonly resources: string[];
  /**
   * Conditions: values by condition key, by operator. Example:
   * `{ StringEquals: { "dynamodb:LeadingKeys": ["orders"] } }`.
   *
   * @default - none
   */
  readonly conditions?: Record<string, Record<string, string | string[]>>;
}

const action = matching(
  "^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$",
  "an action of one service (dynamodb:PutItem)",
  (value) =>
    value === "*"
      ? {
          rule: "must be an action of one service",
          fix: "the function could do everything in its account: name the actions it calls, or allow a whole service (dynamodb:*)",
        }
      : undefined,
);

export const policyStatement = object<FunctionPolicyStatement>({
  sid: statementId,
  actions: {
    type: list(action, "actions", { isNonEmpty: true }),
    required: true,
    fix: "name the actions that the function calls",
  },
  resources: {
    type: list(matching("^([*]|arn:.+)$", "an ARN or *"), "ARNs", { isNonEmpty: true }),
    required: true,
    fix: "give the ARNs of the resources that the function uses",
  },
  conditions,
});

/** A statement of the caller as IAM writes it. */
export const givenStatement = ({
  sid,
  actions,
  resources,
  conditions,
}: FunctionPolicyStatement): Statement => ({
  Sid: sid,
  Effect: "Allow",
  Action: actions,
  Resource: resources,
  Condition: conditions,
});
