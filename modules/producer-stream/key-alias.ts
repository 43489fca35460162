import { Fn, Token } from "cdktf";

/** A stream's name may have dots, which the alias of a key may not. */
export const aliasName = (streamName: string): string =>
  Token.isUnresolved(streamName)
    ? Token.asString(Fn.replace(streamName, ".", "-"))
    : streamName.replace(/\./g, "-");
