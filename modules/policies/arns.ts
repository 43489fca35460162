import { call, Token } from "cdktf";
import { asArgument } from "../properties/expressions";
import { parseArn, streamNameOf as literalStreamName } from "../../pipeline/arn";

const PARTS = { partition: 1, region: 3, account: 4 } as const;

/** One colon-separated part of an ARN; a Terraform expression if the ARN is a token. */
export const arnPart = (arn: string, part: keyof typeof PARTS): string =>
  Token.isUnresolved(arn) ? elementOf(arn, ":", PARTS[part]) : parseArn(arn)[part];

/** Composes an ARN in the partition and account of another one. */
export const arnBeside = (
  other: string,
  service: string,
  region: string,
  resource: string,
): string =>
  `arn:${arnPart(other, "partition")}:${service}:${region}:${arnPart(other, "account")}:${resource}`;

/** The name in a stream's ARN. */
export const streamNameOf = (streamArn: string): string =>
  Token.isUnresolved(streamArn) ? elementOf(streamArn, "/", 1) : literalStreamName(streamArn);

/**
 * One of the parts that a separator divides a token into. Composed without `Fn`, since cdktf resolves
 * the list that `Fn.split` returns twice, and policies have many such expressions.
 */
const elementOf = (text: string, separator: string, index: number): string =>
  Token.asString(
    call("element", [Token.asString(call("split", [separator, asArgument(text)])), index]),
  );
