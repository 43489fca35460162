import { parseArn, roleNameOf } from "../../../pipeline/arn";
import { valueOf, type Fact } from "../../../pipeline/fact";
import { awsPrincipals, type Policy, type Statement } from "../../../pipeline/iam/document";
import {
  consumerNeeds,
  destinationKeyNeeds,
  keyNeeds,
  streamNeeds,
  type Need,
} from "../../../pipeline/needs";
import { correct, type Corrected } from "./correct";
import { ownerOf } from "../pipeline";
import { deadPrincipals } from "./dead-principals";
import { Draft } from "./drafts";
import { sentences, type Recipe, type Repair } from "./fixes";
import { IDENTITY_NEEDS } from "./role-needs";
import { aws, chain, printOnly, type Command } from "./shell";
import { listOf } from "../../../pipeline/values";

/** Inline policy for the permissions that the role lacks. Its name is fixed, since it is put as a whole. */
const OWN_POLICY = "cross-account-kinesis";

/** Lets the role do what it needs through its own policies. */
export function allowRole(repair: Repair, needs: readonly Need[]): Corrected {
  const { examination, drafts } = repair;
  const { role } = examination.pipeline;
  if (examination.identityPolicies?.state === "unknown") {
    const { why } = examination.identityPolicies;
    return { steps: [], says: [`the role's policies could not be read, so none is put: ${why}`] };
  }
  const policies = valueOf(examination.identityPolicies) ?? [];
  const isOwn = ({ place }: Policy): boolean =>
    place !== undefined && "inline" in place && place.inline === OWN_POLICY;
  const own: Policy = policies.find(isOwn) ?? {
    name: `role policy ${OWN_POLICY}`,
    statements: [],
    place: { inline: OWN_POLICY },
  };
  const draftOf = (policy: Policy): Draft =>
    drafts.of(`${role.arn} ${policy.name}`, () => identityDraft(repair, policy));
  const addTo = draftOf(own);
  const others = policies.filter((policy) => !isOwn(policy)).map(draftOf);
  return correct(examination, { needs, drafts: [addTo, ...others], addTo });
}

function identityDraft({ examination: { pipeline } }: Repair, policy: Policy): Draft {
  const { region } = pipeline;
  const { account } = pipeline.function;
  const role = { "role-name": roleNameOf(pipeline.role.arn ?? "") };
  const { place = { inline: policy.name } } = policy;
  if ("inline" in place) {
    const name = { ...role, "policy-name": place.inline };
    return new Draft(policy, (document) =>
      document
        ? aws(account, region, "iam put-role-policy", { ...name, "policy-document": document })
        : aws(account, region, "iam delete-role-policy", name),
    );
  }
  const arn = place.managed;
  const detach = () =>
    aws(account, region, "iam detach-role-policy", { ...role, "policy-arn": arn });
  return isOwnedByAws(arn)
    ? new Draft(policy, detach, true)
    : new Draft(policy, (document) => (document ? newVersion(pipeline, arn, document) : detach()));
}

const isOwnedByAws = (policyArn: string): boolean => parseArn(policyArn).account === "aws";

const newVersion = (
  { function: { account }, region }: Repair["examination"]["pipeline"],
  arn: string,
  document: object,
): Command =>
  aws(account, region, "iam create-policy-version", {
    "policy-arn": arn,
    "policy-document": document,
    "set-as-default": true,
    ...printOnly("PolicyVersion.VersionId"),
  });

/** Lets the role do what it needs in spite of its permissions boundary. */
export function allowInBoundary(repair: Repair, needs: readonly Need[]): Corrected {
  const { examination, drafts } = repair;
  const { pipeline } = examination;
  const { region, role } = pipeline;
  const { account } = pipeline.function;
  const policy = valueOf(examination.boundary) ?? { name: "", statements: [] };
  const name = `${roleNameOf(role.arn ?? "")}-boundary`;
  const create = (document: object): Command =>
    chain(
      aws(account, region, "iam create-policy", {
        "policy-name": name,
        "policy-document": document,
        ...printOnly("Policy.Arn"),
      }),
      aws(account, region, "iam put-role-permissions-boundary", {
        "role-name": roleNameOf(role.arn ?? ""),
        "permissions-boundary": `arn:${parseArn(role.arn ?? "").partition}:iam::${account.id}:policy/${name}`,
      }),
    );
  const addTo = drafts.of(`boundary ${policy.name} of ${role.arn}`, () =>
    isOwnedByAws(policy.name)
      ? new Draft(policy, (document = {}) => create(document))
      : new Draft(policy, (document = {}) => newVersion(pipeline, policy.name, document)),
  );
  return correct(examination, { needs, drafts: [addTo], addTo });
}

type Kind = "stream" | "consumer" | "key" | "destinationKey";

const NEEDS = {
  stream: streamNeeds,
  consumer: consumerNeeds,
  key: keyNeeds,
  destinationKey: destinationKeyNeeds,
} as const;

