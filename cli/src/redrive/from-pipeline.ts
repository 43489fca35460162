import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import type { Access, Account } from "../accounts";
import { parseArn } from "../arns";
import { couldNotLook, misuse } from "../errors";
import type { Pipeline } from "../pipeline";
import type { CommandOptions } from "./options";
import type { Progress } from "./progress";
import { ReportBucket } from "./report-bucket";
import { ReportQueue } from "./report-queue";
import type { ReportSource } from "./report-source";
import type { Target } from "./sender";

export function accessOf({ access }: Account): Access {
  if (access.state !== "found") {
    throw couldNotLook(access.why);
  }
  return access.value;
}

export function targetOf(
  { mapping, function: fn, stream, role }: Pipeline,
  qualifier?: string,
): Target {
  const { configuration } = mapping;
  if (configuration.state !== "found") {
    throw couldNotLook(`the mapping's settings are not known: ${configuration.why}`);
  }
  if (role.arn === undefined) {
    const { configuration: unreadable } = fn;
    throw couldNotLook(
      `the function's role, which every event names, is not known: ${unreadable.state === "found" ? "the function has none" : unreadable.why}`,
    );
  }
  const { value } = configuration;
  const functionArn = fn.arn.split(":").slice(0, 7).join(":");
  return {
    functionArn: qualifier === undefined ? fn.arn : `${functionArn}:${qualifier}`,
    eventSourceArn: mapping.sourceArn,
    streamArn: stream.arn,
    roleArn: role.arn,
    batchSize: value.BatchSize ?? 100,
    parallelizationFactor: value.ParallelizationFactor ?? 1,
    filterPatterns: (value.FilterCriteria?.Filters ?? []).map(({ Pattern = "" }) => Pattern),
    reportsBatchItemFailures:
      value.FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
  };
}

export async function sourceOf(
  { destination, mapping }: Pipeline,
  { clients: { sqs, s3 } }: Access,
  progress: Progress,
  { queueUrl }: CommandOptions,
): Promise<ReportSource> {
  if (queueUrl !== undefined) {
    return new ReportQueue(sqs, queueUrl, progress);
  }
  if (destination?.service === "s3") {
    return new ReportBucket(s3, parseArn(destination.arn).resource, mapping.uuid ?? "");
  }
  if (destination?.service !== "sqs") {
    throw misuse(
      `'--queue-url' must be given, got nothing: the mapping ${destination ? `reports to ${destination.arn}, and a topic keeps nothing` : "has no on-failure destination"}; name a queue with its reports, or choose records by time with --from`,
    );
  }
  const { account, resource } = parseArn(destination.arn);
  const { QueueUrl = "" } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: resource, QueueOwnerAWSAccountId: account }),
  );
  return new ReportQueue(sqs, QueueUrl, progress);
}

/** Files of this machine about one queue, bucket or time range. */
export function stateFiles(
  { mapping, destination }: Pipeline,
  { queueUrl, from, to }: CommandOptions,
) {
  const base = process.env.XDG_STATE_HOME ?? path.join(os.homedir(), ".local", "state");
  const directory = path.join(base, "cross-account-kinesis");
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const subject = from
    ? [mapping.uuid, from.toISOString(), to?.toISOString()]
    : [queueUrl ?? destination?.arn];
  const hash = createHash("sha256").update(JSON.stringify(subject)).digest("hex").slice(0, 16);
  return {
    journal: path.join(directory, `redrive-${hash}.jsonl`),
    lock: path.join(directory, `redrive-${hash}.lock`),
  };
}
