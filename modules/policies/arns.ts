import { Fn, Token } from "cdktf";

const PARTS = { partition: 1, service: 2, region: 3, accountId: 4 } as const;

/** One colon-separated part of an ARN; a Terraform expression if the ARN is a token. */
export const arnPart = (arn: string, part: keyof typeof PARTS): string =>
  Token.isUnresolved(arn)
    ? Token.asString(Fn.element(Fn.split(":", arn), PARTS[part]))
    : (arn.split(":")[PARTS[part]] ?? "");

/** The name in a stream's ARN. */
export const streamNameOf = (streamArn: string): string =>
  Token.isUnresolved(streamArn)
    ? Token.asString(Fn.element(Fn.split("/", streamArn), 1))
    : (streamArn.split("/")[1] ?? "");
