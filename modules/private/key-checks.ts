import { Op, Token } from "cdktf";
import { arnPart } from "./arns";
import { Checks, isLiteral } from "./checks";
import {
  awsManagedKey,
  keyAlias,
  keyOfOtherRegion,
  mustBe,
  mustBeGiven,
  mutuallyExclusive,
} from "./errors";
import { checkPartition } from "./partitions";
import { kmsKeyArn } from "./rules";

const MAX_PREVIOUS_KEYS = 10;

interface StreamLocation {
  readonly region: string;
  /** Undefined if only Terraform knows the Region. */
  readonly partition?: string;
}

/** Checks the key of a stream, and the keys that encrypted it before. */
export function checkKeyArns(
  checks: Checks,
  key: string | undefined,
  previous: readonly string[] = [],
  stream: StreamLocation,
): void {
  if (Token.isUnresolved(previous)) {
    checks.refuse(
      mustBe(
        "previousKmsKeyArns",
        "a list whose length is known at synth",
        Token.asString(previous),
        "list the ARNs one by one; each of them may be a token",
      ),
    );
    return;
  }
  const keys = [
    ...(key === undefined ? [] : [["kmsKeyArn", key] as const]),
    ...previous.map((arn, index) => [`previousKmsKeyArns[${index}]`, arn] as const),
  ];
  for (const [property, arn] of keys) {
    checkKeyArn(checks, property, arn, stream);
  }
  if (previous.length > MAX_PREVIOUS_KEYS) {
    checks.refuse(
      mustBeGiven(
        "previousKmsKeyArns",
        `at most ${MAX_PREVIOUS_KEYS} keys`,
        previous.length,
        "remove those whose records have expired",
      ),
    );
  }
  if (key !== undefined && previous.includes(key)) {
    checks.refuse(
      mutuallyExclusive(
        "kmsKeyArn",
        "previousKmsKeyArns",
        `${key} in both`,
        "list only keys that the stream no longer has",
      ),
    );
  }
}

function checkKeyArn(checks: Checks, property: string, key: string, stream: StreamLocation): void {
  if (isLiteral(key) && /(^|:)alias\/aws\//.test(key)) {
    checks.refuse(awsManagedKey(property, key));
    return;
  }
  if (isLiteral(key) && /(^|:)alias\//.test(key)) {
    checks.refuse(keyAlias(property, key));
    return;
  }
  const fix = "give a customer managed key of the stream's Region";
  checks.check(property, key, kmsKeyArn, fix);
  if (isLiteral(key) && !kmsKeyArn.holds(key)) {
    return;
  }
  const region = arnPart(key, "region");
  if (!isLiteral(region) || !isLiteral(stream.region)) {
    checks.preconditions.push({
      condition: Op.eq(region, stream.region),
      errorMessage: keyOfOtherRegion(property, stream.region, key),
    });
  } else if (region !== stream.region) {
    checks.refuse(keyOfOtherRegion(property, stream.region, key));
  } else if (stream.partition !== undefined) {
    checkPartition(checks, property, key, stream.partition);
  }
}
