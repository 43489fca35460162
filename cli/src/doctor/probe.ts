import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import type { FilterCriteria } from "@aws-sdk/client-lambda";
import { parseFilterPattern, passes } from "../../../pipeline/filter-pattern";
import { describeAwsError } from "../errors";
import { lookUp } from "../look-up";
import { valueOf } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";
import { finding, ok, undecided, type Verdict } from "./verdict";

const POLL_MILLISECONDS = 500;
// The clocks of this machine and of AWS may differ.
const CLOCK_SKEW_MILLISECONDS = 60_000;

interface ProbeOptions {
  /** Data of the record, for filters that the default data does not pass. */
  readonly data?: string;
  /** How long to look for the record, beside the mapping's batching window. */
  readonly timeoutSeconds: number;
}

/** A record with a marker that can be found in a log. */
interface Probe {
  readonly marker: string;
  readonly putAt: number;
  readonly record: { readonly partitionKey: string; readonly data: string };
}

/**
 * Puts one marked record into each stream and follows it into the log group of every function.
 *
 * @returns what became of it, in the order of the pipelines
 */
export async function probe(
  pipelines: readonly Pipeline[],
  options: ProbeOptions,
): Promise<Verdict[]> {
  const probes = new Map<string, Promise<Probe | Verdict>>();
  return Promise.all(
    pipelines.map(async (pipeline) => {
      const { arn } = pipeline.stream;
      const put = probes.get(arn) ?? putProbe(pipeline, options);
      probes.set(arn, put);
      const probe = await put;
      return "status" in probe ? probe : follow(pipeline, probe, options);
    }),
  );
}

async function putProbe(pipeline: Pipeline, { data }: ProbeOptions): Promise<Probe | Verdict> {
  const { account, arn: StreamARN } = pipeline.stream;
  if (account.access.state !== "found") {
    return undecided(`no record can be put: ${account.access.why}`);
  }
  const { clients, credentials } = account.access.value;
  const marker = randomUUID();
  const PartitionKey = `cross-account-kinesis-probe-${marker}`;
  const Data = Buffer.from(data ?? JSON.stringify({ probe: "cross-account-kinesis", marker }));
  const put = (DryRun?: true) =>
    clients.kinesis.send(
      new PutRecordCommand({ StreamARN, PartitionKey, Data, ...(DryRun && { DryRun }) }),
    );
  let putAt = Date.now();
  try {
    // An endpoint that does not know DryRun puts the record.
    const isPut = await put(true).then(({ SequenceNumber: number }) => number !== undefined, ifDry);
    if (!isPut) {
      putAt = Date.now();
      await put();
    }
  } catch (error) {
    const why = describeAwsError(error, "kinesis:PutRecord", credentials);
    return finding("probe-not-written", why);
  }
  return { marker, putAt, record: { partitionKey: PartitionKey, data: Data.toString("base64") } };
}

/** The answer to a dry run of what is allowed is an error as well. */
function ifDry(error: unknown): false {
  if ((error as Error).name === "DryRunOperationException") {
    return false;
  }
  throw error;
}

async function follow(
  pipeline: Pipeline,
  { marker, putAt, record }: Probe,
  { timeoutSeconds }: ProbeOptions,
): Promise<Verdict> {
  const mapping = valueOf(pipeline.mapping.configuration);
  const configuration = valueOf(pipeline.function.configuration);
  if (!mapping || !configuration) {
    return undecided("the record was put, but the function's log group is not known");
  }
  const isPassed = passesFilters(mapping.FilterCriteria, record);
  if (isPassed === false) {
    return undecided(
      "the mapping's filters drop the record, which proves nothing; use --probe-data with data that passes",
    );
  }
  const window = mapping.MaximumBatchingWindowInSeconds ?? 0;
  const logGroupName =
    configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${pipeline.function.name}`;
  const end = putAt + (timeoutSeconds + window) * 1000;
  for (;;) {
    const seenAt = await lookUp(pipeline.function.account, "logs:FilterLogEvents", ({ logs }) =>
      findInLog(
        (nextToken) =>
          logs.send(
            new FilterLogEventsCommand({
              logGroupName,
              startTime: putAt - CLOCK_SKEW_MILLISECONDS,
              filterPattern: `"${marker}"`,
              nextToken,
            }),
          ),
        marker,
      ),
    );
    if (seenAt.state === "unknown") {
      return undecided(`the record was put, but ${seenAt.why}`);
    }
    if (seenAt.state === "found") {
      const milliseconds = Math.max(0, seenAt.value - putAt);
      return ok(`the record was in ${logGroupName} after ${milliseconds} ms`);
    }
    if (Date.now() > end) {
      const evidence = `no line of ${logGroupName} has ${marker} within ${timeoutSeconds + window} s`;
      return isPassed === undefined
        ? undecided(`${evidence}, and the mapping's filters are not known here`)
        : finding("probe-not-seen", evidence);
    }
    await sleep(POLL_MILLISECONDS);
  }
}

/** Time of the first line that has the marker. */
async function findInLog(
  read: (nextToken: string | undefined) => Promise<{
    readonly events?: readonly { readonly timestamp?: number; readonly message?: string }[];
    readonly nextToken?: string;
  }>,
  marker: string,
): Promise<number | undefined> {
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    const line = page.events?.find(({ message = "" }) => message.includes(marker));
    if (line) {
      return line.timestamp;
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return undefined;
}

/** Whether the record reaches the function; undefined if the patterns cannot be decided here. */
function passesFilters(
  criteria: FilterCriteria | undefined,
  record: Probe["record"],
): boolean | undefined {
  try {
    const filters = (criteria?.Filters ?? []).map(({ Pattern = "" }) =>
      parseFilterPattern(Pattern),
    );
    return passes(filters, record);
  } catch {
    return undefined;
  }
}
