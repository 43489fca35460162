import { parseArn } from "../arn";
import type { Policy, Statement } from "./document";
import { evaluate, type AccessRequest, type Decision } from "./evaluate";
import { every, yesIf, type Match } from "./patterns";
import { listOf } from "../values";

/** What of a KMS grant decides, as `ListGrants` answers it. */
export interface KeyGrant {
  readonly GranteePrincipal?: string;
  readonly Operations?: readonly string[];
  readonly Constraints?: {
    readonly EncryptionContextSubset?: Readonly<Record<string, string>>;
    readonly EncryptionContextEquals?: Readonly<Record<string, string>>;
  };
}

/** Every policy that is involved in a role's request. */
export interface AccessPolicies {
  readonly identity: readonly Policy[];
  /** The role's permissions boundary, if it has one. */
  readonly boundary?: Policy;
  /** The policy of the stream, consumer or key. */
  readonly resource?: Policy;
  readonly grants?: readonly KeyGrant[];
}

/**
 * Whether a role may do something, by all of its and the resource's policies. Across accounts both
 * sides have to allow it, and within one account either, except that the policy of a key and the trust
 * policy of a role always have to. A bucket, whose ARN has no account, counts as the role's own.
 * Policies of the organization are not known here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decideAccess(policies: AccessPolicies, request: AccessRequest): Decision {
  const { account: own } = parseArn(request.caller.roleArn ?? "");
  const { account: other } = parseArn(request.resource);
  if (other === "" || isAccountId(own) === isAccountId(other)) {
    return decide(policies, request, ![own, ""].includes(other));
  }
  // A plan may name one of them by its provider only.
  const [same, foreign] = [decide(policies, request, false), decide(policies, request, true)];
  return same.outcome === foreign.outcome
    ? same
    : { outcome: "cannot tell", why: `the account of ${request.resource} is not known` };
}

const isAccountId = (account: string): boolean => /^\d{12}$/.test(account);

function decide(policies: AccessPolicies, request: AccessRequest, isForeign: boolean): Decision {
  const identity = evaluate(policies.identity, request);
  const boundary = policies.boundary && evaluate([policies.boundary], request);
  const resource = evaluate(listOf(policies.resource), request);
  const all = [identity, ...listOf(boundary), resource];
  const denies = all.find(({ deny }) => deny);
  if (denies) {
    return denies;
  }
  const needsResourcePolicy = /^(kms:|sts:AssumeRole$)/.test(request.action);
  const own = worst([identity, ...listOf(boundary)]);
  const main = isForeign || needsResourcePolicy ? worst([resource, own]) : own;
  const direct = isForeign ? [] : [evaluate([withoutAccounts(policies.resource)], request)];
  const granted = listOf(policies.grants).map((grant) => decisionOf(grant, request));
  const decision = best([main, ...[...direct, ...granted].map((one) => limitedBy(one, boundary))]);
  // What nothing allows is denied, whether or not something denies it as well.
  return decision.outcome === "denied"
    ? decision
    : (all.find(({ mayDeny }) => mayDeny) ?? decision);
}

const RANKS = ["denied", "cannot tell", "allowed"] as const;
const ranked = (decisions: readonly Decision[]): readonly Decision[] =>
  RANKS.flatMap((rank) => decisions.filter(({ outcome }) => outcome === rank));

type Decisions = readonly [Decision, ...Decision[]];

const worst = (decisions: Decisions): Decision => ranked(decisions)[0] ?? decisions[0];

/** The first that denies says more than those of other ways to get access. */
const best = (decisions: Decisions): Decision =>
  decisions.every(({ outcome }) => outcome === "denied")
    ? decisions[0]
    : (ranked(decisions).at(-1) ?? decisions[0]);

/** Whether a boundary limits what a resource allows depends on how the resource names the role. */
const limitedBy = (decision: Decision, boundary: Decision | undefined): Decision =>
  decision.outcome === "allowed" && boundary && boundary.outcome !== "allowed"
    ? {
        outcome: "cannot tell",
        why: `${decision.why}, but ${boundary.why}`,
        undecided: "the permissions boundary",
      }
    : decision;

const ACCOUNT = /^(\d{12}|arn:[^:]*:iam::\d{12}:root)$/;

/** What a policy allows without policies of the role: an account that is named delegates to them. */
const withoutAccounts = (policy: Policy | undefined): Policy => ({
  name: policy?.name ?? "",
  statements: (policy?.statements ?? []).map((statement): Statement => {
    const { Principal: principal } = statement;
    return typeof principal !== "object"
      ? statement
      : {
          ...statement,
          Principal: {
            ...principal,
            AWS: listOf(principal.AWS).filter((one) => !ACCOUNT.test(one)),
          },
        };
  }),
});

function decisionOf(grant: KeyGrant, request: AccessRequest): Decision {
  const match = matchGrant(grant, request);
  const { action } = request;
  return match === "yes"
    ? { outcome: "allowed", why: `a grant allows ${action}` }
    : match === "no"
      ? { outcome: "denied", why: `no grant allows ${action}` }
      : { outcome: "cannot tell", why: "a grant has a constraint", undecided: "its constraint" };
}

const CONTEXT_KEY = "kms:EncryptionContext:";

/**
 * Whether a KMS grant is for a request. A Deny in any policy still wins.
 * https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
 */
export function matchGrant(
  { GranteePrincipal, Operations = [], Constraints = {} }: KeyGrant,
  { caller, action, context }: AccessRequest,
): Match {
  const { EncryptionContextSubset, EncryptionContextEquals, ...unknown } = Constraints;
  const given = Object.fromEntries(
    Object.entries(context)
      .filter(([key]) => key.startsWith(CONTEXT_KEY))
      .map(([key, value]) => [key.slice(CONTEXT_KEY.length), value]),
  );
  const includes = (pairs: object): boolean =>
    Object.entries(pairs).every(([key, value]) => given[key] === value);
  const isEqual =
    EncryptionContextEquals === undefined ||
    Object.keys(EncryptionContextEquals).length === Object.keys(given).length;
  const isFor = [caller.roleArn, caller.roleId, caller.sessionArn].includes(GranteePrincipal);
  return every([
    yesIf(GranteePrincipal !== undefined && isFor),
    yesIf(Operations.some((operation) => `kms:${operation}` === action)),
    yesIf(includes(EncryptionContextSubset ?? {}) && includes(EncryptionContextEquals ?? {})),
    yesIf(isEqual),
    Object.keys(unknown).length === 0 ? "yes" : "maybe",
  ]);
}
