import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Op, Precondition, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { providerRegion } from "../accounts/aws-provider";
import { checkSameStack } from "../accounts/same-stack";
import { arnPart } from "../policies/arns";
import { IProducerStream } from "../producer-stream/producer-stream-props";
import { isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { describeValue } from "../properties/problems";
import { ConsumerSettings } from "./consumer-properties";

/** The rules that span both accounts: their providers and Regions. */
export function checkAccounts(
  checks: PropertyChecks,
  scope: Construct,
  props: ConsumerSettings,
): void {
  const { provider, stream } = props;
  checkSameStack(checks, scope, "provider", provider);
  checkSameStack(checks, scope, "stream", stream);
  props.dependsOn
    ?.filter((one) => Construct.isConstruct(one))
    .forEach((one) => checkSameStack(checks, scope, "dependsOn", one));
  checkAlias(checks, props);
  const consumerRegion = providerRegion(provider);
  const region = streamRegion(stream);
  if (isLiteral(consumerRegion) && isLiteral(region) && consumerRegion !== region) {
    checks.addError(otherRegion(consumerRegion, region));
  }
  checkRegionOfArns(checks, props);
}

/** Terraform accepts one provider of an alias in a stack. */
function checkAlias(checks: PropertyChecks, { provider, stream }: ConsumerSettings): void {
  const { provider: other } = stream;
  if (
    other &&
    other !== provider &&
    other.alias === provider.alias &&
    TerraformStack.of(other) === TerraformStack.of(provider)
  ) {
    checks.addError(
      `'provider' must have another alias than the stream's provider, got ${provider.alias ?? "none"} for both; ` +
        "give each AwsProvider of a stack an alias of its own, or pass the stream's provider if both are in one account",
    );
  }
}

const otherRegion = (consumer: string, stream: string): string =>
  `'provider' must be in the stream's Region ${stream}, got ${consumer}; ` +
  "Lambda reads a stream of its own Region only: use a provider of that Region";

/** These resources must be in the function's Region, which equals the stream's. */
function checkRegionOfArns(checks: PropertyChecks, props: ConsumerSettings): void {
  const region = [providerRegion(props.provider), streamRegion(props.stream)].find(isLiteral);
  const arns = {
    environmentKmsKeyArn: props.environmentKmsKeyArn,
    logGroupKmsKeyArn: props.logGroupKmsKeyArn,
    codeSigningConfigArn: props.codeSigningConfigArn,
    "fileSystem.accessPointArn": props.fileSystem?.accessPointArn,
  };
  for (const [property, arn] of Object.entries(arns)) {
    const found = isLiteral(arn) ? arnPart(arn, "region") : "";
    if (isLiteral(region) && found !== "" && found !== region) {
      checks.addError(
        `'${property}' must be in the function's Region ${region}, got ${describeValue(arn)}; ` +
          "correct the ARN",
      );
    }
  }
}

/** Undefined if only Terraform knows the Region, for example from the environment. */
const streamRegion = (stream: IProducerStream): string | undefined =>
  isLiteral(stream.streamArn)
    ? arnPart(stream.streamArn, "region")
    : stream.provider && providerRegion(stream.provider);

/** The function's Region, which is the stream's. A token if only Terraform knows it. */
export const functionRegion = (stream: IProducerStream): string =>
  streamRegion(stream) ?? arnPart(stream.streamArn, "region");

/** Compares the Regions at apply if a provider takes its Region from the environment. */
export function regionPreconditions(
  scope: Construct,
  props: ConsumerSettings,
  lambdaFunction: LambdaFunction | undefined,
): Precondition[] {
  const { provider, stream } = props;
  if (isLiteral(providerRegion(provider)) && isLiteral(streamRegion(stream))) {
    return [];
  }
  const region = lambdaFunction
    ? arnPart(lambdaFunction.arn, "region")
    : new DataAwsRegion(scope, "region", { provider }).id;
  const expected = arnPart(stream.streamArn, "region");
  return [{ condition: Op.eq(region, expected), errorMessage: otherRegion(region, expected) }];
}

/** Without this check, the policy would attach to a role of the same name in this account. */
export function accountPreconditions(
  scope: Construct,
  { provider, existingFunction }: ConsumerSettings,
): Precondition[] {
  if (!existingFunction) {
    return [];
  }
  const { accountId } = new DataAwsCallerIdentity(scope, "account", {
    provider,
  });
  const owner = arnPart(existingFunction.roleArn, "account");
  return [
    {
      condition: Op.eq(owner, accountId),
      errorMessage:
        `'existingFunction.roleArn' must be in account ${accountId}, which owns the function, got ${owner}; ` +
        "use the credentials or the ARN of that account",
    },
  ];
}
