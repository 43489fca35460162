import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformProvider, Token } from "cdktf";
import { isLiteral } from "../properties/expressions";
import { instance } from "../properties/kinds";

/** Compares the provider's Terraform type, so that providers of another copy of the bindings are accepted. */
export const awsProvider = instance<AwsProvider>(
  "an AwsProvider",
  (value) =>
    value instanceof TerraformProvider &&
    (value as { terraformResourceType?: string }).terraformResourceType === "aws",
);

/**
 * The same text for two providers that certainly work in the same account: by account id, by the
 * account of the assumed role, by profile, else only for the same provider.
 */
export function accountOf(provider: AwsProvider): string {
  const { allowedAccountIds, assumeRole, profile } = provider;
  const [account, ...others] = isLiteral(allowedAccountIds) ? allowedAccountIds : [];
  if (isLiteral(account) && others.length === 0) {
    return account;
  }
  const roleArn =
    Array.isArray(assumeRole) && !Token.isUnresolved(assumeRole)
      ? assumeRole.at(-1)?.roleArn
      : undefined;
  if (isLiteral(roleArn)) {
    return roleArn.split(":")[4] ?? roleArn;
  }
  return isLiteral(profile) ? `profile ${profile}` : provider.node.path;
}

/** The same text for two providers that certainly work in the same account and Region. */
export const regionOf = (provider: AwsProvider): string =>
  `${accountOf(provider)} ${isLiteral(provider.region) ? provider.region : provider.node.path}`;
