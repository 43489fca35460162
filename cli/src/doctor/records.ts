import { parseFilterPattern, passes } from "../../../pipeline/filter-pattern";
import { valueOf, type Fact } from "../../../pipeline/fact";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { isPlainObject } from "../../../pipeline/values";
import type { Account } from "../accounts";
import { lookUp } from "../look-up";
import type { Pipeline } from "../pipeline";
import { isAggregated } from "../redrive/aggregation";
import { Pauses, type Sleep } from "../redrive/pauses";
import { ShardReader, type KinesisReads } from "../redrive/shard-reader";
import { describeStream } from "../redrive/stream";
import { patternsOf } from "./filters";
import { finding, ok, undecided, type Verdict } from "./verdict";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** How far to look back until there are enough records; Kinesis cannot be read backwards. */
const WINDOWS = [10 * SECOND, 5 * MINUTE, HOUR, 24 * HOUR, Infinity];
/** How long to read a shard. */
const READING_MILLISECONDS = 20_000;
/** Of a stream with more shards, these are read: the newest. */
const MOST_SHARDS = 100;
const OUT_OF_TIME = new Error("the time for reading a shard is over");

/** The last records of a stream. */
interface Sample {
  readonly records: readonly KinesisRecord[];
  readonly shardsRead: number;
  readonly shards: number;
  /** Whether reading ended before the end of some shard. */
  readonly isCut: boolean;
}

/**
 * Reads the last records of each stream, and tries the filters of every mapping on them.
 *
 * @param count how many records, in equal shares of the shards
 * @returns what became of them, in the order of the pipelines
 */
export async function tryFilters(
  pipelines: readonly Pipeline[],
  count: number,
): Promise<Verdict[]> {
  const byStream = new Map<string, Promise<Fact<Sample>>>();
  return Promise.all(
    pipelines.map(async (pipeline) => {
      const { arn, account } = pipeline.stream;
      const reading = byStream.get(arn) ?? lastRecords(account, arn, count);
      byStream.set(arn, reading);
      return judge(pipeline, await reading);
    }),
  );
}

function lastRecords(account: Account, streamArn: string, count: number): Promise<Fact<Sample>> {
  return lookUp(account, "kinesis:GetRecords", async ({ kinesis }) => {
    const all = (await describeStream(kinesis, streamArn))?.shardIds ?? [];
    const shardIds = all.slice(-MOST_SHARDS);
    const share = Math.ceil(count / shardIds.length);
    const read = await Promise.all(
      shardIds.map((id) => lastOfShard(kinesis, streamArn, id, share)),
    );
    return {
      records: read
        .flatMap(({ records }) => records)
        .sort((a, b) => a.approximateArrivalTimestamp - b.approximateArrivalTimestamp)
        .slice(-count),
      shardsRead: shardIds.length,
      shards: all.length,
      isCut: read.some(({ isCut }) => isCut),
    };
  });
}

async function lastOfShard(
  kinesis: KinesisReads,
  streamArn: string,
  shardId: string,
  count: number,
): Promise<Pick<Sample, "records" | "isCut">> {
  const end = Date.now() + READING_MILLISECONDS;
  const pauses = new Pauses();
  // A shard that has no records for hours is read page by page, and each of them is empty.
  const sleep: Sleep = (milliseconds, throttledCall) =>
    throttledCall === undefined && Date.now() >= end
      ? Promise.reject(OUT_OF_TIME)
      : pauses.sleep(milliseconds);
  const reader = new ShardReader(kinesis, streamArn, shardId, { sleep });
  let records: KinesisRecord[] = [];
  try {
    for (const window of WINDOWS) {
      records = [];
      const time = new Date(Math.max(0, Date.now() - window));
      for await (const record of reader.read({ time }, () => true)) {
        records.push(record);
        if (records.length > count) {
          records.shift();
        }
      }
      if (records.length >= count) {
        break;
      }
    }
  } catch (error) {
    if (error !== OUT_OF_TIME) {
      throw error;
    }
    return { records, isCut: true };
  }
  return { records, isCut: false };
}

function judge({ mapping }: Pipeline, fact: Fact<Sample>): Verdict {
  const configuration = valueOf(mapping.configuration);
  if (fact.state !== "found") {
    return undecided(fact.why);
  }
  const { records: all, shardsRead, shards, isCut } = fact.value;
  const aggregated = all.filter(({ data }) => isAggregated(data)).length;
  // How Lambda filters what the Kinesis Producer Library has aggregated cannot be tried here.
  const records = all.filter(({ data }) => !isAggregated(data));
  const leftOut = [
    ...(aggregated > 0 ? [`; ${aggregated} aggregated by the KPL were left out`] : []),
    ...(shardsRead < shards ? [`; the newest ${shardsRead} of ${shards} shards were read`] : []),
  ].join("");
  if (records.length === 0) {
    const read = shardsRead < shards ? "what was read" : "the stream";
    return undecided(
      isCut
        ? `no record to try the filters on was found in ${READING_MILLISECONDS / SECOND} seconds${leftOut}`
        : `${read} holds no record to try the filters on${leftOut}`,
    );
  }
  const patterns = patternsOf(configuration ?? {});
  if (!configuration || patterns.length === 0) {
    return configuration
      ? ok(`${records.length} were read, and the mapping has no filters${leftOut}`)
      : undecided("the mapping's filters are not known");
  }
  try {
    const filters = patterns.map(({ text }) => parseFilterPattern(text));
    const number = (some: typeof filters): number =>
      records.filter((record) => passes(some, record)).length;
    const each = filters.map((one, index) => `pattern ${index + 1}: ${number([one])}`);
    const says = `${number(filters)} of ${records.length} pass${filters.length > 1 ? ` (${each.join(", ")})` : ""}${leftOut}`;
    return number(filters) > 0
      ? ok(says)
      : finding("filters-drop-records", `${says}; ${shapeOf(records.at(-1))}`);
  } catch (error) {
    return undecided(`the filters cannot be tried here: ${(error as Error).message}`);
  }
}

/** What the last record looks like, without its values, since a report goes into tickets. */
function shapeOf({ data }: Pick<KinesisRecord, "data"> = { data: "" }): string {
  try {
    const json: unknown = JSON.parse(Buffer.from(data, "base64").toString());
    return isPlainObject(json)
      ? `the data of the last one has the keys ${Object.keys(json).slice(0, 20).join(", ")}`
      : "the data of the last one is JSON, but no object";
  } catch {
    return "the data of the last one is no JSON, which no pattern on data matches";
  }
}
