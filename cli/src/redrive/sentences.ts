import { wrap } from "../wrap";
import { notDropped, type LostAnswer, type Summary } from "./summary";

export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;

const MOST_LISTED = 20;

/** Longest retention of a stream. */
const MOST_HOURS = 8760;

/** Reason of a run that ended at Ctrl-C. */
export const INTERRUPTED = "you interrupted it";

/** Reason of a run that ended because the prompt was answered with no. */
export const DECLINED = "nothing was sent, and the reports are still there";

/** Reason of a run that ended because the outcome of an invocation is unknown. */
export const LOST = "the answer to lambda:InvokeFunction was lost";

/** Newer records of the same key are not held back: the pipeline goes on while this runs. */
const ORDER_WARNING =
  "the function may have processed newer records of the same partition keys since; if it overwrites what they wrote, use --save and decide record by record";

/** What to keep in mind, whether or not anything is wrong. */
export function describeWarnings({ aggregated, records, directory }: Summary): string[] {
  return [
    ...(records > 0 && directory === undefined ? [ORDER_WARNING] : []),
    ...(aggregated > 0
      ? [
          `${aggregated} of the records read ${aggregated === 1 ? "holds" : "hold"} several user records that the Kinesis Producer Library aggregated; the function gets them as they are, as it does from the mapping, but the mapping's filters and --partition-key cannot choose among the records inside`,
        ]
      : []),
  ];
}

/** What to do if records will expire before it is their turn. */
export const describeLateness = (streamArn: string, retentionHours: number): string[] => [
  ...wrap(
    "note: at this rate some records expire before they are redriven. A higher --rate (up to 2) or --concurrency makes it faster, other consumers of the stream that pause leave it more, and a longer retention keeps the records that have not expired yet:",
    "",
  ),
  "  aws kinesis increase-stream-retention-period \\",
  `    --retention-period-hours ${Math.min(MOST_HOURS, 2 * retentionHours)} \\`,
  `    --stream-arn ${streamArn}`,
];

export const atLeast = ({ isAtLeast }: Pick<Summary, "isAtLeast">): string =>
  isAtLeast ? "at least " : "";

const sideBySide = ({ concurrency, concurrencyReason }: Summary): string =>
  concurrency === 1
    ? `one invocation at a time (${concurrencyReason})`
    : `up to ${concurrency} invocations at a time (${concurrencyReason})`;

/** What was found, before anything is sent. */
export function describeFindings(summary: Summary): string[] {
  const { source, reports, leftByMax, records, unsurveyed, drop } = summary;
  return [
    source === undefined
      ? `${atLeast(summary)}${count(records, "record")} arrived in this time and pass the mapping's filters`
      : `${count(reports, "report")} in ${source}, ${count(records, "record")} to redrive`,
    ...(unsurveyed > 0
      ? [
          `the records of ${count(unsurveyed, "report")} were not looked at yet, and are counted as reported`,
        ]
      : []),
    sideBySide(summary),
    ...drop.map((number) => `to be dropped on purpose, and not sent: record ${number}`),
    ...(leftByMax > 0 ? [`${count(leftByMax, "report")} left for later by --max`] : []),
    ...describeProblems(summary),
    ...describeStop(summary),
  ];
}

