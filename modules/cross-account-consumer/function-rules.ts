import { isLiteral } from "../properties/expressions";
import { isGiven } from "../../pipeline/values";
import { PropertyChecks } from "../properties/property-checks";
import { describeValue } from "../properties/problems";
import { ConsumerSettings, createsFunction } from "./consumer-properties";
import { CrossAccountConsumerProps } from "./cross-account-consumer-props";
import { FUNCTION_PROPERTIES } from "./function-properties";
import { checkCombinations } from "./function-combinations";
import { FunctionProps } from "./function-props";
import { ExistingFunction } from "./function-types";

/** The rules that span several properties of the function. */
export function checkFunction(
  checks: PropertyChecks,
  props: ConsumerSettings,
  given: CrossAccountConsumerProps,
): void {
  const { code, existingFunction } = props;
  if ((code === undefined) === (existingFunction === undefined)) {
    checks.addError(
      `exactly one of 'code' and 'existingFunction' must be given, got ${code ? "both" : "neither"}; ` +
        "give 'code' to have a function created, or 'existingFunction' to use an existing function",
    );
  }
  if (existingFunction) {
    checkExistingFunction(checks, existingFunction, given);
  } else if (props.functionName === undefined) {
    const fix = "the default is 'consumerName': give 'functionName'";
    FUNCTION_PROPERTIES.functionName.kind.read(
      props.consumerName,
      checks.report("functionName", fix),
    );
  }
  if (createsFunction(props)) {
    checkCombinations(checks, props, given);
    props.code.check(checks, props);
  }
}

function checkExistingFunction(
  checks: PropertyChecks,
  { roleName, roleArn }: ExistingFunction,
  given: CrossAccountConsumerProps,
): void {
  if (isLiteral(roleName) && isLiteral(roleArn) && !roleArn.endsWith(`/${roleName}`)) {
    checks.addError(
      `'existingFunction.roleName' must be the name at the end of 'existingFunction.roleArn' (${roleArn}), got ${describeValue(roleName)}; ` +
        "give the name and the ARN of one role",
    );
  }
  const excluded = Object.keys(FUNCTION_PROPERTIES) as (keyof FunctionProps)[];
  for (const property of excluded) {
    if (!["code", "existingFunction"].includes(property) && isGiven(given[property])) {
      checks.addError(
        `'${property}' and 'existingFunction' are mutually exclusive, got both; ` +
          `omit '${property}': an existing function keeps its own settings`,
      );
    }
  }
}
