import { parseArn } from "../../../pipeline/arn";
import { STREAM_READ_ACTIONS, STREAM_WRITE_ACTIONS } from "../../../pipeline/iam/actions";
import { awsPrincipals, type Policy, type Statement } from "../../../pipeline/iam/document";
import { matchesAction } from "../../../pipeline/iam/patterns";
import { listOf } from "../../../pipeline/values";
import type { Adoption, Json } from "./adoption";

/** All that the policy of a stream can allow. */
const ACTIONS: readonly string[] = [...STREAM_READ_ACTIONS, ...STREAM_WRITE_ACTIONS];

/** Sids of the constructs' own statements. */
const OWN = /^Stream(EFORead|Write|ListShards)StatementID$/;

const PRINCIPAL = /^(\d{12}|arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)\/[^* ]+))$/;
/** What IAM makes of a role or user in a policy once it is deleted: nobody has it any more. */
const DELETED = /^A[A-Z]{3}[A-Z0-9]{12,}$/;

/** What settings say of the stream's policy, beside the consumers. */
interface PolicySettings {
  readonly writers: readonly string[];
  readonly streamPolicyStatements: readonly Json[];
}

/**
 * The settings with which the stream's policy allows all that it allows now. What the roles of adopted
 * consumers need is no part of them.
 *
 * @param readers ARNs of the roles of the adopted consumers
 */
export function policySettings(
  policy: Policy,
  readers: readonly string[],
  adoption: Adoption,
): PolicySettings {
  const writers: string[] = [];
  const statements: Json[] = [];
  for (const [index, statement] of policy.statements.entries()) {
    const name = `statement ${statement.Sid ?? index + 1} of the stream's policy`;
    const why = whyNot(statement);
    if (why !== undefined) {
      adoption.refused.push({ what: name, why });
      continue;
    }
    const all = awsPrincipals(statement);
    for (const deleted of all.filter((one) => DELETED.test(one))) {
      adoption.changed.push({
        path: "stream/stream-policy",
        says: `no longer names ${deleted}, a role or user that is deleted`,
      });
    }
    const living = all.filter((one) => !DELETED.test(one));
    const actions = actionsOf(statement);
    const isReader = (one: string): boolean =>
      statement.Condition === undefined && readers.includes(one);
    const others = living.filter((one) => !isReader(one));
    const isOfWriters =
      statement.Condition === undefined && actions.join() === STREAM_WRITE_ACTIONS.join();
    if (isOfWriters) {
      writers.push(...living);
      continue;
    }
    const beyondReading = actions.filter((one) => !isRead(one));
    for (const [principals, allowed] of [
      [others, actions],
      [living.filter(isReader), beyondReading],
    ] as const) {
      if (principals.length > 0 && allowed.length > 0) {
        statements.push(statementOf(statement, principals, allowed));
      }
    }
  }
  return { writers: [...new Set(writers)], streamPolicyStatements: uniqueSids(statements) };
}

const isRead = (action: string): boolean =>
  (STREAM_READ_ACTIONS as readonly string[]).includes(action);

/** Of a stream's policy, a wildcard allows no more than these. */
const actionsOf = ({ Action }: Statement): string[] =>
  ACTIONS.filter((action) => listOf(Action).some((pattern) => matchesAction(pattern, action)));

/** Why the constructs cannot write a statement. */
function whyNot(statement: Statement): string | undefined {
  const { Effect: effect, Principal: principal, Action } = statement;
  if (effect !== "Allow") {
    return "it denies, and the constructs write only statements that allow; remove it, or keep the policy where it is managed now";
  }
  if (
    statement.NotAction !== undefined ||
    statement.NotPrincipal !== undefined ||
    statement.NotResource !== undefined
  ) {
    return "it has NotAction, NotPrincipal or NotResource; write it with Action, Principal and Resource";
  }
  const foreign =
    typeof principal === "object" ? Object.keys(principal).filter((one) => one !== "AWS") : [];
  const unsupported = [
    ...foreign,
    ...awsPrincipals(statement).filter((one) => !PRINCIPAL.test(one) && !DELETED.test(one)),
  ];
  if (unsupported.length > 0) {
    return `it names ${unsupported.join(", ")}; name accounts, roles and users by their ARNs`;
  }
  return actionsOf(statement).length === 0
    ? `it allows ${listOf(Action).join(", ")}, nothing that the policy of a stream can allow; remove it`
    : undefined;
}

const statementOf = (
  { Sid: sid, Condition: conditions }: Statement,
  principals: readonly string[],
  actions: readonly string[],
): Json => ({
  ...(sid !== undefined && /^[a-zA-Z0-9]+$/.test(sid) && !OWN.test(sid) && { sid }),
  principals,
  actions,
  ...(conditions && { conditions: asStrings(conditions) }),
});

const asStrings = (conditions: NonNullable<Statement["Condition"]>): Json =>
  Object.fromEntries(
    Object.entries(conditions).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(keys).map(([key, value]) => [
          key,
          typeof value === "object" ? value.map(String) : String(value),
        ]),
      ),
    ]),
  );

/** A statement that became two has its Sid once. */
function uniqueSids(statements: readonly Json[]): Json[] {
  const seen = new Set<unknown>();
  return statements.map((statement) => {
    const { sid, ...rest } = statement;
    if (!seen.has(sid)) {
      seen.add(sid);
      return statement;
    }
    return rest;
  });
}

/**
 * Whether the policy of a registered consumer can be rewritten for one role: it may name others only
 * if they are the role's own account.
 */
export function checkConsumerPolicy(
  policy: Policy,
  roleArn: string,
  path: string,
  adoption: Adoption,
): void {
  const { account } = parseArn(roleArn);
  for (const statement of policy.statements) {
    const others = awsPrincipals(statement).filter(
      (one) => one !== roleArn && !DELETED.test(one) && !isAccount(one, account),
    );
    if (statement.Effect !== "Allow" || statement.Condition !== undefined || others.length > 0) {
      adoption.refused.push({
        what: `the policy of the registered consumer (${path})`,
        why:
          others.length > 0
            ? `it names ${others.join(", ")}, and a registered consumer has one reader here; register a consumer for each`
            : "it denies, or has a condition, which the constructs do not write; remove that, or keep it where it is managed now",
      });
      return;
    }
  }
  const namesAccount = policy.statements
    .flatMap(awsPrincipals)
    .some((one) => isAccount(one, account));
  adoption.changed.push({
    path: `${path}-policy`,
    says: namesAccount
      ? `rewritten for ${roleArn} alone instead of its whole account`
      : `rewritten: ${roleArn} may read`,
  });
}

const isAccount = (principal: string, account: string): boolean =>
  principal === account ||
  (parseArn(principal).account === account && parseArn(principal).resource === "root");
