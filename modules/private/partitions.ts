import { Fn, Op } from "cdktf";
import { arnPart } from "./arns";
import { Checks, isLiteral } from "./checks";
import { otherPartition } from "./errors";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const PARTITIONS: readonly (readonly [regionPrefix: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["eu-isoe-", "aws-iso-e"],
  ["eusc-", "aws-eusc"],
];

export const partitionOf = (region: string): string =>
  PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";

/** Adds an error, or a precondition for tokens, unless an ARN is of the stream's partition. */
export function checkPartition(
  checks: Checks,
  property: string,
  arn: string,
  partition: string,
): void {
  if (isLiteral(arn) && !arn.startsWith("arn:")) {
    return;
  }
  const got = arnPart(arn, "partition");
  if (isLiteral(got) && isLiteral(partition)) {
    if (got !== partition) {
      checks.refuse(otherPartition(property, partition, arn));
    }
    return;
  }
  const isArn = Fn.startswith(arn, "arn:");
  checks.preconditions.push({
    condition: isLiteral(arn) ? Op.eq(got, partition) : Op.or(Op.not(isArn), Op.eq(got, partition)),
    errorMessage: otherPartition(property, partition, arn),
  });
}
