import { conditional, Fn, Op, Token } from "cdktf";
import { isGiven } from "../../pipeline/values";
import { text } from "../properties/property-types";
import { PropertyChecks } from "../properties/property-checks";
import { type MappingProps, StartingPosition } from "./mapping-props";

const RFC3339 = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$";

/** Date.parse alone reads February 30 as March 2, and 24:00 as 00:00 of the next day. */
const isRfc3339 = (value: string): boolean => {
  const given = value.slice(0, "2026-01-31T08:00:00".length);
  const time = Date.parse(`${given}Z`);
  return (
    new RegExp(RFC3339).test(value) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(given)
  );
};

export const pastTimestamp = text(
  "a time in RFC 3339, not in the future",
  (value) => isRfc3339(value) && Date.parse(value) <= Date.now(),
  (value) => Fn.try([Op.gte(0, Fn.timecmp(value, Fn.plantimestamp())), false]),
  { type: "string", pattern: RFC3339 },
);

/** Adds an error if there is a timestamp without AT_TIMESTAMP, or AT_TIMESTAMP without one. */
export function checkStartingPosition(checks: PropertyChecks, given: MappingProps): void {
  const { startingPosition: position, startingPositionTimestamp: timestamp } = given;
  if (position === StartingPosition.AT_TIMESTAMP && !isGiven(timestamp)) {
    checks.addError(
      "'startingPosition' requires 'startingPositionTimestamp', got AT_TIMESTAMP without one; " +
        "give the time to start from, as 2026-01-31T08:00:00Z",
    );
  }
  if (
    !Token.isUnresolved(position) &&
    position !== StartingPosition.AT_TIMESTAMP &&
    isGiven(timestamp)
  ) {
    checks.addError(
      `'startingPositionTimestamp' requires 'startingPosition', got ${position ?? "the default TRIM_HORIZON"}; ` +
        "set 'startingPosition' to AT_TIMESTAMP, or omit the timestamp",
    );
  }
}

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
