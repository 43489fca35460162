import { listOf, type Principals, type Statement } from "./document";

/** `maybe`: what the policy says depends on something that is not known here. */
export type Match = "yes" | "no" | "maybe";

/** Whoever makes a request. */
export interface Caller {
  /** A role, in a session of a function; or an AWS service. */
  readonly roleArn?: string;
  /** The role's unique id, such as AROA... */
  readonly roleId?: string;
  readonly sessionArn?: string;
  readonly service?: string;
}

export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  /** Values of the condition keys that are known; any other may have any value. */
  readonly context: Readonly<Record<string, string>>;
}

const not = (match: Match): Match => (match === "maybe" ? match : match === "yes" ? "no" : "yes");

export const every = (matches: readonly Match[]): Match =>
  matches.includes("no") ? "no" : matches.includes("maybe") ? "maybe" : "yes";

export const some = (matches: readonly Match[]): Match =>
  matches.includes("yes") ? "yes" : matches.includes("maybe") ? "maybe" : "no";

/** Whether a text matches a pattern with `*` and `?`. */
function like(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "s").test(text);
}

/** Like `like`, for patterns that may hold a policy variable, whose value is not known. */
const matchPattern = (pattern: string, text: string): Match =>
  /\$\{(?![*?$]\})/.test(pattern) ? "maybe" : like(unescapeWildcards(pattern), text) ? "yes" : "no";

// ${*}, ${?} and ${$} stand for the characters themselves; they do not occur in ARNs.
const unescapeWildcards = (pattern: string): string => pattern.replace(/\$\{([*?$])\}/g, "$1");

/** Whether a statement speaks of a request. */
export function matchStatement(statement: Statement, request: AccessRequest): Match {
  return every([
    matchPrincipal(statement, request.caller),
    matchAction(statement, request.action),
    matchResource(statement, request.resource),
    ...Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) =>
        matchCondition(operator, key, listOf(values).map(String), request.context),
      ),
    ),
  ]);
}

/** A statement of an identity policy names no principal: it is the role's. */
function matchPrincipal({ Principal, NotPrincipal }: Statement, caller: Caller): Match {
  if (NotPrincipal !== undefined) {
    // Whether a session's role and account have to be named as well depends on who is excluded.
    return includesPrincipal(NotPrincipal, caller) ? "no" : "maybe";
  }
  return Principal === undefined || includesPrincipal(Principal, caller) ? "yes" : "no";
}

function includesPrincipal(principals: Principals, caller: Caller): boolean {
  const named = typeof principals === "string" ? { AWS: principals } : principals;
  const { AWS, Service } = named;
  return (
    (typeof principals === "string" && principals === "*") ||
    listOf(AWS).some((one) => isCaller(one, caller)) ||
    listOf(Service).some((one) => one === caller.service)
  );
}

function isCaller(principal: string, { roleArn, roleId, sessionArn }: Caller): boolean {
  if (roleArn === undefined) {
    return false;
  }
  const account = roleArn.split(":")[4] ?? "";
  const isAccount = principal === account || principal.endsWith(`:iam::${account}:root`);
  return principal === "*" || isAccount || [roleArn, roleId, sessionArn].includes(principal);
}

function matchAction({ Action, NotAction }: Statement, action: string): Match {
  const matchAny = (patterns: readonly string[]): Match =>
    patterns.some((one) => like(one.toLowerCase(), action.toLowerCase())) ? "yes" : "no";
  return NotAction === undefined ? matchAny(listOf(Action)) : not(matchAny(listOf(NotAction)));
}

function matchResource({ Resource, NotResource }: Statement, resource: string): Match {
  const matchAny = (patterns: readonly string[]): Match =>
    some(patterns.map((one) => matchPattern(one, resource)));
  if (NotResource !== undefined) {
    return not(matchAny(listOf(NotResource)));
  }
  // A trust policy has no Resource.
  return Resource === undefined ? "yes" : matchAny(listOf(Resource));
}

type Comparison = (expected: string, actual: string) => Match;

const yesIf = (isMatch: boolean): Match => (isMatch ? "yes" : "no");
const equals: Comparison = (expected, actual) =>
  expected.includes("${") ? "maybe" : yesIf(expected === actual);

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  stringequals: equals,
  stringequalsignorecase: (expected, actual) =>
    equals(expected.toLowerCase(), actual.toLowerCase()),
  stringlike: matchPattern,
  arnequals: matchPattern,
  arnlike: matchPattern,
  bool: (expected, actual) => yesIf(expected.toLowerCase() === actual.toLowerCase()),
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function matchCondition(
  operator: string,
  key: string,
  expected: readonly string[],
  context: AccessRequest["context"],
): Match {
  const name = operator.toLowerCase().replace(/ifexists$/, "");
  const [, actual] =
    Object.entries(context).find(([known]) => known.toLowerCase() === key.toLowerCase()) ?? [];
  if (actual === undefined) {
    return "maybe";
  }
  if (name === "null") {
    return yesIf(expected.every((one) => one.toLowerCase() === "false"));
  }
  const comparison = COMPARISONS[name.replace(/^(string|arn)not/, "$1")];
  if (!comparison) {
    return "maybe";
  }
  const match = some(expected.map((one) => comparison(one, actual)));
  return /^(string|arn)not/.test(name) ? not(match) : match;
}
