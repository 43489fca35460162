import { valueOf } from "../../facts";
import { parsePolicy } from "../../policies/document";
import { evaluate } from "../../policies/evaluate";
import { consumerNeeds, judgeNeeds, keyNeeds, logNeeds, streamNeeds, type Need } from "../access";
import type { Examination } from "../examine";
import type { FindingId } from "../findings";
import { finding, judge, ok, undecided, type Check } from "../verdict";

const trustCheck: Check = {
  title: "role",
  run: (examination) =>
    judge(
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
          : finding(examination, "role-trust-denies", why);
      },
      () => finding(examination, "role-missing", `${examination.pipeline.role.arn} was not found`),
    ),
};

/** Needs on a consumer or key that does not exist cannot be met by any policy of the role. */
const isThere = ({ pipeline: { stream }, consumer }: Examination): boolean =>
  stream.summary.state !== "missing" && consumer?.state !== "missing";

const destinationNeeds = ({ destination }: Examination): readonly Need[] =>
  destination?.settings.state === "missing" ? [] : (destination?.needs ?? []);

const IDENTITY_NEEDS: readonly {
  readonly title: string;
  readonly id: FindingId;
  readonly needs: (examination: Examination) => readonly Need[];
}[] = [
  { title: "role: stream", id: "role-policy-stream", needs: streamNeeds },
  { title: "role: consumer", id: "role-policy-consumer", needs: consumerNeeds },
  { title: "role: key", id: "role-policy-key", needs: keyNeeds },
  { title: "role: on-failure", id: "role-policy-destination", needs: destinationNeeds },
  { title: "role: logs", id: "role-policy-logs", needs: logNeeds },
];

const identityChecks = IDENTITY_NEEDS.map(({ title, id, needs: needsOf }): Check => ({
  title,
  run: (examination) => {
    const needs = isThere(examination) ? needsOf(examination) : [];
    return needs.length === 0
      ? undefined
      : judge(examination.identityPolicies, (policies) => {
          const { outcome, why, needs: lacking } = judgeNeeds(examination, policies, needs);
          const actions = lacking.map(({ action }) => action);
          if (outcome === "cannot tell") {
            return undecided(`${why}: cannot tell, use --probe`);
          }
          return outcome === "allowed"
            ? ok(`allows ${actions.join(", ")}`)
            : finding(examination, id, `${why} (${actions.join(", ")})`, {
                actions,
                resource: lacking[0]?.resource.replace(/:log-stream:any$/, ":*"),
              });
        });
  },
}));

const boundaryCheck: Check = {
  title: "role: boundary",
  run: (examination) => {
    const needs = IDENTITY_NEEDS.flatMap(({ needs: needsOf }) => needsOf(examination));
    return judge(examination.boundary, (policy) => {
      const { outcome, why, needs: lacking } = judgeNeeds(examination, [policy], needs);
      const actions = [...new Set(lacking.map(({ action }) => action))];
      if (outcome === "cannot tell") {
        return undecided(`${why}: cannot tell, use --probe`);
      }
      return outcome === "allowed"
        ? ok(`${policy.name} allows what is needed`)
        : finding(examination, "boundary-denies", `${why} (${actions.join(", ")})`, {
            actions,
            resource: policy.name,
          });
    });
  },
};

/** The destination itself, and whether its own policy refuses the role. */
const destinationCheck: Check = {
  title: "on-failure destination",
  run: (examination) => {
    const { destination } = examination;
    const { arn: resource = "" } = destination ?? {};
    return judge(
      destination?.settings,
      ({ policy, kmsKeyId }) => {
        if (kmsKeyId !== undefined) {
          return undecided(
            `${resource} is encrypted with ${kmsKeyId}; whether the role may use that key cannot be told here`,
          );
        }
        const judgement = policy && judgeNeeds(examination, [policy], destination?.needs ?? []);
        const actions = judgement?.needs.map(({ action }) => action);
        if (judgement?.outcome === "denied" && judgement.isExplicit) {
          return finding(examination, "destination-policy-denies", judgement.why, {
            resource,
            actions,
          });
        }
        return judgement?.outcome === "cannot tell" && judgement.why.includes(" denies ")
          ? undecided(`${judgement.why}: cannot tell, use --probe`)
          : ok(resource);
      },
      (why) => finding(examination, "destination-missing", why, { resource }),
    );
  },
};

const logGroupCheck: Check = {
  title: "log group",
  run: (examination) => {
    const { logGroup, identityPolicies } = examination;
    return judge(logGroup?.exists, (exists) => {
      const name = logGroup?.name ?? "";
      const resource = (logNeeds(examination)[0]?.resource ?? "").replace(/:log-stream:any$/, "");
      const create = [{ action: "logs:CreateLogGroup", resource }];
      const policies = valueOf(identityPolicies) ?? [];
      if (exists || judgeNeeds(examination, policies, create).outcome !== "denied") {
        return ok(exists ? name : `${name} will be created with the first line`);
      }
      return finding(examination, "log-group-missing", `${name} was not found`, { resource: name });
    });
  },
};

export const ROLE_CHECKS: readonly Check[] = [trustCheck, ...identityChecks, boundaryCheck];
export const OUTLET_CHECKS: readonly Check[] = [destinationCheck, logGroupCheck];
