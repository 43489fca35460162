import { matchConditions } from "./conditions";
import type { Policy, Statement } from "./document";
import {
  every,
  matchesAction,
  matchResource,
  not,
  some,
  yesIf,
  type Context,
  type Match,
} from "./patterns";
import { matchPrincipal, type Caller } from "./principals";
import { listOf } from "../values";

export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}

/** What policies say of one request, and which of them decides. */
export interface Decision {
  readonly outcome: "allowed" | "denied" | "cannot tell";
  readonly why: string;
  /** The Deny statement that decides, so that no further Allow would help, and its name. */
  readonly deny?: { readonly statement: Statement; readonly where: string };
  /** What cannot be decided: a condition or resource with its values. */
  readonly undecided?: string;
  /** True if it is undecided whether a Deny statement applies. */
  readonly mayDeny?: boolean;
}

/**
 * What a set of policies of one kind (all identity policies of a role, one resource policy, one
 * boundary) says of a request. A Deny wins over any Allow; without an Allow a request is denied.
 */
export function evaluate(policies: readonly Policy[], request: AccessRequest): Decision {
  const { action, resource } = request;
  const matches = policies.flatMap(({ name, statements }) =>
    statements.flatMap((statement, index) => {
      const match = matchStatement(statement, request);
      return match.match === "no" && match.nearMiss === undefined
        ? []
        : [{ ...match, statement, where: `statement ${statement.Sid ?? index + 1} of ${name}` }];
    }),
  );
  const find = (effect: Statement["Effect"], match: Match) =>
    matches.find((one) => one.statement.Effect === effect && one.match === match);
  const deny = find("Deny", "yes");
  if (deny !== undefined) {
    const { statement, where } = deny;
    return { outcome: "denied", why: `${where} denies ${action}`, deny: { statement, where } };
  }
  const mayDeny = find("Deny", "maybe");
  if (mayDeny !== undefined) {
    const why = `whether ${mayDeny.where} denies ${action} depends on a condition that cannot be decided here`;
    return { outcome: "cannot tell", why, undecided: mayDeny.undecided, mayDeny: true };
  }
  const allow = find("Allow", "yes");
  if (allow !== undefined) {
    return { outcome: "allowed", why: `${allow.where} allows ${action}` };
  }
  const mayAllow = find("Allow", "maybe");
  if (mayAllow !== undefined) {
    const why = `whether ${mayAllow.where} allows ${action} depends on a condition that cannot be decided here`;
    return { outcome: "cannot tell", why, undecided: mayAllow.undecided };
  }
  const [near] = matches.flatMap(({ statement: { Effect: effect }, where, nearMiss }) =>
    effect === "Allow" && nearMiss !== undefined ? [`; ${where} would, but for ${nearMiss}`] : [],
  );
  return { outcome: "denied", why: `nothing allows ${action} on ${resource}${near ?? ""}` };
}

/** Whether a statement applies to a request. */
function matchStatement(statement: Statement, request: AccessRequest) {
  const { Resource, NotResource } = statement;
  const principal = matchPrincipal(statement, request.caller);
  const action = matchAction(statement, request.action);
  if (principal === "no" || action === "no") {
    return { match: "no" as const, nearMiss: undefined, undecided: "its principal" };
  }
  const resource = {
    match: resourceMatch(statement, request),
    says: `resource ${listOf(Resource ?? NotResource).join(", ")}`,
  };
  const conditions = matchConditions(statement, request.context).map(({ match, says }) => ({
    match,
    says: `condition ${says}`,
  }));
  const limits = [resource, ...conditions];
  const unmet = limits.filter(({ match }) => match === "no");
  const unknown = limits.filter(({ match }) => match === "maybe");
  return {
    match: every([principal, action, ...limits.map(({ match }) => match)]),
    /** The one limit that keeps the statement from applying; undefined unless it is only one. */
    nearMiss:
      principal === "yes" && action === "yes" && unmet.length === 1
        ? `its ${unmet[0]?.says}`
        : undefined,
    undecided: unknown.map(({ says }) => says).join(" and ") || "its principal",
  };
}

function matchAction({ Action, NotAction }: Statement, action: string): Match {
  const matchAny = (patterns: readonly string[]): Match =>
    yesIf(patterns.some((one) => matchesAction(one, action)));
  return NotAction === undefined ? matchAny(listOf(Action)) : not(matchAny(listOf(NotAction)));
}

function resourceMatch(
  { Resource, NotResource }: Statement,
  { resource, context }: AccessRequest,
): Match {
  const matchAny = (patterns: readonly string[]): Match =>
    some(patterns.map((one) => matchResource(one, resource, context)));
  if (NotResource !== undefined) {
    return not(matchAny(listOf(NotResource)));
  }
  // A trust policy has no Resource.
  return Resource === undefined ? "yes" : matchAny(listOf(Resource));
}
