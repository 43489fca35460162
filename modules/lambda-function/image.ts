import { isGiven } from "../../pipeline/values";
import { list, nonEmptyString, string } from "../properties/property-types";
import { object } from "../properties/property";
import { PropertyChecks } from "../properties/property-checks";
import type { CreatedFunctionSettings } from "./function-properties";
import type { FunctionProps } from "./function-props";

/** Settings of a container image that replace those in its Dockerfile. */
export interface ImageConfig {
  /**
   * Arguments of the entry point (CMD).
   *
   * @default - the image's
   */
  readonly command?: string[];
  /**
   * Command that starts the container (ENTRYPOINT).
   *
   * @default - the image's
   */
  readonly entryPoint?: string[];
  /**
   * Working directory (WORKDIR).
   *
   * @default - the image's
   */
  readonly workingDirectory?: string;
}

const ofTheImage = "omit it for the image's own";

export const functionImageConfig = object<ImageConfig>({
  command: { type: list(string(), "arguments"), fix: ofTheImage },
  entryPoint: { type: list(string(), "arguments"), fix: ofTheImage },
  workingDirectory: { type: nonEmptyString(), fix: ofTheImage },
});

const NOT_FOR_IMAGES: readonly (readonly [property: keyof FunctionProps, reason: string])[] = [
  ["handler", "the image decides it"],
  ["runtime", "the image decides it"],
  ["layers", "the image decides it"],
  ["codeSigningConfigArn", "Lambda verifies signatures of zip files only"],
  ["snapStart", "Lambda takes no snapshots of container images"],
];

export function checkImage(
  checks: PropertyChecks,
  { code, imageConfig }: CreatedFunctionSettings,
  given: FunctionProps,
): void {
  for (const [property, reason] of NOT_FOR_IMAGES) {
    if (code.isImage && isGiven(given[property]) && given[property] !== false) {
      checks.addError(
        `'${property}' and 'code' are mutually exclusive, got a container image; ` +
          `omit '${property}': ${reason}`,
      );
    }
  }
  if (imageConfig && !code.isImage) {
    checks.addError(
      "'imageConfig' requires 'code', got a zip file; " +
        "give 'code' a container image (LambdaCode.fromImage), or omit 'imageConfig'",
    );
  }
}
