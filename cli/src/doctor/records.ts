import { parseFilterPattern, passes } from "../../../pipeline/filter-pattern";
import { valueOf, type Fact } from "../../../pipeline/fact";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { isPlainObject } from "../../../pipeline/values";
import type { Account } from "../accounts";
import { lookUp } from "../look-up";
import type { Pipeline } from "../pipeline";
import { isAggregated } from "../redrive/aggregation";
import { ShardReader } from "../redrive/shard-reader";
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
  const byStream = new Map<string, Promise<Fact<readonly KinesisRecord[]>>>();
  return Promise.all(
    pipelines.map(async (pipeline) => {
      const { arn, account } = pipeline.stream;
      const reading = byStream.get(arn) ?? lastRecords(account, arn, count);
      byStream.set(arn, reading);
      return judge(pipeline, await reading);
    }),
  );
}

function lastRecords(
  account: Account,
  streamArn: string,
  count: number,
): Promise<Fact<readonly KinesisRecord[]>> {
  return lookUp(account, "kinesis:GetRecords", async ({ kinesis }) => {
    const stream = await describeStream(kinesis, streamArn);
    const shardIds = (stream?.shardIds ?? []).slice(-MOST_SHARDS);
    const share = Math.ceil(count / shardIds.length);
    const records = await Promise.all(
      shardIds.map((id) => lastOfShard(new ShardReader(kinesis, streamArn, id), share)),
    );
    return records
      .flat()
      .sort((a, b) => a.approximateArrivalTimestamp - b.approximateArrivalTimestamp)
      .slice(-count);
  });
}

async function lastOfShard(reader: ShardReader, count: number): Promise<KinesisRecord[]> {
  const end = Date.now() + READING_MILLISECONDS;
  let last: KinesisRecord[] = [];
  for (const window of WINDOWS) {
    last = [];
    const time = new Date(Math.max(0, Date.now() - window));
    for await (const record of reader.read({ time }, () => Date.now() < end)) {
      last.push(record);
      if (last.length > count) {
        last.shift();
      }
    }
    if (last.length >= count || Date.now() >= end) {
      break;
    }
  }
  return last;
}

function judge({ mapping }: Pipeline, fact: Fact<readonly KinesisRecord[]>): Verdict {
  const configuration = valueOf(mapping.configuration);
  if (fact.state !== "found") {
    return undecided(fact.why);
  }
  const aggregated = fact.value.filter(({ data }) => isAggregated(data)).length;
  // How Lambda filters what the Kinesis Producer Library has aggregated cannot be tried here.
  const records = fact.value.filter(({ data }) => !isAggregated(data));
  const leftOut = aggregated === 0 ? "" : `; ${aggregated} aggregated by the KPL were left out`;
  if (records.length === 0) {
    return undecided(`the stream holds no record to try the filters on${leftOut}`);
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
