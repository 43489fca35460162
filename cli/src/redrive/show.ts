import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { duration } from "../duration";
import { CliError, EXIT } from "../errors";
import type { Output } from "../output";
import { deaggregate } from "./aggregation";
import { decode, type DecodedData } from "./decode";
import type { Journal } from "./journal";
import { isReport } from "./report";
import type { Ended, Part } from "./parts";
import { ReportContents, type ReportTools } from "./report-contents";
import { roomFor } from "./room";
import { rulesOf } from "./rules";
import type { RedriveOptions } from "./redrive";
import type { Target } from "./sender";
import { count } from "./sentences";
import { describeStream } from "./stream";
import { emptySummary } from "./summary";

/** Records that are shown of one aggregate. */
const MOST_USER_RECORDS = 100;

interface ShownRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string | null;
  readonly arrival: string;
  readonly bytes: number;
  /** Whether the function has confirmed it to an earlier redrive. */
  readonly isConfirmed: boolean;
  readonly data: DecodedData;
  /** Records that the Kinesis Producer Library put into this one; at most some of them. */
  readonly userRecords?: readonly {
    readonly partitionKey: string | undefined;
    readonly data: DecodedData;
  }[];
  readonly userRecordCount?: number;
}

type Found = Pick<Ended, "report" | "expired" | "undecided"> & {
  /** Those that may have failed, where it is not known which did. */
  readonly records: readonly KinesisRecord[];
};

/** Prints the records that one report names, and leaves the report where it is. */
export async function showReport(
  id: string,
  target: Target,
  options: RedriveOptions,
  tools: ReportTools & { readonly journal: Journal; readonly output: Output },
): Promise<boolean> {
  const { journal, output } = tools;
  const { report, expired, undecided, ...found } = await find(id, target, options, tools);
  const { shardId, batchSize, condition } = report;
  const records = found.records.map((record) => shown(record, shardId, journal.confirmed(id)));
  const isComplete = !expired && !undecided;
  output.json({ report: id, shardId, batchSize, condition, isComplete, records });
  output.line(`report ${id}`);
  output.line(
    `${count(batchSize, "record")} of ${shardId}${condition === undefined ? "" : `, ${condition}`}`,
  );
  if (expired) {
    output.line(`${count(expired.count, "record")} of them expired, and cannot be read any more`);
  }
  if (undecided) {
    output.line("which of the records in its range they were is not known; these may be them:");
  }
  records.forEach((record, at) => {
    output.line(`\nrecord ${at + 1} of ${records.length}`);
    describe(record).forEach((line) => output.line(line));
  });
  return isComplete;
}

async function find(
  id: string,
  target: Target,
  options: RedriveOptions,
  tools: ReportTools,
): Promise<Found> {
  const summary = emptySummary();
  const rules = rulesOf(target, options);
  const contents = new ReportContents(target, tools, summary, rules);
  // Other readers may have the reports while the stream is read.
  const report = await contents.load(id).finally(() => tools.source.close());
  const unusable = (why = "") =>
    new CliError(
      `report ${id} cannot be shown: ${why}; --dry-run lists the oldest reports`,
      EXIT.failed,
    );
  if (!isReport(report)) {
    throw unusable(report.why);
  }
  const stream = report.payload ? undefined : await describeStream(tools.kinesis, target.streamArn);
  const why = contents.whyUnusable(report, stream?.created);
  if (why !== undefined) {
    throw unusable(why);
  }
  if (report.payload) {
    return { report, records: report.payload };
  }
  const found = await collect(contents.fromStream([report], roomFor(1)));
  if (found?.undecided) {
    const choice = { ...rules.choice, allInRange: true };
    const all = new ReportContents(target, tools, summary, { ...rules, choice });
    return { ...found, ...(await collect(all.fromStream([report], roomFor(1)))) };
  }
  if (!found) {
    throw unusable(summary.unusable[0]?.why);
  }
  return found;
}

async function collect(parts: AsyncIterable<Part>): Promise<Found | undefined> {
  let decision: Ended | undefined;
  const records: KinesisRecord[] = [];
  for await (const part of parts) {
    records.push(...part.records);
    decision = part.ended[0];
  }
  return decision && { ...decision, records };
}

function shown(
  record: KinesisRecord,
  shardId: string,
  confirmed: ReadonlySet<string>,
): ShownRecord {
  const { sequenceNumber, partitionKey, approximateArrivalTimestamp } = record;
  const data = Buffer.from(record.data, "base64");
  const userRecords = deaggregate(data);
  return {
    shardId,
    sequenceNumber,
    partitionKey,
    arrival: new Date(approximateArrivalTimestamp * 1000).toISOString(),
    bytes: data.length,
    isConfirmed: confirmed.has(sequenceNumber),
    data: decode(data),
    ...(userRecords && {
      userRecordCount: userRecords.length,
      userRecords: userRecords
        .slice(0, MOST_USER_RECORDS)
        .map((one) => ({ partitionKey: one.partitionKey, data: decode(one.data) })),
    }),
  };
}

function describe(record: ShownRecord): string[] {
  const { arrival, bytes, userRecords, userRecordCount = 0 } = record;
  const age = duration(Date.now() - Date.parse(arrival));
  return [
    ...row("sequence number", record.sequenceNumber),
    ...row("shard", record.shardId),
    ...row("partition key", JSON.stringify(record.partitionKey)),
    ...row("arrived", `${arrival}, ${age} ago`),
    ...row("size", count(bytes, "byte")),
    ...(record.isConfirmed ? row("confirmed", "by the function, to an earlier redrive") : []),
    ...(userRecords
      ? [
          ...row("data", `${count(userRecordCount, "record")} aggregated by the KPL`),
          ...userRecords.flatMap(({ partitionKey, data }) => [
            `  partition key ${JSON.stringify(partitionKey)}`,
            ...describeData(data),
          ]),
          ...(userRecordCount > userRecords.length
            ? [`  and ${userRecordCount - userRecords.length} more`]
            : []),
        ]
      : describeData(record.data)),
  ];
}

const describeData = ({ format, packed, content, isCut }: DecodedData): string[] => [
  ...row("data", packed === undefined ? format : `${format}, ${packed}`),
  content,
  ...(isCut ? ["  and more; --save DIR writes whole records"] : []),
];

const row = (name: string, value: string): string[] => [`  ${name.padEnd(16)} ${value}`];
