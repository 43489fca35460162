import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";

/** Makes a provider look as if bindings of another version had created it. */
export const withVersion = (provider: AwsProvider, providerVersion: string): AwsProvider =>
  Object.defineProperty(provider, "terraformGeneratorMetadata", {
    value: { providerName: "aws", providerVersion },
  });
