import { DataAwsLambdaFunction } from "@cdktf/provider-aws/lib/data-aws-lambda-function";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Fn, Op, propertyAccess, TerraformProvider, TerraformSelf } from "cdktf";
import { Construct } from "constructs";
import { arnPart } from "../policies/arns";
import { isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { ConsumerSettings } from "./consumer-properties";
import { FunctionAlias } from "./function-types";

const twoVersions = (version: string): string =>
  `'alias.additionalVersionWeight' must be the share of another version than the alias points to, got ${version} for both; ` +
  "Lambda splits invocations between two published versions: give 'alias.functionVersion' the version that processes the other batches, or omit the weight";

/** Adds an error if an alias splits the batches between one version and itself. */
export function checkAliasVersions(checks: PropertyChecks, alias: FunctionAlias | undefined): void {
  const { functionVersion: first, additionalVersionWeight: weight } = alias ?? {};
  if (!weight) {
    return;
  }
  const second = weight.functionVersion;
  if (first === second) {
    checks.addError(twoVersions(first ?? "the version published last"));
  }
}

/** Creates the alias that the mapping invokes. */
export function createAlias(
  scope: Construct,
  { provider, alias }: ConsumerSettings,
  lambdaFunction: LambdaFunction,
): LambdaAlias | undefined {
  if (!alias) {
    return undefined;
  }
  const { name, functionVersion = lambdaFunction.version, additionalVersionWeight } = alias;
  if (alias.functionVersion === undefined) {
    checkPublishedVersion(scope, provider, lambdaFunction, name);
  }
  const second = additionalVersionWeight?.functionVersion ?? lambdaFunction.version;
  const areKnown = isLiteral(functionVersion) && isLiteral(second);
  const precondition = {
    condition: Op.neq(functionVersion, second),
    errorMessage: twoVersions(functionVersion),
  };
  return new LambdaAlias(scope, "alias", {
    provider,
    name,
    functionName: lambdaFunction.functionName,
    functionVersion,
    routingConfig: additionalVersionWeight && {
      additionalVersionWeights: { [second]: additionalVersionWeight.weight },
    },
    // The mapping invokes another alias, or none, before this one is destroyed.
    lifecycle: {
      createBeforeDestroy: true,
      ...(additionalVersionWeight && !areKnown && { precondition: [precondition] }),
    },
  });
}

/** The settings of a function that a version has copied, as one text. */
const versionedSettings = (attribute: (name: string) => unknown): string =>
  Fn.jsonencode([
    attribute("code_sha256"),
    attribute("memory_size"),
    attribute("timeout"),
    // What a function does not have is null in the one and empty in the other.
    ...["description", "handler", "runtime"].map((name) => Fn.coalesce([attribute(name), "-"])),
    Fn.try([Fn.join(",", attribute("layers") as string[]), ""]),
    Fn.try([propertyAccess(attribute("environment"), [0, "variables"]), {}]),
  ]);

/**
 * Fails the plan if the version published last is older than the function. This remains after
 * PublishVersion has failed: AWS provider publishes only when it changes the function, so that
 * further applies would succeed while the alias still invokes the old code.
 */
function checkPublishedVersion(
  scope: Construct,
  provider: TerraformProvider,
  lambdaFunction: LambdaFunction,
  alias: string,
): void {
  const { functionName, version, arn } = lambdaFunction;
  new DataAwsLambdaFunction(scope, "published-version", {
    provider,
    functionName,
    qualifier: version,
    lifecycle: {
      postcondition: [
        {
          condition: Op.eq(
            versionedSettings((name) => TerraformSelf.getAny(name)),
            versionedSettings((name) => lambdaFunction.interpolationForAttribute(name)),
          ),
          errorMessage:
            `version ${version} of function ${functionName} has other code or settings than the function, and alias ${alias} still invokes it: ` +
            "publishing a version failed in an earlier apply. " +
            `Publish it in account ${arnPart(arn, "account")}, then apply again:` +
            // Terraform does not wrap lines that start with a space.
            `\n\n  aws lambda publish-version --function-name ${functionName} --region ${arnPart(arn, "region")}`,
        },
      ],
    },
  });
}
