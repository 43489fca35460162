import { passes, type FilterPattern } from "../../../pipeline/filter-pattern";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { ownersOf, Sweep, type Chain, type Range } from "./chain";
import { memoryOf } from "./room";
import type { Decision } from "./selection";

/** What is known of a report once its last record was read. */
export interface Ended extends Decision {
  /** How many of the records that may have failed have which partition key; an empty one stands for none. */
  readonly keys: ReadonlyMap<string, number>;
}

/** Records that reports name, as many as there is room for. */
export interface Part {
  /** In the shard's order. */
  readonly records: readonly KinesisRecord[];
  /** The reports of each record, by its sequence number. */
  readonly reportsOf: ReadonlyMap<string, readonly string[]>;
  /** Reports of which no record comes after this part. */
  readonly ended: readonly Ended[];
}

/**
 * The second reading of a chain: the records that its reports are about.
 *
 * @param records at least those of the first reading that pass the filters and are still there
 * @param room bytes in memory that a part may take
 */
export async function* partsOf(
  chain: Chain,
  records: AsyncIterable<KinesisRecord> | Iterable<KinesisRecord>,
  filters: readonly FilterPattern[],
  room: number,
): AsyncGenerator<Part> {
  const sweep = new Sweep(chain.ranges);
  const keys = new Map<Range, Map<string, number>>();
  let oldest: bigint | undefined;
  const end = (ranges: readonly Range[]) =>
    ranges.flatMap((range) => {
      const own = keys.get(range);
      keys.delete(range);
      return endOf(range, own ?? new Map<string, number>(), oldest);
    });
  let part = emptyPart();
  let bytes = 0;
  for await (const record of records) {
    const number = BigInt(record.sequenceNumber);
    oldest ??= number;
    part.ended.push(...end(sweep.moveTo(number)));
    if (!passes(filters, record)) {
      continue;
    }
    for (const range of sweep.covering) {
      range.missing -= 1;
      if (range.decision?.undecided) {
        const own = keys.get(range) ?? new Map<string, number>();
        const key = record.partitionKey ?? "";
        keys.set(range, own.set(key, (own.get(key) ?? 0) + 1));
      }
    }
    const reports = ownersOf(record, sweep.covering).filter(({ isDeleted }) => isDeleted !== true);
    if (reports.length > 0) {
      part.records.push(record);
      const ids = reports.map(({ id }) => id);
      part.reportsOf.set(record.sequenceNumber, ids);
      bytes += memoryOf(record);
    }
    if (bytes >= room) {
      yield part;
      part = emptyPart();
      bytes = 0;
    }
  }
  part.ended.push(...end(sweep.end()));
  yield part;
}

const emptyPart = () => ({
  records: [] as KinesisRecord[],
  reportsOf: new Map<string, string[]>(),
  ended: [] as Ended[],
});

/** @param oldest number of the first record of the second reading */
function endOf(
  { report, decision, missing }: Range,
  keys: ReadonlyMap<string, number>,
  oldest: bigint | undefined,
): Ended[] {
  if (!decision || report.isDeleted === true) {
    return [];
  }
  if (missing === 0) {
    return [{ ...decision, keys }];
  }
  // Retention has removed records between the two readings.
  const next = report.end + 1n;
  const before = oldest !== undefined && oldest < next ? oldest : next;
  const expired = { count: missing, isMinimum: true, from: report.start, before };
  return [{ ...decision, expired, isComplete: false, keys }];
}
