import { Fn, Op, Token } from "cdktf";
import { asArgument, isLiteral, textOf } from "../properties/expressions";
import { isGiven } from "../../pipeline/values";
import { PropertyChecks } from "../properties/property-checks";
import { ConsumerSettings, FunctionSettings } from "./consumer-properties";
import { CrossAccountConsumerProps } from "./cross-account-consumer-props";
import { checkAliasVersions } from "./function-alias";
import { FunctionProps } from "./function-props";
import { LogFormat } from "./function-types";

/** Combinations of the function's settings that AWS refuses, with AWS's reason. */
export function checkCombinations(
  checks: PropertyChecks,
  props: FunctionSettings,
  given: CrossAccountConsumerProps,
): void {
  checkImage(checks, props, given);
  checkFileSystem(checks, props);
  checkEnvironmentKey(checks, props);
  checkSnapStart(checks, props);
  checkAliasVersions(checks, props.alias);
  checkLogging(checks, props, given);
}

const NOT_FOR_IMAGES: readonly (readonly [property: keyof FunctionProps, reason: string])[] = [
  ["handler", "the image decides it"],
  ["runtime", "the image decides it"],
  ["layers", "the image decides it"],
  ["codeSigningConfigArn", "Lambda verifies signatures of zip files only"],
  ["snapStart", "Lambda takes no snapshots of container images"],
];

function checkImage(
  checks: PropertyChecks,
  { code, imageConfig }: FunctionSettings,
  given: CrossAccountConsumerProps,
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

function checkFileSystem(checks: PropertyChecks, { fileSystem, vpc }: ConsumerSettings): void {
  if (fileSystem && !vpc) {
    checks.addError(
      "'fileSystem' requires 'vpc', got a file system without one; " +
        "Lambda mounts a file system through the VPC of its mount targets: give 'vpc', or omit 'fileSystem'",
    );
  }
}

function checkEnvironmentKey(
  checks: PropertyChecks,
  { environment, environmentKmsKeyArn: key, snapStart }: ConsumerSettings,
): void {
  const isEmpty =
    environment === undefined ||
    (!Token.isUnresolved(environment) && Object.keys(environment).length === 0);
  if (key !== undefined && isEmpty && !snapStart) {
    checks.addError(
      "'environmentKmsKeyArn' requires 'environment', got a key without variables; " +
        "Lambda does not keep a key that encrypts nothing, so that every plan would add it again: omit 'environmentKmsKeyArn'",
    );
  }
}

const HAS_SNAP_START =
  "^(java(1[1-9]|[2-9][0-9])|python3[.](1[2-9]|[2-9][0-9])|dotnet([89]|[1-9][0-9]))$";
const SNAP_START_STORAGE_MB = 512;

/** https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html */
function checkSnapStart(checks: PropertyChecks, props: FunctionSettings): void {
  const { snapStart, alias, code, runtime, fileSystem, ephemeralStorageMb: storage } = props;
  if (!snapStart) {
    return;
  }
  if (!alias) {
    checks.addError(
      "'snapStart' requires 'alias', got SnapStart without one; " +
        "Lambda takes snapshots of published versions only, and the mapping invokes one through an alias: give 'alias', or omit 'snapStart'",
    );
  }
  const noSnapStart =
    `'runtime' must be a runtime with SnapStart (Java 11, Python 3.12, .NET 8 or newer), got ${runtime}; ` +
    "choose such a runtime, or omit 'snapStart'";
  const hasSnapStart = isLiteral(runtime)
    ? code.isImage || new RegExp(HAS_SNAP_START).test(runtime)
    : Fn.can(Fn.regex(HAS_SNAP_START, asArgument(runtime)));
  checks.checkRule(hasSnapStart, noSnapStart);
  if (fileSystem) {
    checks.addError(
      "'snapStart' and 'fileSystem' are mutually exclusive, got both; " +
        "a snapshot holds no mounted file system: omit one of them",
    );
  }
  if (storage !== undefined) {
    checks.checkRule(
      isLiteral(storage)
        ? storage <= SNAP_START_STORAGE_MB
        : Op.gte(SNAP_START_STORAGE_MB, storage),
      `'snapStart' and 'ephemeralStorageMb' are mutually exclusive, got ${textOf(storage)}; ` +
        `a snapshot holds at most ${SNAP_START_STORAGE_MB} MB of /tmp: give ${SNAP_START_STORAGE_MB}, or omit 'snapStart'`,
    );
  }
}

function checkLogging(
  checks: PropertyChecks,
  { logFormat, existingLogGroupName }: ConsumerSettings,
  given: CrossAccountConsumerProps,
): void {
  for (const level of ["applicationLogLevel", "systemLogLevel"] as const) {
    if (isGiven(given[level])) {
      checks.checkRule(
        isLiteral(logFormat) ? logFormat !== LogFormat.TEXT : Op.eq(logFormat, LogFormat.JSON),
        `'${level}' requires 'logFormat', got ${logFormat}; ` +
          `Lambda filters messages by level in JSON only: set 'logFormat' to JSON, or omit '${level}'`,
      );
    }
  }
  for (const property of ["logRetentionDays", "logGroupKmsKeyArn"] as const) {
    if (existingLogGroupName !== undefined && isGiven(given[property])) {
      checks.addError(
        `'${property}' and 'existingLogGroupName' are mutually exclusive, got both; ` +
          `omit '${property}': an existing log group keeps its own settings`,
      );
    }
  }
}
