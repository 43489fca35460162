import { TerraformProvider, Token } from "cdktf";
import { isLiteral } from "../properties/expressions";
import { instance } from "../properties/property-types";

/** The arguments of an AWS provider that are read here, whichever bindings its class is of. */
interface AwsProviderArguments {
  readonly region?: string;
  readonly profile?: string;
  readonly allowedAccountIds?: string[];
  readonly assumeRole?: readonly { readonly roleArn?: string }[] | object;
}

const argumentsOf = (provider: TerraformProvider): AwsProviderArguments =>
  provider as AwsProviderArguments;

/** Compares the provider's Terraform type, so that the provider class of other bindings is accepted. */
export const isAwsProvider = (value: unknown): value is TerraformProvider =>
  value instanceof TerraformProvider && value.terraformResourceType === "aws";

export const awsProvider = instance<TerraformProvider>("an AwsProvider", isAwsProvider);

/** Undefined if the Region comes from the environment or the profile. */
export const providerRegion = (provider: TerraformProvider): string | undefined =>
  argumentsOf(provider).region;

/**
 * Key of a provider's account: its id, the id in the role that is assumed, or the profile. Without
 * any of them, the path of the provider, so that only the same provider has the same key.
 */
export function accountKey(provider: TerraformProvider): string {
  const { allowedAccountIds, assumeRole, profile } = argumentsOf(provider);
  const [account, ...others] = isLiteral(allowedAccountIds) ? allowedAccountIds : [];
  if (isLiteral(account) && others.length === 0) {
    return account;
  }
  const roleArn =
    Array.isArray(assumeRole) && !Token.isUnresolved(assumeRole)
      ? (assumeRole as { readonly roleArn?: string }[]).at(-1)?.roleArn
      : undefined;
  if (isLiteral(roleArn)) {
    return roleArn.split(":")[4] ?? roleArn;
  }
  return isLiteral(profile) ? `profile ${profile}` : provider.node.path;
}

/** Key of a provider's account and Region. */
export function accountRegionKey(provider: TerraformProvider): string {
  const region = providerRegion(provider);
  return `${accountKey(provider)} ${isLiteral(region) ? region : provider.node.path}`;
}
