import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";

/** The provider as bindings of another version would create it. */
export const withVersion = (provider: AwsProvider, providerVersion: string): AwsProvider =>
  Object.defineProperty(provider, "terraformGeneratorMetadata", {
    value: { providerName: "aws", providerVersion },
  });
