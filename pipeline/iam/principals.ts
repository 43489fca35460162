import { parseArn } from "../arn";
import type { Principals, Statement } from "./document";
import { every, not, some, yesIf, type Match } from "./patterns";
import { listOf } from "../values";

/** The calling principal: a role in a session of a function, or an AWS service. */
export interface Caller {
  readonly roleArn?: string;
  /** The role's unique id, such as AROA...; undefined if it is not known. */
  readonly roleId?: string | undefined;
  readonly sessionArn?: string;
  /** Undefined if it is not known whether the role has a permissions boundary. */
  readonly hasBoundary?: boolean | undefined;
  readonly service?: string;
}

/** Whether a statement is about the caller. A statement of an identity policy is the role's. */
export function matchPrincipal(
  { Effect, Principal, NotPrincipal }: Statement,
  caller: Caller,
): Match {
  if (NotPrincipal === undefined) {
    return Principal === undefined ? "yes" : some(Object.values(namesIn(Principal, caller)));
  }
  const { everyone, account, role, session, service } = namesIn(NotPrincipal, caller);
  if (caller.roleArn === undefined) {
    return not(some([everyone, service]));
  }
  if (Effect === "Allow") {
    const named = [account, role, session];
    const isPartly = some(named) !== "no" && every(named) !== "yes";
    return everyone === "yes" ? "no" : isPartly ? "maybe" : not(every(named));
  }
  // A Deny spares only a session whose account, role and session are all excluded; and none of a
  // role that has a permissions boundary.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
  const isSpared = some([everyone, every([account, role, session])]);
  const withoutBoundary: Match =
    caller.hasBoundary === undefined ? "maybe" : yesIf(!caller.hasBoundary);
  return not(every([isSpared, withoutBoundary]));
}

/** By which of its names a `Principal` includes the caller. */
function namesIn(principals: Principals, { roleArn, roleId, sessionArn, service }: Caller) {
  const { AWS, Service } = typeof principals === "string" ? { AWS: principals } : principals;
  const named = listOf(AWS);
  const isNamed = (name: string | undefined): boolean => name !== undefined && named.includes(name);
  const account = roleArn === undefined ? undefined : parseArn(roleArn).account;
  // IAM shows a deleted role, and never a user, by such an id; it may be the caller's. So may one of
  // Terraform's expressions that is not known yet.
  const mayBeNamed = named.some(
    (one) => (roleId === undefined && one.startsWith("AROA")) || one.includes("${"),
  );
  return {
    everyone: yesIf(principals === "*" || (account !== undefined && named.includes("*"))),
    account: yesIf(
      account !== undefined &&
        named.some((one) => one === account || one.endsWith(`:iam::${account}:root`)),
    ),
    role:
      roleArn !== undefined && mayBeNamed && !isNamed(roleArn)
        ? ("maybe" as const)
        : yesIf(isNamed(roleArn) || isNamed(roleId)),
    session: yesIf(isNamed(sessionArn)),
    service: yesIf(service !== undefined && listOf(Service).includes(service)),
  };
}
