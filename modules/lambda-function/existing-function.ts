import { Fn, Token } from "cdktf";
import { arnBeside } from "../policies/arns";
import { isLiteral } from "../properties/expressions";
import { functionName, roleArn, roleName } from "../properties/formats";
import { matching } from "../properties/property-types";
import { describeValue } from "../properties/problems";
import { object } from "../properties/property";
import { PropertyChecks } from "../properties/property-checks";
import type { ConsumerFunction } from "./lambda-function";

/**
 * An existing function in the consumer's account and Region. If another CrossAccountConsumer of
 * the same stack is given, its function reads both streams. Its failure queue, if it created one,
 * receives the reports about both unless `onFailure` is given.
 */
export interface ExistingFunction {
  /**
   * Name of the function, with an alias or a version if the mapping is to invoke that
   * (`name:live`, `name:3`).
   */
  readonly functionName: string;
  /** Name of its execution role, which gets an inline policy for the stream. */
  readonly roleName: string;
  /** ARN of its execution role. */
  readonly roleArn: string;
}

/** A function, an alias or a version of it. */
export const functionReference = matching(
  "^[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9_-]{1,128})?$",
  `${functionName.rule}, which an alias or version can follow (name:live)`,
);

export const existingFunction = object<ExistingFunction>({
  functionName: {
    type: functionReference,
    required: true,
    fix: "give the function's name, not its ARN",
  },
  roleName: {
    type: roleName,
    required: true,
    fix: "give the name of the function's execution role",
  },
  roleArn: { type: roleArn, required: true, fix: "give the ARN of the function's execution role" },
});

/** Adds an error if name and ARN are of different roles. */
export function checkRoleOfFunction(
  checks: PropertyChecks,
  { roleName: name, roleArn: arn }: ExistingFunction,
): void {
  if (isLiteral(name) && isLiteral(arn) && !arn.endsWith(`/${name}`)) {
    checks.addError(
      `'existingFunction.roleName' must be the name at the end of 'existingFunction.roleArn' (${arn}), got ${describeValue(name)}; ` +
        "give the name and the ARN of one role",
    );
  }
}

/** The function's name without alias or version. */
export const unqualifiedName = ({ functionName: name }: ExistingFunction): string =>
  Token.isUnresolved(name)
    ? Token.asString(Fn.element(Fn.split(":", name), 0))
    : name.replace(/:.*/, "");

/** Composes the ARN of an existing function, which is in its role's account. */
export function referenceFunction(existing: ExistingFunction, region: string): ConsumerFunction {
  const { functionName: qualified, roleArn: role } = existing;
  const arn = arnBeside(role, "lambda", region, `function:${qualified}`);
  const name = unqualifiedName(existing);
  return {
    ...existing,
    functionName: name,
    functionArn: arn,
    invokedArn: arn,
    logGroupName: `/aws/lambda/${name}`,
  };
}
