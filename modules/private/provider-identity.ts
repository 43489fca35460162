import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Token } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { Checks, isLiteral } from "./checks";
import { otherStack } from "./errors";

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

/** A reference to an element of another stack would name one that this stack does not declare. */
export function checkStack(
  checks: Checks,
  scope: Construct,
  property: "provider" | "stream",
  passed: IConstruct | undefined,
): void {
  if (!passed) {
    return;
  }
  const stack = TerraformStack.of(scope);
  const other = TerraformStack.of(passed);
  if (stack !== other) {
    checks.refuse(otherStack(property, stack.node.id, other.node.id));
  }
}
