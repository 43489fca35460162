import { awsPrincipals, type Statement } from "../../../pipeline/iam/document";
import { matchesAction, mayMatchResource } from "../../../pipeline/iam/patterns";
import type { Need } from "../../../pipeline/needs";
import { listOf } from "../../../pipeline/values";

/**
 * Replacement of a Deny statement that blocks what the role needs: none if the statement denies only
 * that, else statements that deny everything else as before.
 */
export const narrow = (deny: Statement, need: Need, roleArn: string): readonly Statement[] =>
  deny.Principal === undefined && deny.NotPrincipal === undefined
    ? withoutResource(deny, need)
    : isAbout(deny, roleArn)
      ? withoutAction(deny, need.action)
      : [withoutRole(deny, roleArn)];

const isAbout = ({ Principal: principal, ...statement }: Statement, roleArn: string): boolean =>
  typeof principal === "object" &&
  Object.keys(principal).join() === "AWS" &&
  awsPrincipals({ ...statement, Principal: principal }).every((one) => one === roleArn);

/** Others stay denied. Values of a negated operator are alternatives, so a list grows by one. */
function withoutRole(deny: Statement, roleArn: string): Statement {
  const { ArnNotEquals: excluded = {}, ...others } = deny.Condition ?? {};
  const isKey = ([key]: readonly [string, unknown]) => key.toLowerCase() === "aws:principalarn";
  const [[key, values] = ["aws:PrincipalArn", []]] = Object.entries(excluded).filter(isKey);
  return {
    ...deny,
    Condition: {
      ...others,
      ArnNotEquals: { ...excluded, [key]: [...listOf(values), roleArn] },
    },
  };
}

function withoutAction(deny: Statement, action: string): readonly Statement[] {
  if (deny.NotAction !== undefined) {
    return [{ ...deny, NotAction: [...listOf(deny.NotAction), action] }];
  }
  const left = listOf(deny.Action).filter((pattern) => !matchesAction(pattern, action));
  return left.length === 0 ? [] : [{ ...deny, Action: left }];
}

/** Other resources stay denied; and so do other actions, on a resource that the statement names. */
function withoutResource(deny: Statement, need: Need): readonly Statement[] {
  const { Resource, ...others } = deny;
  const spared = need.allowOn ?? need.resource;
  if (deny.NotResource !== undefined || Resource === undefined || listOf(Resource).includes("*")) {
    return [{ ...others, NotResource: [...listOf(deny.NotResource), spared] }];
  }
  const all = listOf(Resource);
  const matching = all.filter((pattern) => mayMatchResource(pattern, need.resource));
  const rest = all.filter((pattern) => !matching.includes(pattern));
  const { Sid: _sid, ...unnamed } = deny;
  return [
    ...(rest.length > 0 ? [{ ...deny, Resource: rest }] : []),
    ...withoutAction({ ...(rest.length > 0 ? unnamed : deny), Resource: matching }, need.action),
  ];
}
