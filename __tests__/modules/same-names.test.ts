import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, TerraformVariable } from "cdktf";
import { type CrossAccountConsumerProps } from "../../modules";
import { aConsumer, aStream, Providers, refusalOfApp, REGION } from "../helpers/synthesize";

type ProviderSettings = Partial<ConstructorParameters<typeof AwsProvider>[2]>;

/** Two consumers of a stream, each with its own provider. */
const twoProviders =
  (settings: readonly ProviderSettings[], props: Partial<CrossAccountConsumerProps>) =>
  (stack: TerraformStack, providers: Providers): void => {
    const stream = aStream(stack, providers);
    settings.forEach((one, index) => {
      const alias = `account-${index}`;
      aConsumer(
        stack,
        providers,
        {
          stream,
          provider: new AwsProvider(stack, alias, { alias, region: REGION, ...one }),
          consumerName: `reader-${index}`,
          ...props,
        },
        `consumer-${index}`,
      );
    });
  };

const AT = "at stack/consumer-0 and stack/consumer-1; rename all but one";
const DUPLICATE_ROLE = `'roleName' must be unique in an account, got "r" ${AT}`;
const ACCOUNT = "222222222222";
const roleOf = (account: string) => [{ roleArn: `arn:aws:iam::${account}:role/deployer` }];

describe("names that AWS compares within an account", () => {
  it.each<[string, ProviderSettings]>([
    ["the same allowed account", { allowedAccountIds: [ACCOUNT] }],
    ["a role of the same account", { assumeRole: roleOf(ACCOUNT) }],
    ["the same profile", { profile: "analytics" }],
  ])("fail when consumers whose providers have %s use the same role name", (_what, settings) => {
    const refusal = refusalOfApp(twoProviders([settings, settings], { roleName: "r" }));
    expect(refusal).toContain(DUPLICATE_ROLE);
    expect(refusal.match(/must be/g)).toHaveLength(1);
  });

  it.each<[string, ProviderSettings, ProviderSettings]>([
    [
      "accounts",
      { allowedAccountIds: [ACCOUNT], profile: "p" },
      { allowedAccountIds: ["333333333333"], profile: "p" },
    ],
    ["assumed roles", { assumeRole: roleOf(ACCOUNT) }, { assumeRole: roleOf("333333333333") }],
    ["profiles", { profile: "a" }, { profile: "b" }],
    ["unknown accounts", {}, {}],
  ])("may be the same for two providers with different %s", (_what, one, two) => {
    expect(refusalOfApp(twoProviders([one, two], { roleName: "r", functionName: "f" }))).toBe("");
  });

  it("fail for roles, but not for functions, of an account in two Regions", () => {
    const refusal = refusalOfApp((stack, providers) => {
      for (const [index, region] of ["eu-west-1", "eu-west-2"].entries()) {
        const provider = (account: string) =>
          new AwsProvider(stack, `${account}-${region}`, {
            alias: `${account}-${region}`,
            region,
            allowedAccountIds: [account],
          });
        const stream = aStream(
          stack,
          providers,
          { provider: provider("111111111111") },
          `stream-${index}`,
        );
        aConsumer(
          stack,
          providers,
          { stream, provider: provider(ACCOUNT), functionName: "r" },
          `consumer-${index}`,
        );
      }
    });
    expect(refusal).toContain(DUPLICATE_ROLE);
    expect(refusal.match(/must be/g)).toHaveLength(1);
  });

  it("fail when the same token is the name of two roles", () => {
    const refusal = refusalOfApp((stack, providers) => {
      const stream = aStream(stack, providers);
      const variable = new TerraformVariable(stack, "given", {});
      for (const index of [0, 1]) {
        aConsumer(
          stack,
          providers,
          { stream, consumerName: `reader-${index}`, roleName: variable.stringValue },
          `consumer-${index}`,
        );
      }
    });
    expect(refusal).toContain(`'roleName' must be unique in an account, got "\${var.given}" ${AT}`);
  });

  it("fail when two streams have the same name", () => {
    const refusal = refusalOfApp((stack, providers) => {
      aStream(stack, providers, {}, "one");
      aStream(stack, providers, {}, "two");
    });
    expect(refusal).toContain(
      `'streamName' must be unique in an account and Region, got "kds-cross-account-stream" at stack/one and stack/two; rename all but one`,
    );
    expect(refusal.match(/must be/g)).toHaveLength(1);
  });

  it("fail when the keys of two streams would have the same alias", () => {
    const refusal = refusalOfApp((stack, providers) => {
      aStream(stack, providers, { streamName: "a.b" }, "one");
      aStream(stack, providers, { streamName: "a-b" }, "two");
    });
    expect(refusal).toContain(
      `the alias of a stream's key must be unique in an account and Region, got "alias/a-b" at stack/one and stack/two; an alias takes no dots, so it has hyphens where the stream's name has dots: rename all but one stream, or give all but one a 'keyAliasName' or a 'kmsKeyArn'`,
    );
  });

  it("may be the same for streams in two accounts", () => {
    const refusal = refusalOfApp((stack, providers) => {
      aStream(stack, providers, {}, "one");
      aStream(stack, providers, { provider: providers.other }, "two");
    });
    expect(refusal).toBe("");
  });
});
