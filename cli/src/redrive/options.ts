import { InvalidArgumentError, type Command } from "commander";
import { repeated } from "../command";
import { misuse } from "../errors";
import type { RedriveOptions } from "./redrive";

/** The options of the command line. */
export interface CommandOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly max?: number;
  readonly save?: string;
  readonly show?: string;
  readonly drop?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
  readonly allInRange?: boolean;
  readonly partitionKey?: readonly string[];
  readonly ignoreFilters?: boolean;
  readonly deleteExpired?: boolean;
  readonly maxRejected?: number;
  readonly concurrency?: number;
  readonly rate?: number;
  readonly queueUrl?: string;
  readonly qualifier?: string;
}

export function addOptions(command: Command): void {
  command
    .option("--dry-run", "show what would be sent, and send nothing")
    .option("--yes", "do not ask before sending")
    .option("--max <count>", "redrive this many reports, the oldest first", count)
    .option("--show <report>", "print the records of one report that --dry-run lists, send nothing")
    .option("--drop <sequence>", "give up this record for good; may be repeated", sequenceNumber)
    .option("--save <directory>", "write the events to files instead of invoking the function")
    .option(
      "--from <time>",
      "redrive every record that arrived from this time on, not by report",
      time,
    )
    .option("--to <time>", "up to this time (default: now)", time)
    .option("--all-in-range", "take all records in a report's range that pass the filters")
    .option("--partition-key <key>", "take the records with this key; may be repeated", repeated)
    .option("--ignore-filters", "do not apply the mapping's filters")
    .option("--delete-expired", "also delete reports whose other records have expired")
    .option(
      "--max-rejected <count>",
      "stop when the function has rejected this many (default: 100)",
      count,
    )
    .option(
      "--concurrency <count>",
      "invocations at a time (default: as many as the mapping makes, at most 100)",
      count,
    )
    .option(
      "--rate <MB/s>",
      "read this much of each shard; the pipeline's own reader shares 2 MB/s (default: 1)",
      rate,
    )
    .option("--queue-url <url>", "queue with the reports (default: the mapping's destination)")
    .option("--qualifier <name>", "version or alias to invoke (default: the mapping's)");
}

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number of 1 or more.");
  }
  return Number(text);
}

/** Kinesis gives no more of a shard. */
const MOST_MEGABYTES = 2;
const DEFAULT_MEGABYTES = 1;

function rate(text: string): number {
  const megabytes = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || megabytes === 0 || megabytes > MOST_MEGABYTES) {
    throw new InvalidArgumentError("It must be a number of MB/s above 0 and up to 2, such as 0.5.");
  }
  return megabytes;
}

function sequenceNumber(text: string, others?: readonly string[]): string[] {
  if (!/^(0|[1-9]\d*)$/.test(text)) {
    throw new InvalidArgumentError("It must be a sequence number, as --show prints it.");
  }
  return repeated(text, others);
}

function time(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) {
    throw new InvalidArgumentError("It must be a time such as 2026-11-26T10:00:00Z.");
  }
  return parsed;
}

type Option = keyof CommandOptions;

const flag = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Options that do not go together, and why or what to do. */
const EXCLUSIVE: readonly (readonly [Option, Option, string])[] = [
  ["allInRange", "partitionKey", "omit one of them"],
  ...(["max", "partitionKey", "allInRange", "show"] as const).map(
    (one) => ["from", one, `${flag(one)} chooses among reports, and --from uses none`] as const,
  ),
  ["drop", "save", "--save leaves every record reported; omit one of them"],
  ["drop", "show", "--show sends nothing; omit one of them"],
  ["show", "save", "--show sends nothing; omit one of them"],
];

/** Checks what options say together. */
export function redriveOptions(options: CommandOptions): RedriveOptions {
  const { from, to } = options;
  const both = EXCLUSIVE.find(([one, other]) => options[one] && options[other]);
  if (both) {
    const [one, other] = both.slice(0, 2).map(flag);
    throw misuse(`'${one}' and '${other}' are mutually exclusive, got both; ${both[2]}`);
  }
  if (to && !from) {
    throw misuse("'--to' requires '--from', got nothing; add --from");
  }
  if (from && from >= (to ?? new Date())) {
    throw misuse(`'--from' must be before '--to', got ${from.toISOString()}; exchange them`);
  }
  return {
    dryRun: options.dryRun,
    max: options.max,
    saveDirectory: options.save,
    drop: options.drop,
    allInRange: options.allInRange,
    partitionKeys: options.partitionKey,
    ignoreFilters: options.ignoreFilters,
    deleteExpired: options.deleteExpired,
    maxRejected: options.maxRejected,
    concurrency: options.concurrency,
    bytesPerSecond: (options.rate ?? DEFAULT_MEGABYTES) * 1_000_000,
    ...(from && { time: { from, to: to ?? new Date() } }),
  };
}