/** Names the reports that are there, for `--show`. */
export function describeReports({ oldestReports, reports }: Summary): string[] {
  const more = reports - oldestReports.length;
  return [
    ...(oldestReports.length > 0
      ? ["reports, oldest first (--show REPORT prints the records of one):"]
      : []),
    ...oldestReports.flatMap(({ report, batchSize, firstArrival }) =>
      wrap(`${report} ${count(batchSize, "record")}, ${firstArrival}`, "  "),
    ),
    ...(oldestReports.length > 0 && more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** What a run did, and what is left. */
export function describeOutcome(summary: Summary): string[] {
  const {
    sent,
    saved,
    unsaved,
    confirmedBefore,
    dropped,
    deletedReports,
    rejected,
    lost,
    stopped,
    directory,
  } = summary;
  if (stopped === DECLINED) {
    return [DECLINED];
  }
  return [
    ...(saved > 0
      ? [`${count(saved, "record")} written to files in ${directory}; the reports are still there`]
      : [`${count(sent, "record")} confirmed by the function, ${sideBySide(summary)}`]),
    ...(confirmedBefore > 0
      ? [
          `${count(confirmedBefore, "record")} not sent again, since an earlier run had them confirmed`,
        ]
      : []),
    ...dropped.map(
      ({ shardId, sequenceNumber }) =>
        `dropped on purpose, and not sent: record ${sequenceNumber} of ${shardId}`,
    ),
    ...notDropped(summary).map(
      (number) => `not dropped: record ${number}, since it is not among the records of this run`,
    ),
    ...(summary.source !== undefined && saved === 0
      ? [`${count(deletedReports, "report")} deleted`]
      : []),
    ...unsaved.map(
      (one) => `not written: ${count(one.count, "record")} of ${one.shardId}: ${oneLine(one.why)}`,
    ),
    ...rejected.map(
      ({ shardId, sequenceNumber, partitionKey, why }) =>
        `rejected: record ${sequenceNumber} of ${shardId}, ${partitionKey === null ? "without a partition key" : `partition key ${JSON.stringify(partitionKey)}`}: ${oneLine(why)}`,
    ),
    ...(rejected.length > 0
      ? [
          "what was rejected stays reported; correct the function and run this again, or give a record up with --drop",
        ]
      : []),
    ...lost.map(describeLost),
    ...describeProblems(summary),
    ...describeStop(summary),
  ];
}

const describeStop = ({ stopped }: Summary): string[] =>
  stopped === undefined ? [] : [`stopped before the end: ${stopped}`];

function describeProblems(summary: Summary): string[] {
  const { unanswered, expiredBefore, expired, undecided, unusable } = summary;
  return [
    ...(unanswered.length > 0
      ? [
          `the last run ended before the function answered for ${count(unanswered.length, "record")}, which may be processed twice: ${[...someOf(unanswered), ...more(unanswered, "of them")].join(", ")}`,
        ]
      : []),
    ...(expiredBefore === undefined
      ? []
      : [`records that arrived before ${expiredBefore} have expired and are no longer available`]),
    ...someOf(expired).map(
      (one) =>
        `expired: ${one.isMinimum ? "at least " : ""}${count(one.count, "record")} of ${one.shardId}, no longer available: from sequence number ${one.fromSequenceNumber} to before ${one.beforeSequenceNumber}, in a batch that arrived from ${one.firstArrival} to ${one.lastArrival} (report ${one.report}, kept unless --delete-expired)`,
    ),
    ...more(expired, "expired"),
    ...someOf(undecided).map(
      (one) => `undecided: report ${one.report} of ${one.shardId}: ${whyUndecided(one)}`,
    ),
    ...more(undecided, "undecided"),
    ...someOf(unusable).map(
      ({ id, why }) => `not used: report ${id}: ${oneLine(why)}; it is not deleted`,
    ),
    ...more(unusable, "not used"),
  ];
}

function describeLost({ shardId, sequenceNumbers, why }: LostAnswer): string {
  const range = [...new Set([sequenceNumbers[0], sequenceNumbers.at(-1)])].join(" to ");
  return `perhaps processed: ${count(sequenceNumbers.length, "record")} of ${shardId}, sequence number ${range}: ${LOST} (${oneLine(why)}); they stay reported, and the next run sends them again, so the function may process them twice`;
}

/** A hundred thousand reports may all be wrong in the same way. */
const someOf = <T>(all: readonly T[]): readonly T[] => all.slice(0, MOST_LISTED);

const more = ({ length }: readonly unknown[], what: string): string[] =>
  length > MOST_LISTED ? [`${what}: ${length - MOST_LISTED} more, which --json names`] : [];

/** Text from reports must not look like a line of this command. */
const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");

function whyUndecided({
  why,
  batchSize,
  candidates,
  partitionKeys,
  partitionKeyCount,
}: Summary["undecided"][number]): string {
  const all = Object.entries(partitionKeys).map(
    ([key, number]) => `${key === "" ? "none" : JSON.stringify(key)} (${number})`,
  );
  const more = partitionKeyCount > all.length ? ` and ${partitionKeyCount - all.length} more` : "";
  const keys = `${all.join(", ")}${more}`;
  const reasons = {
    more: `its batch had ${count(batchSize, "record")}, and its range holds ${candidates} that pass the filters, with the partition keys ${keys}`,
    fewer: `its batch had ${count(batchSize, "record")}, and only ${candidates} in its range pass the filters of today; apply none with --ignore-filters, or take those there are`,
    expired: `a part of its range has expired, and which of the other ${candidates} were among its ${batchSize} is not known; their partition keys are ${keys}`,
  };
  return `${reasons[why]}; choose with --partition-key, or take them all with --all-in-range`;
}
