import {
  createValidatedPolicy,
  validateIdentityPolicy,
  validateResourcePolicy,
} from "@cloud-copilot/iam-policy";
import {
  anonymousPrincipal,
  runSimulation,
  type SimulationRequestPrincipal,
} from "@cloud-copilot/iam-simulate";

// Which types of resource an ARN may name depends on nothing else. Finding out is half of the work.
jest.mock("@cloud-copilot/iam-utils", () => {
  const utils = jest.requireActual<typeof import("@cloud-copilot/iam-utils")>(
    "@cloud-copilot/iam-utils",
  );
  const found = new Map<string, string[]>();
  return {
    ...utils,
    mostSpecificMatchingResourceTypePatterns: (arn: string, patterns: string[]) => {
      const key = [arn, ...patterns].join(" ");
      const types = found.get(key) ?? utils.mostSpecificMatchingResourceTypePatterns(arn, patterns);
      found.set(key, types);
      return types;
    },
  };
});

export const ANONYMOUS = "anonymous";

/** One request, with every policy that applies to it, as JSON text. */
export interface Question {
  /** ARN of a role or an account root, host name of a service, or ANONYMOUS. */
  readonly principal: string;
  readonly identityPolicy: string | undefined;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly resourcePolicy: string | undefined;
  readonly context: Readonly<Record<string, string>>;
}

/*
 * iam-simulate 0.1.173 drops the encryption context from a request, because its condition keys have
 * more colons than the keys in the reference data. Principal tags are compared in the same way
 * (StringEquals and StringLike, absent keys do not match), so each key is evaluated as a principal
 * tag.
 */
const CONTEXT_KEY = /kms:EncryptionContext:[a-zA-Z0-9:]+/g;
const standIn = (json: string): unknown =>
  JSON.parse(json.replace(CONTEXT_KEY, (key) => `aws:PrincipalTag/${key.replace(/:/g, "-")}`));

/** The policies asked about so far, so that each is read and validated once. */
const policies = { identity: new Map<string, unknown>(), resource: new Map<string, unknown>() };
const VALIDATE = { identity: validateIdentityPolicy, resource: validateResourcePolicy };

function policyOf(kind: keyof typeof policies, json: string): unknown {
  const policy = policies[kind].get(json) ?? createValidatedPolicy(standIn(json), VALIDATE[kind]);
  policies[kind].set(json, policy);
  return policy;
}

/** @throws if a policy is invalid, or a part of the request would not be evaluated */
export async function isAllowed(question: Question): Promise<boolean> {
  const { action, resource, identityPolicy, resourcePolicy } = question;
  if (/PrincipalTag/i.test(`${identityPolicy} ${resourcePolicy}`)) {
    throw new Error(
      "principal tags stand in for the encryption context, so no policy may use them",
    );
  }
  const result = await runSimulation(
    {
      request: {
        principal: callerOf(question.principal),
        action,
        resource: { resource, accountId: question.resourceAccount },
        contextVariables: standIn(JSON.stringify(question.context)) as Record<string, string>,
      },
      identityPolicies:
        identityPolicy === undefined
          ? []
          : [{ name: "identity", policy: policyOf("identity", identityPolicy) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy:
        resourcePolicy === undefined ? undefined : policyOf("resource", resourcePolicy),
    },
    {},
  );
  if (result.resultType !== "single") {
    throw new Error(`${action} on ${resource} can't be evaluated: ${JSON.stringify(result)}`);
  }
  const ignored = result.result.ignoredContextKeys ?? [];
  if (ignored.length > 0) {
    throw new Error(`${action} was evaluated without ${ignored.join(", ")}`);
  }
  return result.overallResult === "Allowed";
}

/** Lambda calls as a session of the role. */
function callerOf(principal: string): SimulationRequestPrincipal {
  return principal === ANONYMOUS
    ? anonymousPrincipal
    : principal.replace(/:iam::(\d+):role\/(?:.*\/)?(.+)$/, ":sts::$1:assumed-role/$2/session");
}
