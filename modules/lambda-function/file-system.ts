import { arnBeside, arnPart } from "../policies/arns";
import { identityStatement, Statement } from "../policies/statements";
import { ACCOUNT, PARTITION } from "../properties/formats";
import { matching } from "../properties/property-types";
import { object } from "../properties/property";
import { PropertyChecks } from "../properties/property-checks";
import type { FunctionSettings } from "./function-properties";

/** An Amazon EFS file system that the function reads and writes. */
export interface FunctionFileSystem {
  /** ARN of the access point; its file system has a mount target in each of the function's zones. */
  readonly accessPointArn: string;
  /** Path at which the file system is mounted, directly under `/mnt/`. Example: `/mnt/data`. */
  readonly localMountPath: string;
}

export const functionFileSystem = object<FunctionFileSystem>({
  accessPointArn: {
    type: matching(
      `^${PARTITION}:elasticfilesystem:[a-z0-9-]+:${ACCOUNT}:access-point/fsap-[a-f0-9]{17}$`,
      "the ARN of an access point (arn:aws:elasticfilesystem:<region>:<account>:access-point/<id>)",
    ),
    required: true,
    fix: "give the ARN of an Amazon EFS access point",
  },
  localMountPath: {
    type: matching("^/mnt/[a-zA-Z0-9_.-]{1,155}$", "a path directly under /mnt/ (/mnt/data)"),
    required: true,
    fix: "give the directory that the code uses",
  },
});

export function checkFileSystem(
  checks: PropertyChecks,
  { fileSystem, vpc }: FunctionSettings,
): void {
  if (fileSystem && !vpc) {
    checks.addError(
      "'fileSystem' requires 'vpc', got a file system without one; " +
        "Lambda mounts a file system through the VPC of its mount targets: give 'vpc', or omit 'fileSystem'",
    );
  }
}

/**
 * IAM checks these actions on the file system, whose id is not in the access point's ARN: the
 * condition names the access point.
 * https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
 */
export const fileSystemStatement = ({ accessPointArn: arn }: FunctionFileSystem): Statement => ({
  ...identityStatement(
    "MountFileSystem",
    ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
    arnBeside(arn, "elasticfilesystem", arnPart(arn, "region"), "file-system/*"),
  ),
  Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": arn } },
});
