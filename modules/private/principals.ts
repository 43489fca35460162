import { federatedPrincipal, servicePrincipal, wildcardPrincipal } from "./errors";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
const FEDERATED =
  /:(saml-provider|oidc-provider|federated-user)\/|^(accounts\.google\.com|graph\.facebook\.com|www\.amazon\.com)$/;

/** Also of a partly known one: Kinesis knows no such principals; said by name, since IAM knows them elsewhere. */
export function principalRefusal(principal: string): string | undefined {
  if (principal.includes("*")) {
    return wildcardPrincipal(principal);
  }
  if (/\.amazonaws\.com(\.cn)?$/.test(principal)) {
    return principal.startsWith("cognito-identity.")
      ? federatedPrincipal(principal)
      : servicePrincipal(principal);
  }
  if (FEDERATED.test(principal)) {
    return federatedPrincipal(principal);
  }
  return undefined;
}