const policyOn = (
  { examination: { streamPolicy, consumerPolicy, keyPolicy, destination } }: Repair,
  kind: Kind,
): Fact<Policy> | undefined =>
  ({
    stream: streamPolicy,
    consumer: consumerPolicy,
    key: keyPolicy,
    destinationKey: valueOf(destination?.settings)?.encryption?.keyPolicy,
  })[kind];

/** Allows the role in the policy of the stream, of its registered consumer or of its key. */
export function allowOn(repair: Repair, kind: Kind): Corrected {
  const needs = NEEDS[kind](repair.examination);
  return allowOnResource(repair, kind, valueOf(policyOn(repair, kind)), needs);
}

/** @param policy as AWS holds it now; undefined if there is none */
export function allowOnResource(
  repair: Repair,
  kind: Kind,
  policy: Policy | undefined,
  needs: readonly Need[],
): Corrected {
  const { examination, drafts } = repair;
  const { region, role } = examination.pipeline;
  const [{ resource } = { resource: "" }] = needs;
  const owner = ownerOf(examination.pipeline, resource);
  const isKey = kind === "key" || kind === "destinationKey";
  const addTo = drafts.of(resource, () => {
    const current = policy ?? { name: `the policy of ${resource}`, statements: [] };
    return new Draft(revived(repair, current, needs), (document = {}) =>
      isKey
        ? aws(owner, region, "kms put-key-policy", {
            "key-id": resource,
            "policy-name": "default",
            policy: document,
          })
        : aws(owner, region, "kinesis put-resource-policy", {
            "resource-arn": resource,
            policy: document,
          }),
    );
  });
  const { says } = correct(examination, {
    needs,
    drafts: [addTo],
    addTo,
    principal: role.arn,
    ...(isKey && { resource: "*" }),
  });
  return { steps: [addTo], says };
}

/**
 * AWS refuses a policy that names a deleted principal. A statement that allows nothing but what the
 * role needs was its own, from before it was created again.
 */
function revived({ examination }: Repair, policy: Policy, needs: readonly Need[]): Policy {
  const dead = deadPrincipals(examination, policy);
  const actions = needs.map(({ action }) => action.toLowerCase());
  const statements = policy.statements.flatMap((statement): readonly Statement[] => {
    const named = awsPrincipals(statement);
    if (typeof statement.Principal !== "object" || !named.some((one) => dead.includes(one))) {
      return [statement];
    }
    const isOwn =
      statement.NotAction === undefined &&
      listOf(statement.Action).every((action) => actions.includes(action.toLowerCase()));
    const living = named.filter((one) => !dead.includes(one));
    const AWS = isOwn ? [...living, examination.pipeline.role.arn ?? ""] : living;
    const { AWS: _dead, ...others } = statement.Principal;
    const Principal = AWS.length > 0 ? { ...others, AWS: [...new Set(AWS)] } : others;
    return Object.keys(Principal).length > 0 ? [{ ...statement, Principal }] : [];
  });
  return { ...policy, statements };
}

/** Puts each policy that names the role again, after the role has been created again. */
export function allowAgain(repair: Repair): Corrected {
  const kinds: readonly Kind[] = ["stream", "consumer", "key", ...orphaned(repair)];
  const all = [...new Set(kinds)]
    .filter((kind) => NEEDS[kind](repair.examination).length > 0)
    .map((kind) => ({ kind, fact: policyOn(repair, kind) }));
  const put = all.flatMap(({ kind, fact }) =>
    fact === undefined || fact.state === "unknown" ? [] : [allowOn(repair, kind)],
  );
  return {
    steps: put.flatMap(({ steps }) => steps).map((draft) => draft.forNewRole()),
    says: [
      ...put.flatMap(({ says }) => says),
      ...all.flatMap(({ kind, fact }) =>
        fact?.state === "unknown"
          ? [`the ${kind}'s policy names the role too, and could not be read: ${fact.why}`]
          : [],
      ),
    ],
  };
}

/** Policies that name a deleted principal instead of the role. */
export const orphaned = (repair: Repair): Kind[] =>
  (["stream", "consumer", "key", "destinationKey"] as const).filter((kind) => {
    const policy = valueOf(policyOn(repair, kind));
    return policy !== undefined && deadPrincipals(repair.examination, policy).length > 0;
  });

/** A recipe for policies in the stream's account. */
export const inStreamAccount = (
  { examination: { pipeline } }: Repair,
  what: string,
  { says, steps }: Corrected,
): Recipe => ({
  says: sentences(`${what} (account ${pipeline.stream.account.id})`, ...says),
  steps,
});

/** A recipe for what a check found missing in the role's own policies. */
export function allowThrough(repair: Repair, id: (typeof IDENTITY_NEEDS)[number]["id"]): Recipe {
  const needs = IDENTITY_NEEDS.filter((one) => one.id === id).flatMap((one) =>
    ("allows" in one ? one.allows : one.needs)(repair.examination),
  );
  const { account } = repair.examination.pipeline.function;
  const { says, steps } = allowRole(repair, needs);
  return { says: sentences(`let the role do it (account ${account.id})`, ...says), steps };
}
