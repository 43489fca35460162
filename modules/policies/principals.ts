import { ACCOUNT, PARTITION } from "../properties/formats";
import { matching } from "../properties/kinds";

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
  (value, property) => unsupportedPrincipal(value, property),
);

/** Rejects principal types that Kinesis does not support, even when part of the value is a token. */
function unsupportedPrincipal(value: string, property: string): string | undefined {
  const got = JSON.stringify(value);
  const mustBeKnown = `'${property}' must be an AWS account, role or user, got the`;
  if (value.includes("*")) {
    return `'${property}' must name one principal, got ${got}; a Kinesis resource policy takes no wildcard: grant each role, user or account by its ARN`;
  }
  if (FEDERATED.test(value)) {
    return `${mustBeKnown} federated principal ${got}; Kinesis takes no federated principals: grant the role that the identity assumes`;
  }
  if (SERVICE.test(value)) {
    return `${mustBeKnown} service principal ${got}; Kinesis takes no service principals: grant the role that the service assumes`;
  }
  return undefined;
}
