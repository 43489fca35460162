import { Op, Token } from "cdktf";
import { arnPart } from "../policies/arns";
import { checkPartition } from "../policies/partitions";
import { isLiteral } from "../properties/expressions";
import { kmsKeyArn } from "../properties/formats";
import { PropertyChecks } from "../properties/property-checks";
import { mustBe, mutuallyExclusive } from "../properties/sentences";

interface StreamLocation {
  readonly region: string;
  /** Undefined if only Terraform knows the Region. */
  readonly partition?: string;
  /** The resource that gets the preconditions. */
  readonly resource: string;
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
      mustBe(
        "previousKmsKeyArns",
        "a list whose length is known at synth",
        Token.asString(previous),
        "list the ARNs one by one; each of them may be a token",
      ),
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
      mutuallyExclusive(
        "kmsKeyArn",
        "previousKmsKeyArns",
        `${key} in both`,
        "list only keys that the stream no longer has",
      ),
    );
  }
}

function checkLocation(
  checks: PropertyChecks,
  property: string,
  key: string,
  stream: StreamLocation,
): void {
  if (isLiteral(key) && !kmsKeyArn.matches(key)) {
    return;
  }
  const sentence =
    `'${property}' must be in the stream's Region ${stream.region}, got ${key}; ` +
    "Kinesis encrypts with keys of the stream's own Region: give the ARN of a key, or of a multi-Region key's replica, in that Region";
  const isSame = checkRegion(checks, key, stream, sentence);
  if (isSame && stream.partition !== undefined) {
    checkPartition(checks, property, key, stream.partition, stream.resource);
  }
}

/**
 * Adds an error, or a precondition for tokens, unless a key is in a Region.
 *
 * @returns whether it is certain that it is
 */
export function checkRegion(
  checks: PropertyChecks,
  key: string,
  expected: Pick<StreamLocation, "region" | "resource">,
  sentence: string,
): boolean {
  const region = arnPart(key, "region");
  const areKnown = isLiteral(region) && isLiteral(expected.region);
  const isSame = region === expected.region;
  checks.checkRule(expected.resource, areKnown ? isSame : Op.eq(region, expected.region), sentence);
  return areKnown && isSame;
}
