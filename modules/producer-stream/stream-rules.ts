import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { Construct } from "constructs";
import { providerRegion } from "../accounts/account-of";
import { checkSameStack } from "../accounts/same-stack";
import { partitionOf } from "../policies/partitions";
import { isLiteral, textOf } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { WithDefaults } from "../properties/property";
import { mustBeLiteral, mutuallyExclusive, requires } from "../properties/sentences";
import { checkKeys } from "./key-rules";
import { ProducerStreamProps, StreamEncryption, StreamMode } from "./producer-stream-props";
import { STREAM_PROPERTIES } from "./stream-properties";

export type StreamSettings = WithDefaults<ProducerStreamProps, typeof STREAM_PROPERTIES>;

/** The rules that span several properties of a ProducerStream. */
export function checkStream(checks: PropertyChecks, scope: Construct, props: StreamSettings): void {
  checkSameStack(checks, scope, "provider", props.provider);
  checkCapacity(checks, props);
  checkEncryption(checks, scope, props);
  checkDeletionWindow(checks, props);
  const metrics = props.shardLevelMetrics;
  if (isLiteral(metrics) && metrics.includes("ALL") && metrics.length > 1) {
    checks.addError(
      mustBeLiteral(
        "shardLevelMetrics",
        "ALL alone or a list without it",
        metrics,
        "leave ALL alone",
      ),
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

function checkDeletionWindow(checks: PropertyChecks, props: StreamSettings): void {
  if (props.deletionWindowInDays !== undefined && !createsKey(props)) {
    checks.addError(
      requires(
        "deletionWindowInDays",
        "retainKey",
        props.kmsKeyArn === undefined ? "encryption NONE" : `kmsKeyArn ${props.kmsKeyArn}`,
        "it is about the key created by this construct: omit it, or set 'retainKey' to keep that key",
      ),
    );
  }
}

function checkCapacity(checks: PropertyChecks, { streamMode, shardCount }: StreamSettings): void {
  if (streamMode === StreamMode.ON_DEMAND && shardCount !== undefined) {
    checks.addError(
      mutuallyExclusive(
        "shardCount",
        "streamMode",
        `shardCount ${textOf(shardCount)} with ${streamMode}`,
        "omit 'shardCount', or set 'streamMode' to PROVISIONED",
      ),
    );
  }
  if (streamMode === StreamMode.PROVISIONED && shardCount === undefined) {
    checks.addError(
      requires("streamMode", "shardCount", streamMode, "give the number of shards, or omit both"),
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
      mutuallyExclusive(
        "kmsKeyArn",
        "encryption",
        `${key} with NONE`,
        "omit 'encryption' to use the key, or omit 'kmsKeyArn'",
      ),
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
    resource: "stream",
  });
}
