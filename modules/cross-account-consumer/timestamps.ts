import { conditional, Fn, Op, Token } from "cdktf";

/**
 * A time in RFC 3339 in the notation of AWS and the provider: whole seconds, in UTC. In another
 * notation the value would differ from the state in every plan. Fractions of a second are removed,
 * so that a mapping starts slightly earlier rather than later.
 */
export const wholeSecondsInUtc = (timestamp: string | undefined): string | undefined => {
  if (timestamp === undefined) {
    return undefined;
  }
  return Token.isUnresolved(timestamp)
    ? inTerraform(timestamp)
    : new Date(timestamp).toISOString().replace(/\.\d+/, "");
};

/** Terraform's formatdate() keeps the offset, which is then subtracted as a duration. */
function inTerraform(timestamp: string): string {
  const offset = Fn.formatdate("ZZZZZ", timestamp);
  const sign = conditional(Op.eq(Fn.substr(offset, 0, 1), "-"), "", "-");
  const duration = Fn.join("", [
    Token.asString(sign),
    Fn.substr(offset, 1, 2),
    "h",
    Fn.substr(offset, 4, 2),
    "m",
  ]);
  const withoutOffset = Fn.formatdate("YYYY-MM-DD'T'hh:mm:ss'Z'", timestamp);
  return Token.asString(Fn.timeadd(withoutOffset, duration));
}
