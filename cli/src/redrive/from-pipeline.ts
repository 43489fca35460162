import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import type { Access, Account } from "../accounts";
import { parseArn, parseFunctionArn } from "../../../pipeline/arn";
import { lookupFailed, misuse } from "../errors";
import type { Pipeline } from "../pipeline";
import type { CommandOptions } from "./options";
import type { Journal } from "./journal";
import type { Pauses } from "./pauses";
import { ReportBucket } from "./report-bucket";
import { ReportQueue } from "./report-queue";
import type { ReportSource } from "./report-source";
import type { Target } from "./sender";

export function accessOf({ access }: Account): Access {
  if (access.state !== "found") {
    throw lookupFailed(access.why);
  }
  return access.value;
}

export function targetOf(
  { mapping, function: fn, stream, role }: Pipeline,
  qualifier?: string,
): Target {
  const { configuration } = mapping;
  if (configuration.state !== "found") {
    throw lookupFailed(`the mapping's settings are not known: ${configuration.why}`);
  }
  if (role.arn === undefined) {
    const { configuration: unreadable } = fn;
    throw lookupFailed(
      `the function's role, which every event names, is not known: ${unreadable.state === "found" ? "the function has none" : unreadable.why}`,
    );
  }
  const { value } = configuration;
  const { unqualifiedArn } = parseFunctionArn(fn.arn);
  return {
    functionArn: qualifier === undefined ? fn.arn : `${unqualifiedArn}:${qualifier}`,
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
  { journal, pauses }: { readonly journal: Journal; readonly pauses: Pauses },
  { queueUrl }: CommandOptions,
): Promise<ReportSource> {
  if (queueUrl !== undefined) {
    return new ReportQueue(sqs, queueUrl, journal, pauses.sleep);
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
  return new ReportQueue(sqs, QueueUrl, journal, pauses.sleep);
}
