import { ACCOUNT, PARTITION } from "../properties/formats";
import { matching } from "../properties/property-types";
import type { Problem } from "../properties/problems";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
const FEDERATED =
  /:(saml-provider|oidc-provider|federated-user)\/|^(accounts\.google\.com|graph\.facebook\.com|www\.amazon\.com|cognito-identity\.amazonaws\.com)$/;
const SERVICE = /\.amazonaws\.com(\.cn)?$/;

/**
 * A principal that a Kinesis resource policy accepts.
 * https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
 */
export const principalArn = matching(
  `^(${ACCOUNT}|${PARTITION}:iam::${ACCOUNT}:(root|(role|user)/[^* ]+))$`,
  "an account id or the ARN of an account root, role or user",
  unsupportedPrincipal,
);

/** Rejects principal types that Kinesis does not support, even when part of the value is a token. */
function unsupportedPrincipal(value: string): Omit<Problem, "property"> | undefined {
  if (value.includes("*")) {
    return {
      rule: "must name one principal",
      fix: "a Kinesis resource policy takes no wildcard: grant each role, user or account by its ARN",
    };
  }
  const unsupported = (kind: string, who: string) => ({
    rule: "must be an AWS account, role or user",
    got: `the ${kind} principal ${JSON.stringify(value)}`,
    fix: `Kinesis takes no ${kind} principals: grant the role that the ${who} assumes`,
  });
  if (FEDERATED.test(value)) {
    return unsupported("federated", "identity");
  }
  return SERVICE.test(value) ? unsupported("service", "service") : undefined;
}
