import { Op, Token } from "cdktf";
import { arnPart } from "../policies/arns";
import { checkPartition } from "../policies/partitions";
import { isLiteral } from "../properties/expressions";
import { kmsKeyArn } from "../properties/formats";
import { PropertyChecks } from "../properties/property-checks";

interface StreamLocation {
  readonly region: string;
  /** Undefined if only Terraform knows the Region. */
  readonly partition?: string;
}

/** Checks that the keys that encrypt the stream, now and before, are in the stream's Region. */
export function checkKeys(
  checks: PropertyChecks,
  key: string | undefined,
  previous: readonly string[] = [],
  stream: StreamLocation,
): void {
  if (Token.isUnresolved(previous)) {
    checks.addError(
      `'previousKmsKeyArns' must be a list whose length is known at synth, got ${Token.asString(previous)}; ` +
        "list the ARNs one by one; each of them may be a token",
    );
    return;
  }
  if (key !== undefined) {
    checkLocation(checks, "kmsKeyArn", key, stream);
  }
  previous.forEach((arn, index) => {
    checkLocation(checks, `previousKmsKeyArns[${index}]`, arn, stream);
  });
  if (key !== undefined && previous.includes(key)) {
    checks.addError(
      `'kmsKeyArn' and 'previousKmsKeyArns' are mutually exclusive, got ${key} in both; ` +
        "list only keys that the stream no longer has",
    );
  }
}

function checkLocation(
  checks: PropertyChecks,
  property: string,
  key: string,
  stream: StreamLocation,
): void {
  const sentence =
    `'${property}' must be in the stream's Region ${stream.region}, got ${key}; ` +
    "Kinesis encrypts with keys of the stream's own Region: give the ARN of a key, or of a multi-Region key's replica, in that Region";
  const isSame = checkRegion(checks, key, stream.region, sentence);
  if (isSame && stream.partition !== undefined) {
    checkPartition(checks, property, key, stream.partition);
  }
}

/** Adds an error, or a precondition for tokens, unless a key is in the Region of what it encrypts. */
export const checkKeyRegion = (
  checks: PropertyChecks,
  property: string,
  key: string,
  region: string,
): boolean =>
  checkRegion(
    checks,
    key,
    region,
    `'${property}' must be in Region ${region} like what it encrypts, got ${key}; ` +
      "give the ARN of a key, or of a multi-Region key's replica, in that Region",
  );

/** @returns whether it is certain that the key is in the Region */
function checkRegion(
  checks: PropertyChecks,
  key: string,
  expected: string,
  sentence: string,
): boolean {
  if (isLiteral(key) && !kmsKeyArn.matches(key)) {
    return false;
  }
  const region = arnPart(key, "region");
  const areKnown = isLiteral(region) && isLiteral(expected);
  const isSame = region === expected;
  checks.checkRule(areKnown ? isSame : Op.eq(region, expected), sentence);
  return areKnown && isSame;
}
