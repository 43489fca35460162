import { valueOf } from "../../../../pipeline/fact";
import { parsePolicy } from "../../../../pipeline/iam/document";
import { evaluate } from "../../../../pipeline/iam/evaluate";
import { grantFor, judgeNeeds } from "../../../../pipeline/access";
import { destinationNeeds, logGroupArn } from "../../../../pipeline/needs";
import { FINDINGS } from "../findings";
import { IDENTITY_NEEDS } from "../role-needs";
import { finding, fromFact, ok, undecided, type Check } from "../verdict";

const trustCheck: Check = {
  title: "role",
  about: "role",
  run: (examination) =>
    fromFact(
      examination.role,
      ({ Arn: resource = "", AssumeRolePolicyDocument: text = "{}" }) => {
        const { outcome, why } = evaluate([parsePolicy("the trust policy", text)], {
          caller: { service: "lambda.amazonaws.com" },
          action: "sts:AssumeRole",
          resource,
          context: {},
        });
        if (outcome === "cannot tell") {
          return undecided(`${why}: cannot tell, use --probe`);
        }
        return outcome === "allowed"
          ? ok(`${resource}, which Lambda may assume`)
          : finding("role-trust-denies", why);
      },
      () => finding("role-missing", `${examination.pipeline.role.arn} was not found`),
    ),
};

const identityChecks = IDENTITY_NEEDS.map(({ title, id, on, needs: needsOf }): Check => ({
  title,
  about: { from: "role", to: on },
  ...(FINDINGS[id].severity === "warning" && { isAside: true }),
  run: (examination) => {
    const needs = needsOf(examination);
    return needs.length === 0
      ? undefined
      : fromFact(examination.identityPolicies, (policies) => {
          const { outcome, why, deny, needs: lacking } = judgeNeeds(examination, policies, needs);
          const actions = lacking.map(({ action }) => action);
          if (outcome === "cannot tell") {
            return undecided(`${why}: cannot tell, use --probe`);
          }
          if (outcome === "denied" && !deny && grantFor(examination, lacking) === "yes") {
            return ok(`a grant on the key allows ${actions.join(", ")}`);
          }
          return outcome === "allowed"
            ? ok(`allows ${actions.join(", ")}`)
            : finding(id, `${why} (${actions.join(", ")})`);
        });
  },
}));

const boundaryCheck: Check = {
  title: "role: boundary",
  about: "role",
  run: (examination) => {
    const needs = IDENTITY_NEEDS.flatMap(({ needs: needsOf }) => needsOf(examination));
    return fromFact(examination.boundary, (policy) => {
      const { outcome, why, needs: lacking } = judgeNeeds(examination, [policy], needs);
      const actions = [...new Set(lacking.map(({ action }) => action))];
      if (outcome === "cannot tell") {
        return undecided(`${why}: cannot tell, use --probe`);
      }
      return outcome === "allowed"
        ? ok(`${policy.name} allows what is needed`)
        : finding("boundary-denies", `${why} (${actions.join(", ")})`);
    });
  },
};

/** The destination itself, and whether its own policy refuses the role. */
const destinationCheck: Check = {
  title: "on-failure destination",
  about: "destination",
  isAside: true,
  run: (examination) => {
    const { destination } = examination;
    const { arn: resource = "" } = destination ?? {};
    return fromFact(
      destination?.settings,
      ({ policy }) => {
        const judgement =
          policy && judgeNeeds(examination, [policy], destinationNeeds(examination));
        if (judgement?.outcome === "denied" && judgement.deny) {
          return finding("destination-policy-denies", judgement.why);
        }
        return judgement?.mayDeny
          ? undecided(`${judgement.why}: cannot tell, use --probe`)
          : ok(resource);
      },
      (why) => finding("destination-missing", why),
    );
  },
};

/** Whether the destination's own key, if it has one, can be used at all. */
const destinationKeyCheck: Check = {
  title: "destination's encryption",
  about: "destinationKey",
  isAside: true,
  run: ({ destination }) => {
    const { encryption, kmsKeyId = "" } = valueOf(destination?.settings) ?? {};
    return fromFact(
      encryption?.key,
      ({ Arn: arn = kmsKeyId, KeyState: state }) =>
        state === "Enabled"
          ? ok(`key ${arn}, Enabled`)
          : finding("destination-key-disabled", `the state of ${arn} is ${state}`),
      (why) => finding("destination-key-missing", `${kmsKeyId}: ${why}`),
    );
  },
};

const logGroupCheck: Check = {
  title: "log group",
  about: "logGroup",
  isAside: true,
  run: (examination) => {
    const { logGroup, identityPolicies } = examination;
    return fromFact(logGroup?.exists, (exists) => {
      const name = logGroup?.name ?? "";
      const create = [{ action: "logs:CreateLogGroup", resource: logGroupArn(examination) }];
      const policies = valueOf(identityPolicies) ?? [];
      if (exists || judgeNeeds(examination, policies, create).outcome !== "denied") {
        return ok(exists ? name : `${name} will be created with the first line`);
      }
      return finding("log-group-missing", `${name} was not found`);
    });
  },
};

export const ROLE_CHECKS: readonly Check[] = [trustCheck, ...identityChecks, boundaryCheck];
export const OUTPUT_CHECKS: readonly Check[] = [
  destinationCheck,
  destinationKeyCheck,
  logGroupCheck,
];
