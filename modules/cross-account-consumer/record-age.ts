import { Fn, Op, Token } from "cdktf";

const ONE_DAY_SECONDS = 86400;
const HALF_AN_HOUR_SECONDS = 1800;
/** The shortest retention that Kinesis allows, assumed if only somebody else knows the stream's. */
const SHORTEST_RETENTION_HOURS = 24;

/**
 * Half of the stream's retention, at most a day. A record that Lambda gives up on for its age is
 * reported as a pointer into the stream: the other half is left to read it back.
 */
export const defaultRecordAgeSeconds = (
  retentionPeriodHours: number = SHORTEST_RETENTION_HOURS,
): number =>
  Token.isUnresolved(retentionPeriodHours)
    ? Token.asNumber(Fn.min([ONE_DAY_SECONDS, Op.mul(HALF_AN_HOUR_SECONDS, retentionPeriodHours)]))
    : Math.min(ONE_DAY_SECONDS, HALF_AN_HOUR_SECONDS * retentionPeriodHours);
