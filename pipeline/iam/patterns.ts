/** `maybe`: what the policy says depends on something that is not known here. */
export type Match = "yes" | "no" | "maybe";

export const yesIf = (isMatch: boolean): Match => (isMatch ? "yes" : "no");

export const not = (match: Match): Match =>
  match === "maybe" ? match : match === "yes" ? "no" : "yes";

export const every = (matches: readonly Match[]): Match =>
  matches.includes("no") ? "no" : matches.includes("maybe") ? "maybe" : "yes";

export const some = (matches: readonly Match[]): Match =>
  matches.includes("yes") ? "yes" : matches.includes("maybe") ? "maybe" : "no";

/**
 * Values of condition keys that are known: null for a key that such a request does not have. Any
 * other key may have any value, or none.
 */
export type Context = Readonly<Record<string, string | readonly string[] | null>>;

/** Keys are case-insensitive. Undefined if the value is not known. */
export const valueOf = (context: Context, key: string): Context[string] | undefined =>
  Object.entries(context).find(([known]) => known.toLowerCase() === key.toLowerCase())?.[1];

interface Syntax {
  /** `arn`: in the first five parts, a wildcard does not match a colon. */
  readonly wildcards: "none" | "text" | "arn";
  readonly ignoreCase?: boolean;
}

const ARN_COLONS = 5;

/**
 * Whether a text matches a pattern with `*`, `?` and policy variables.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function matchPattern(
  pattern: string,
  text: string,
  { wildcards, ignoreCase = false }: Syntax,
  context: Context = {},
): Match {
  if (!/[*?$]/.test(pattern)) {
    const isArn = pattern.split(":").length > ARN_COLONS;
    const isSame = ignoreCase ? pattern.toLowerCase() === text.toLowerCase() : pattern === text;
    return yesIf(isSame && (wildcards !== "arn" || isArn));
  }
  let colons = 0;
  let expression = "";
  /** The same with the text of unknown variables, such as Terraform's expressions that are not known yet. */
  let certain = "";
  for (const [token] of pattern.matchAll(/\$\{[^}]*\}|[*?]|[^*?$]+|\$/g)) {
    const any = wildcards === "arn" && colons < ARN_COLONS ? "[^:]" : ".";
    if (wildcards !== "none" && (token === "*" || token === "?")) {
      const wildcard = token === "*" ? `${any}*` : any;
      expression += wildcard;
      certain += wildcard;
    } else if (token.startsWith("${")) {
      const value = variable(token.slice(2, -1), context);
      if (value === null) {
        return "no";
      }
      expression += value === undefined ? ".*" : escaped(value);
      certain += escaped(value ?? token);
    } else {
      colons += token.split(":").length - 1;
      expression += escaped(token);
      certain += escaped(token);
    }
  }
  if (wildcards === "arn" && colons < ARN_COLONS) {
    return "no";
  }
  const [mayMatch, isMatch] = [expression, certain].map((one) =>
    new RegExp(`^${one}$`, ignoreCase ? "is" : "s").test(text),
  );
  return isMatch ? "yes" : mayMatch ? "maybe" : "no";
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Value of `${key}` or `${key, 'default'}`; null if it has none, so that nothing matches. */
function variable(expression: string, context: Context): string | null | undefined {
  if (["*", "?", "$"].includes(expression)) {
    return expression;
  }
  const [, key = expression, byDefault = null] = /^(.*?), *'(.*)'$/.exec(expression) ?? [];
  const value = valueOf(context, key.trim());
  return typeof value === "string" ? value : value === null ? byDefault : undefined;
}

/** Whether a pattern with `*` and `?` includes an action. */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchPattern(escapeVariables(pattern), action, { wildcards: "text", ignoreCase: true }) === "yes";

const escapeVariables = (pattern: string): string => pattern.replaceAll("${", "${$}{");

/** The parts of an ARN's pattern, with `$` for a variable, whose name may hold a colon. */
const partsOf = (pattern: string): string[] =>
  pattern.replace(/\$\{[^*?$][^}]*\}/g, "$").split(":");

/** Whether a pattern has the six parts of an ARN. */
export const isArnPattern = (pattern: string): boolean => partsOf(pattern).length > ARN_COLONS;

/** Whether an element of `Resource` includes an ARN. One that ends early in `*` means all parts. */
export function matchResource(pattern: string, arn: string, context: Context): Match {
  const parts = partsOf(pattern);
  const missing = Math.max(0, ARN_COLONS + 1 - parts.length);
  if (pattern === "*") {
    return "yes";
  }
  if (missing > 0 && !pattern.endsWith("*")) {
    return "no";
  }
  const whole = pattern + ":*".repeat(missing);
  const match = matchPattern(whole, arn, { wildcards: "arn" }, context);
  // IAM takes variables in the last part only; what it makes of others is not documented.
  const hasEarlyVariable = parts.slice(0, ARN_COLONS).some((part) => part.includes("$"));
  return match === "yes" && hasEarlyVariable && pattern !== arn ? "maybe" : match;
}

/** Whether an element of `Resource` includes an ARN, or may do so. */
export const mayMatchResource = (pattern: string, arn: string): boolean =>
  matchResource(pattern, arn, {}) !== "no";
