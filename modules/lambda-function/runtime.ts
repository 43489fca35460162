import { matching } from "../properties/property-types";
import type { CreatedFunctionSettings } from "./function-properties";

/** Instruction set architecture of the function. */
export enum Architecture {
  ARM_64 = "arm64",
  X86_64 = "x86_64",
}

/** An image has no default, since with a wrong architecture it would fail only when invoked. */
export function architecturesOf({
  code,
  architecture,
}: CreatedFunctionSettings): string[] | undefined {
  return code.isImage && architecture === undefined
    ? undefined
    : [architecture ?? Architecture.ARM_64];
}

/** Lambda creates no functions with these. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RETIRED_RUNTIME =
  /^(nodejs([468]\.10|4\.3(-edge)?|1[02468]\.x|20\.x)?|python(2\.7|3\.[6-9])|ruby(2\.[57]|3\.2)|java8|go1\.x|dotnet(core[123]\.[01]|[567](\.0)?)|provided(\.al2)?)$/;

export const functionRuntime = matching(
  "^[a-z]+[a-z0-9.-]+$",
  "a runtime identifier such as nodejs22.x",
  (value) =>
    RETIRED_RUNTIME.test(value)
      ? {
          rule: "must be a runtime that Lambda still creates functions with",
          fix: "omit it for nodejs22.x, or see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
        }
      : undefined,
);
