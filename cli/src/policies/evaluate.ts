import type { Policy } from "./document";
import { matchStatement, type AccessRequest } from "./match";

/** What policies say of one request, and which of them decides. */
export interface Decision {
  readonly outcome: "allowed" | "denied" | "cannot tell";
  readonly why: string;
  /** A Deny statement decides, so that no further Allow would help. */
  readonly isExplicit?: boolean;
}

/**
 * What a set of policies of one kind (all identity policies of a role, one resource policy, one
 * boundary) says of a request. A Deny wins over any Allow; without an Allow a request is denied.
 */
export function evaluate(policies: readonly Policy[], request: AccessRequest): Decision {
  const { action, resource } = request;
  const matches = policies.flatMap(({ name, statements }) =>
    statements.map((statement, index) => ({
      match: matchStatement(statement, request),
      effect: statement.Effect,
      where: `statement ${statement.Sid ?? index + 1} of ${name}`,
    })),
  );
  const find = (effect: string, match: string) =>
    matches.find((one) => one.effect === effect && one.match === match)?.where;
  const denied = find("Deny", "yes");
  if (denied !== undefined) {
    return { outcome: "denied", why: `${denied} denies ${action}`, isExplicit: true };
  }
  const undecidedDeny = find("Deny", "maybe");
  if (undecidedDeny !== undefined) {
    return {
      outcome: "cannot tell",
      why: `whether ${undecidedDeny} denies ${action} depends on a condition that cannot be decided here`,
    };
  }
  const allowed = find("Allow", "yes");
  if (allowed !== undefined) {
    return { outcome: "allowed", why: `${allowed} allows ${action}` };
  }
  const undecided = find("Allow", "maybe");
  return undecided === undefined
    ? { outcome: "denied", why: `nothing allows ${action} on ${resource}` }
    : {
        outcome: "cannot tell",
        why: `whether ${undecided} allows ${action} depends on a condition that cannot be decided here`,
      };
}
