import { TerraformVariable } from "cdktf";
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

/** Every precondition of a stack, by the resource that carries it. */
export const preconditions = (synthesized: Synthesized): Record<string, Precondition[]> =>
  Object.fromEntries(
    Object.values<Record<string, Json>>(synthesized.resources)
      .flatMap((named) => Object.entries(named))
      .filter(([, resource]) => resource.lifecycle?.precondition)
      .map(([name, { lifecycle }]) => [name.replace(/_[0-9A-F]{8}$/, ""), lifecycle.precondition]),
  );

export const between = (min: number, max: number) =>
  `\${(((${min} <= var.given) && (${max} >= var.given)) && (floor(var.given) == var.given))}`;
export const unlimitedOrBetween = (min: number, max: number) =>
  `\${((-1 == var.given) || ${between(min, max).slice(2, -1)})}`;
export const matching = (pattern: string) => `\${can(regex("${pattern}", var.given))}`;
export const oneOf = (...values: (string | number)[]) =>
  `\${contains(${JSON.stringify(values).replace(/,/g, ", ")}, var.given)}`;

export const ACCOUNT = "[0-9]{12}";
export const ANY_STREAM = `arn:aws[a-z-]*:kinesis:[a-z0-9-]+:${ACCOUNT}:stream/[a-zA-Z0-9_.-]+`;
export const NAME = "^[a-zA-Z0-9_.-]{1,128}$";
export const FUNCTION_NAME = "^[a-zA-Z0-9_-]{1,64}$";
export const ROLE_NAME = "^[a-zA-Z0-9_+=,.@-]{1,64}$";
