import { TerraformOutput, TerraformVariable } from "cdktf";
import type { PropertyType } from "../../modules/properties/property-types";
import { fixOf, type Property } from "../../modules/properties/property";
import { aStream, type Json, Synthesized, synthesize } from "./synthesize";

export interface Tokens {
  readonly text: string;
  readonly number: number;
  readonly list: string[];
}

export interface Precondition {
  readonly condition: string;
  readonly error_message: string;
}

export type Props = Record<string, unknown>;

export const withTokens = (
  build: (tokens: Tokens, ...rest: Parameters<typeof aStream>) => void,
): Synthesized =>
  synthesize((stack, providers) => {
    const variable = new TerraformVariable(stack, "given", {});
    build(
      {
        text: variable.stringValue,
        number: variable.numberValue,
        list: variable.listValue,
      },
      stack,
      providers,
    );
  });

/** Every precondition of a stack, by the resource that has it. */
export const preconditions = (synthesized: Synthesized): Record<string, Precondition[]> =>
  Object.fromEntries(
    Object.values<Record<string, Json>>(synthesized.resources)
      .flatMap((named) => Object.entries(named))
      .filter(([, resource]) => resource.lifecycle?.precondition)
      .map(([name, { lifecycle }]) => [name.replace(/_[0-9A-F]{8}$/, ""), lifecycle.precondition]),
  );

/** The token that a property of this kind takes. */
export const tokenOf = (
  { schema = {} }: PropertyType,
  { text, number }: Tokens,
): string | number =>
  [schema, ...(schema.anyOf ?? [])].some(({ type }) => type === "integer") ? number : text;

/**
 * The precondition of a declaration for the variable "given". In __tests__/terraform/rules.test.ts,
 * Terraform evaluates the condition of every declaration.
 */
export function declaredPrecondition(
  property: string,
  kind: PropertyType,
  fix: string,
): Precondition {
  const { outputs } = withTokens((tokens, stack) => {
    const condition = kind.condition?.(tokenOf(kind, tokens));
    new TerraformOutput(stack, "condition", { value: condition });
  });
  return {
    condition: outputs.condition.value,
    error_message: `'${property}' must be ${kind.rule}, got \${var.given}; ${fix}`,
  };
}

/** The same for a property of a table. */
export const preconditionOf = (name: string, declaration: Property<unknown>): Precondition =>
  declaredPrecondition(name, declaration.type, fixOf(declaration));
