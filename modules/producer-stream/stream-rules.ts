import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { Construct } from "constructs";
import { providerRegion } from "../accounts/account-of";
import { checkSameStack } from "../accounts/same-stack";
import { partitionOf } from "../../pipeline/arn";
import { isLiteral, textOf } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { WithDefaults } from "../properties/property";
import { describeValue } from "../properties/problems";
import { checkKeys } from "./key-rules";
import { ProducerStreamProps, StreamEncryption, StreamMode } from "./producer-stream-props";
import { STREAM_PROPERTIES } from "./stream-properties";

export type StreamSettings = WithDefaults<ProducerStreamProps, typeof STREAM_PROPERTIES>;

/** The rules that span several properties of a ProducerStream. */
export function checkStream(checks: PropertyChecks, scope: Construct, props: StreamSettings): void {
  checkSameStack(checks, scope, "provider", props.provider);
  checkCapacity(checks, props);
  checkEncryption(checks, scope, props);
  checkCreatedKey(checks, props);
  checkMaxRecordSize(checks, props);
  const metrics = props.shardLevelMetrics;
  if (isLiteral(metrics) && metrics.includes("ALL") && metrics.length > 1) {
    checks.addError(
      `'shardLevelMetrics' must be ALL alone or a list without it, got ${describeValue(metrics)}; ` +
        "leave ALL alone",
    );
  }
}

/** The key that this construct creates is in use, or kept. */
export const createsKey = ({ encryption, kmsKeyArn, retainKey }: StreamSettings): boolean =>
  retainKey || usesCreatedKey({ encryption, kmsKeyArn });

export const usesCreatedKey = ({
  encryption,
  kmsKeyArn,
}: Pick<StreamSettings, "encryption" | "kmsKeyArn">): boolean =>
  encryption !== StreamEncryption.NONE && kmsKeyArn === undefined;

/** Settings of the key that this construct creates. */
function checkCreatedKey(checks: PropertyChecks, props: StreamSettings): void {
  for (const property of OF_CREATED_KEY) {
    if (props[property] !== undefined && !createsKey(props)) {
      checks.addError(
        `'${property}' requires 'retainKey', got ${props.kmsKeyArn === undefined ? "encryption NONE" : `kmsKeyArn ${props.kmsKeyArn}`}; ` +
          "it is about the key created by this construct: omit it, or set 'retainKey' to keep that key",
      );
    }
  }
}

const OF_CREATED_KEY = ["deletionWindowInDays", "keyRotationPeriodInDays", "keyAliasName"] as const;

/** Versions before it do not know the argument. */
const MAX_RECORD_SIZE_SINCE = [6, 20] as const;

function checkMaxRecordSize(checks: PropertyChecks, props: StreamSettings): void {
  const version = props.provider.terraformGeneratorMetadata?.providerVersion;
  if (props.maxRecordSizeKib === undefined || version === undefined) {
    return;
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [sinceMajor, sinceMinor] = MAX_RECORD_SIZE_SINCE;
  if (major < sinceMajor || (major === sinceMajor && minor < sinceMinor)) {
    checks.addError(
      `'maxRecordSizeKib' must be omitted before version ${MAX_RECORD_SIZE_SINCE.join(".")} of the AWS provider, got it with bindings of version ${version}; ` +
        "install newer bindings, or omit it for 1024 KiB",
    );
  }
}

function checkCapacity(checks: PropertyChecks, { streamMode, shardCount }: StreamSettings): void {
  if (streamMode === StreamMode.ON_DEMAND && shardCount !== undefined) {
    checks.addError(
      `'shardCount' and 'streamMode' are mutually exclusive, got shardCount ${textOf(shardCount)} with ${streamMode}; ` +
        "omit 'shardCount', or set 'streamMode' to PROVISIONED",
    );
  }
  if (streamMode === StreamMode.PROVISIONED && shardCount === undefined) {
    checks.addError(
      `'streamMode' requires 'shardCount', got ${streamMode}; ` +
        "give the number of shards, or omit both",
    );
  }
}

function checkEncryption(
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
