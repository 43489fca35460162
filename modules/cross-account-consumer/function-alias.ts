import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Op } from "cdktf";
import { Construct } from "constructs";
import { isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { mustBe } from "../properties/sentences";
import { ConsumerSettings } from "./consumer-properties";
import { FunctionAlias } from "./function-types";

const twoVersions = (version: string): string =>
  mustBe(
    "alias.additionalVersionWeight",
    "the share of another version than the alias points to",
    `${version} for both`,
    "Lambda splits invocations between two published versions: give 'alias.functionVersion' the version that processes the other batches, or omit the weight",
  );

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
  checks: PropertyChecks,
): LambdaAlias | undefined {
  if (!alias) {
    return undefined;
  }
  const { name, functionVersion = lambdaFunction.version, additionalVersionWeight } = alias;
  const second = additionalVersionWeight?.functionVersion ?? lambdaFunction.version;
  if (additionalVersionWeight && !(isLiteral(functionVersion) && isLiteral(second))) {
    checks.addPrecondition("alias", Op.neq(functionVersion, second), twoVersions(functionVersion));
  }
  return new LambdaAlias(scope, "alias", {
    provider,
    name,
    functionName: lambdaFunction.functionName,
    functionVersion,
    routingConfig: additionalVersionWeight && {
      additionalVersionWeights: { [second]: additionalVersionWeight.weight },
    },
    // The mapping invokes another alias, or none, before this one is destroyed.
    lifecycle: { createBeforeDestroy: true, ...checks.lifecycleOf("alias") },
  });
}
