import { Fn, ref, TerraformResourceLifecycle, TerraformStack, Token } from "cdktf";
import { IConstruct } from "constructs";
import { expressionOf } from "../properties/expressions";
import { Statement } from "./statements";

const ROLE_ATTRIBUTE = /^\$\{(aws_iam_role\.[\w-]+)\.(?:arn|id|name)\}$/;

/** The address of the role that an expression refers to; undefined for a role of another program. */
const createdRole = (expression: unknown): string | undefined =>
  typeof expression === "string" ? ROLE_ATTRIBUTE.exec(expression)?.[1] : undefined;

/**
 * Replaces a resource that belongs to one role together with that role. A role that is recreated
 * under its own name keeps its ARN, so that nothing else about the resource changes, but has lost
 * its policies. Other changes of the role, such as its tags, do not change the unique id.
 *
 * @param role the name or ARN of the role
 */
export function replacedWithRole(
  scope: IConstruct,
  role: string,
): TerraformResourceLifecycle | undefined {
  const address = createdRole(expressionOf(scope, role));
  return address === undefined ? undefined : { replaceTriggeredBy: [`${address}.unique_id`] };
}

const digestOf = (ids: readonly unknown[]): string =>
  Token.asString(Fn.substr(Fn.sha1(Fn.jsonencode(ids)), 0, 8));

/** As long as a digest, for the size of a policy. */
export const ANY_DIGEST = (): string => "00000000";

/**
 * Makes the text of a resource policy depend on the unique ids of the roles that it names, in the
 * Sid of its first statement. AWS stores these ids, so a policy that names a recreated role must be
 * put again, although its ARNs are the same. It is updated in place, since a replaced policy would
 * deny access to the other principals for some seconds.
 *
 * @param principals expressions of the principals
 * @param digest writes the ids as eight letters and digits
 */
export function withRoleIds(
  scope: IConstruct,
  [first, ...others]: readonly Statement[],
  principals: Iterable<unknown>,
  digest = digestOf,
): Statement[] {
  const stack = TerraformStack.of(scope);
  const roles = [...new Set([...principals].map(createdRole))].filter((role) => role !== undefined);
  if (!first || roles.length === 0) {
    return first ? [first, ...others] : [];
  }
  const ids = roles.map((role) => ref(`${role}.unique_id`, stack));
  return [{ ...first, Sid: `${first.Sid ?? ""}${digest(ids)}` }, ...others];
}
