import { Fn, Op } from "cdktf";
import { asArgument, isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { arnPart } from "./arns";

/** Adds an error, or a precondition for tokens, unless an ARN is of the stream's partition. */
export function checkPartition(
  checks: PropertyChecks,
  property: string,
  arn: string,
  partition: string,
): void {
  if (isLiteral(arn) && !arn.startsWith("arn:")) {
    return;
  }
  const got = arnPart(arn, "partition");
  const sentence =
    `'${property}' must be in the stream's partition ${partition}, got ${arn}; ` +
    "accounts of different AWS partitions cannot share a stream: correct the ARN";
  if (isLiteral(got) && isLiteral(partition)) {
    checks.checkRule(got === partition, sentence);
    return;
  }
  const isSame = Op.eq(got, partition);
  const condition = isLiteral(arn)
    ? isSame
    : Op.or(Op.not(Fn.startswith(asArgument(arn), "arn:")), isSame);
  checks.addPrecondition(condition, sentence);
}
