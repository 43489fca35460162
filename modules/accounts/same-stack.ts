import { TerraformStack } from "cdktf";
import { IConstruct } from "constructs";
import { PropertyChecks } from "../properties/property-checks";

const FIXES = {
  provider: (stack: string) => `create an AwsProvider for that account in stack ${stack}`,
  stream: () =>
    "create both in one stack, or use ProducerStream.fromAttributes with the stream's ARN",
  dependsOn: () => "give resources of the same stack",
  existingFunction: () =>
    "create both in one stack, or give the names of the function and its role",
};

/** Terraform cannot resolve a reference to an element of another stack. */
export function checkSameStack(
  checks: PropertyChecks,
  scope: IConstruct,
  property: keyof typeof FIXES,
  passed: IConstruct | undefined,
): void {
  if (!passed) {
    return;
  }
  const stack = TerraformStack.of(scope);
  const other = TerraformStack.of(passed);
  if (stack !== other) {
    checks.addError(
      `'${property}' must be in stack ${stack.node.id} like the construct it is passed to, got one of stack ${other.node.id}; ` +
        FIXES[property](stack.node.id),
    );
  }
}
