import { valueOf, type Fact } from "../../../../pipeline/fact";
import type { Policy } from "../../../../pipeline/iam/document";
import { grantFor, grantsOn, judgeNeeds } from "../../../../pipeline/access";
import {
  consumerNeeds,
  destinationKeyNeeds,
  keyNeeds,
  streamNeeds,
  type Need,
} from "../../../../pipeline/needs";
import { deadPrincipals } from "../dead-principals";
import type { Examination } from "../examine";
import { FINDINGS, type FindingId } from "../findings";
import { finding, fromFact, ok, undecided, type Check, type Verdict } from "../verdict";

type Kind = "stream" | "consumer" | "key" | "destinationKey";

interface PolicyOnResource {
  readonly fact: Fact<Policy> | undefined;
  readonly needs: readonly Need[];
}

/** Skips policies of resources that do not exist. */
function policiesOn(examination: Examination): Record<Kind, PolicyOnResource> {
  const { pipeline, consumer, streamPolicy, consumerPolicy, keyPolicy, destination } = examination;
  const isGone = pipeline.stream.summary.state === "missing";
  const isConsumerGone = consumer?.state === "missing";
  return {
    stream: { fact: isGone ? undefined : streamPolicy, needs: streamNeeds(examination) },
    consumer: {
      fact: isGone || isConsumerGone ? undefined : consumerPolicy,
      needs: consumerNeeds(examination),
    },
    // Nothing is needed on a key that does not exist.
    key: { fact: keyPolicy, needs: keyNeeds(examination) },
    destinationKey: {
      fact: valueOf(destination?.settings)?.encryption?.keyPolicy,
      needs: destinationKeyNeeds(examination),
    },
  };
}

/** Whether a policy refuses the role and names a deleted principal, which must be the reason. */
function isOrphaned(examination: Examination, { fact, needs }: PolicyOnResource): boolean {
  const policy = valueOf(fact);
  return (
    policy !== undefined &&
    deadPrincipals(examination, policy).length > 0 &&
    judgeNeeds(examination, [policy], needs).outcome === "denied"
  );
}

const hasRole = ({ pipeline, role }: Examination): boolean =>
  pipeline.role.arn !== undefined && role?.state !== "missing";

const deletedPrincipalCheck: Check = {
  title: "principals",
  run: (examination) => {
    if (!hasRole(examination)) {
      return undefined;
    }
    const orphaned = Object.values(policiesOn(examination)).filter((one) =>
      isOrphaned(examination, one),
    );
    const policies = orphaned.flatMap(({ fact }) => valueOf(fact) ?? []);
    const ids = policies.flatMap((policy) => deadPrincipals(examination, policy));
    const names = policies.map(({ name }) => name).join(", ");
    return policies.length === 0
      ? undefined
      : finding(
          "policy-principal-deleted",
          `${names}: ${[...new Set(ids)].join(", ")} is the unique id of a role or user that no longer exists`,
        );
  },
};

/** Checks that one resource policy allows the role. */
function policyCheck(
  title: string,
  kind: Kind,
  ids: { readonly missing?: FindingId; readonly denies: FindingId },
): Check {
  const isKey = kind === "key" || kind === "destinationKey";
  return {
    title,
    about: { from: "role", to: kind },
    ...(FINDINGS[ids.denies].severity === "warning" && { isAside: true }),
    run: (examination) => {
      const { pipeline } = examination;
      const policy = policiesOn(examination)[kind];
      const { fact, needs } = policy;
      if (!hasRole(examination) || needs.length === 0 || isOrphaned(examination, policy)) {
        return undefined;
      }
      // Within one account the role's own policies are enough for a stream, but not for a key.
      const isEnough = !isKey && pipeline.stream.account.id === pipeline.function.account.id;
      return fromFact(
        fact,
        (found): Verdict => {
          const { outcome, why, deny, needs: lacking } = judgeNeeds(examination, [found], needs);
          if (outcome === "cannot tell") {
            return undecided(`${why}: cannot tell, use --probe`);
          }
          if (outcome === "allowed") {
            return ok(`allows ${pipeline.role.arn}`);
          }
          if (isEnough && !deny) {
            return ok("has no statement for the role (not required within one account)");
          }
          const refused = lacking.map(({ action }) => action);
          const [need] = lacking;
          const grants = isKey && need ? grantsOn(examination, need) : undefined;
          if (!deny && grants?.state === "unknown") {
            return undecided(`${why}, but a grant may: ${grants.why}`);
          }
          if (isKey && !deny && grantFor(examination, lacking) !== "no") {
            return grantFor(examination, lacking) === "yes"
              ? ok(`a grant allows ${refused.join(", ")} to ${pipeline.role.arn}`)
              : undecided(`${why}, but a grant may, by a constraint that is not known here`);
          }
          return finding(ids.denies, `${why} (${refused.join(", ")})`);
        },
        (why) => {
          if (isEnough) {
            return ok("none (not required within one account)");
          }
          // Every key has a policy: an answer that there is none tells nothing.
          return ids.missing ? finding(ids.missing, why) : undecided(why);
        },
      );
    },
  };
}

export const RESOURCE_POLICY_CHECKS: readonly Check[] = [
  deletedPrincipalCheck,
  policyCheck("stream's policy", "stream", {
    missing: "stream-policy-missing",
    denies: "stream-policy-denies",
  }),
  policyCheck("consumer's policy", "consumer", {
    missing: "consumer-policy-missing",
    denies: "consumer-policy-denies",
  }),
  policyCheck("key's policy", "key", { denies: "key-policy-denies" }),
  policyCheck("destination's key", "destinationKey", { denies: "destination-key-denies" }),
];
