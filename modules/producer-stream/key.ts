import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { KmsKeyPolicy } from "@cdktf/provider-aws/lib/kms-key-policy";
import { Fn, Lazy, Op, Token } from "cdktf";
import { Construct } from "constructs";
import { partitionOf } from "../../pipeline/arn";
import { providerRegion } from "../accounts/aws-provider";
import { arnBeside, arnPart } from "../policies/arns";
import { checkPartition } from "../policies/partitions";
import { keyAdministrationStatement, policyDocument } from "../policies/statements";
import { isLiteral } from "../properties/expressions";
import { kmsKeyArn } from "../properties/formats";
import { PropertyChecks } from "../properties/property-checks";
import { StreamEncryption } from "./producer-stream-props";
import type { StreamSettings } from "./stream";
import type { StreamGrants } from "./stream-grants";

/** The key that this construct creates is in use, or kept. */
export const createsKey = (settings: StreamSettings): boolean =>
  settings.retainKey || usesCreatedKey(settings);

export const usesCreatedKey = ({ encryption, kmsKeyArn }: StreamSettings): boolean =>
  encryption !== StreamEncryption.NONE && kmsKeyArn === undefined;

const OF_CREATED_KEY = ["deletionWindowInDays", "keyRotationPeriodInDays", "keyAliasName"] as const;

/** The rules of the key that this construct creates. */
export function checkCreatedKey(checks: PropertyChecks, props: StreamSettings): void {
  for (const property of OF_CREATED_KEY) {
    if (props[property] !== undefined && !createsKey(props)) {
      checks.addError(
        `'${property}' requires 'retainKey', got ${props.kmsKeyArn === undefined ? "encryption NONE" : `kmsKeyArn ${props.kmsKeyArn}`}; ` +
          "it is about the key created by this construct: omit it, or set 'retainKey' to keep that key",
      );
    }
  }
}

/** The rules of `encryption` and of the keys that are given. */
export function checkEncryption(
  checks: PropertyChecks,
  scope: Construct,
  { provider, encryption, kmsKeyArn: key, previousKmsKeyArns: previous }: StreamSettings,
): void {
  if (key !== undefined && encryption === StreamEncryption.NONE) {
    checks.addError(
      `'kmsKeyArn' and 'encryption' are mutually exclusive, got ${key} with NONE; ` +
        "omit 'encryption' to use the key, or omit 'kmsKeyArn'",
    );
  }
  if (key === undefined && !previous?.length) {
    return;
  }
  const given = providerRegion(provider);
  const region = isLiteral(given) ? given : new DataAwsRegion(scope, "region", { provider }).id;
  checkKeys(checks, key, previous, {
    region,
    partition: isLiteral(region) ? partitionOf(region) : undefined,
  });
}

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

/** The resources of a created key. */
interface CreatedKey {
  readonly key: KmsKey;
  readonly keyAlias: KmsAlias;
  readonly keyPolicy: KmsKeyPolicy;
  readonly keyArn: string;
}

/**
 * Creates a key with an alias and a policy for the readers and writers of a stream.
 *
 * Terraform retries the policy until every role has propagated. The stream's resource policy,
 * which is never retried, depends on it. The stream depends on it too, so to avoid a cycle, the
 * stream's ARN is composed from the key's ARN.
 */
export function createKey(
  scope: Construct,
  settings: StreamSettings,
  grants: () => StreamGrants,
): CreatedKey {
  const { provider, streamName, preventDestroy } = settings;
  const key = new KmsKey(scope, "key", {
    provider,
    description: `Encrypts the records of Kinesis data stream ${streamName}`,
    enableKeyRotation: true,
    rotationPeriodInDays: settings.keyRotationPeriodInDays,
    deletionWindowInDays: settings.deletionWindowInDays,
    // The stream stops using a key before the key is destroyed.
    lifecycle: { createBeforeDestroy: true, ...(preventDestroy && { preventDestroy }) },
    tags: settings.tags,
  });
  // Each read of an attribute creates a token, so the attributes that are used often are read once.
  const { arn, keyId } = key;
  const keyAlias = new KmsAlias(scope, "key-alias", {
    provider,
    name: settings.keyAliasName ?? `alias/${aliasName(streamName)}`,
    targetKeyId: keyId,
  });
  const region = arnPart(arn, "region");
  const stream = { arn: arnBeside(arn, "kinesis", region, `stream/${streamName}`), region };
  const keyPolicy = new KmsKeyPolicy(scope, "key-policy", {
    provider,
    keyId,
    policy: Lazy.stringValue({
      produce: () =>
        policyDocument([
          keyAdministrationStatement(arnPart(arn, "partition"), arnPart(arn, "account")),
          ...grants().keyStatements(stream, usesCreatedKey(settings)),
        ]),
    }),
  });
  return { key, keyAlias, keyPolicy, keyArn: arn };
}

/** A stream's name may have dots, which the alias of a key may not. */
const aliasName = (streamName: string): string =>
  Token.isUnresolved(streamName)
    ? Token.asString(Fn.replace(streamName, ".", "-"))
    : streamName.replace(/\./g, "-");
