import { Fn, Op, Token } from "cdktf";

const ONE_DAY_SECONDS = 86400;
const HALF_AN_HOUR_SECONDS = 1800;
/** The shortest retention that Kinesis allows, assumed for imported streams. */
const SHORTEST_RETENTION_HOURS = 24;

/**
 * Half of the stream's retention, at most a day. The report about such a record is only a pointer
 * into the stream, and the other half of the retention is left to read the record.
 */
export const defaultRecordAgeSeconds = (
  retentionPeriodHours: number = SHORTEST_RETENTION_HOURS,
): number =>
  Token.isUnresolved(retentionPeriodHours)
    ? Token.asNumber(Fn.min([ONE_DAY_SECONDS, Op.mul(HALF_AN_HOUR_SECONDS, retentionPeriodHours)]))
    : Math.min(ONE_DAY_SECONDS, HALF_AN_HOUR_SECONDS * retentionPeriodHours);
