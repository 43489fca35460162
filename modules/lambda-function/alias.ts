import { DataAwsLambdaFunction } from "@cdktf/provider-aws/lib/data-aws-lambda-function";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Fn, Op, propertyAccess, TerraformProvider, TerraformSelf } from "cdktf";
import { Construct } from "constructs";
import { arnPart } from "../policies/arns";
import { asArgument, isLiteral } from "../properties/expressions";
import { matching, number, text } from "../properties/property-types";
import { object } from "../properties/property";
import { PropertyChecks } from "../properties/property-checks";
import type { FunctionSettings } from "./function-properties";

/** A second version of the function, and its share of the batches. */
export interface AdditionalVersionWeight {
  /**
   * The other version.
   *
   * @default - the version published last
   */
  readonly functionVersion?: string;
  /** Share of the batches that the other version processes. Valid range: 0 to 1. */
  readonly weight: number;
}

/**
 * An alias of the function, which the mapping invokes. Each change of the function publishes a
 * version, and the alias decides which version processes the records.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
 */
export interface FunctionAlias {
  /**
   * Name of the alias, such as `live`. Valid: 1 to 128 letters, digits, hyphens or underscores, not
   * only digits.
   */
  readonly name: string;
  /**
   * The version that the alias points to. Give a published version, such as "3", to return to it or
   * to keep it.
   *
   * @default - the version published last
   */
  readonly functionVersion?: string;
  /**
   * A second version, which processes a share of the batches. Lambda chooses the version of each
   * batch at random; records of a shard stay in order.
   *
   * @default - every batch is processed by one version
   */
  readonly additionalVersionWeight?: AdditionalVersionWeight;
}

const ALIAS_NAME = "^[a-zA-Z0-9_-]{1,128}$";
const ONLY_DIGITS = "^[0-9]+$";

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html */
const aliasName = text(
  "1 to 128 letters, digits, hyphens or underscores, not only digits",
  (value) => new RegExp(ALIAS_NAME).test(value) && !new RegExp(ONLY_DIGITS).test(value),
  (value) =>
    Op.and(
      Fn.can(Fn.regex(ALIAS_NAME, asArgument(value))),
      Op.not(Fn.can(Fn.regex(ONLY_DIGITS, asArgument(value)))),
    ),
  { type: "string", pattern: ALIAS_NAME },
);

const functionVersion = matching("^[1-9][0-9]*$", 'a published version such as "3"');
const publishedLast = "omit it for the version published last";

export const functionAlias = object<FunctionAlias>({
  name: { type: aliasName, required: true, fix: "rename the alias" },
  functionVersion: { type: functionVersion, fix: publishedLast },
  additionalVersionWeight: {
    type: object<AdditionalVersionWeight>({
      functionVersion: { type: functionVersion, fix: publishedLast },
      weight: { type: number(0, 1), required: true, fix: "give 0.1 for a tenth of the batches" },
    }),
    fix: "omit it to have one version process every batch",
  },
});

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
  { provider, alias }: FunctionSettings,
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

/** The settings of a function that publishing copies to a version, as one text. */
const versionedSettings = (attribute: (name: string) => unknown): string =>
  Fn.jsonencode([
    attribute("code_sha256"),
    attribute("memory_size"),
    attribute("timeout"),
    // Attributes without a value are null in the resource or the data source, and empty in the other.
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
