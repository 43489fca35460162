import { DISCOVERY, READERS_PERMISSIONS, RESOURCES, type Permission } from "../permissions";
import { pipelineCommand } from "../pipeline-command";

export interface StatusOptions {
  readonly minutes: string;
  readonly watch?: string | true;
}

export const DEFAULT_WATCH_SECONDS = 10;

export const STATUS_PERMISSIONS: readonly Permission[] = [
  ...DISCOVERY,
  { account: "function", actions: ["lambda:GetFunctionConcurrency"], resource: RESOURCES.function },
  { account: "function", actions: ["cloudwatch:GetMetricData"], resource: RESOURCES.any },
  { account: "stream", actions: ["cloudwatch:GetMetricData"], resource: RESOURCES.any },
  { account: "stream", actions: ["kinesis:ListShards"], resource: RESOURCES.stream },
  {
    account: "function",
    actions: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
    resource: RESOURCES.queue,
  },
  { account: "function", actions: ["s3:ListBucket"], resource: RESOURCES.bucket },
];

export const status = pipelineCommand<StatusOptions>({
  name: "status",
  summary: "Shows on one screen how every reader is doing, the worst first, and a verdict.",
  help: `Figures come from CloudWatch, which is some minutes behind; '-' means that there
is no data, which is not 0. 'last' is how long ago the function last got a
batch, within a day. Lag is the worst of all shards:
SubscribeToShardEvent.MillisBehindLatest with enhanced fan-out, and the
function's IteratorAge if there is none. 'failed' counts reports, each of a
batch of records. 'left' is the time until the oldest failed record can no
longer be read from the stream, at most.

Exit code 1: a mapping is not enabled or reports a problem, its stream or
             function does not exist, the function may not run at all, failures
             wait, records come in and none is read, or the lag is above half
             of the retention
Exit code 3: something could not be read, or no metric shows that a reader reads
             now`,
  options: (command) =>
    command
      .option("--minutes <minutes>", "how far to look back", "5")
      .option(
        "--watch [seconds]",
        `show it again every so many seconds, until Ctrl-C (default: ${DEFAULT_WATCH_SECONDS})`,
      ),
  isBroad: true,
  permissions: ({ stream, all }) => [
    ...STATUS_PERMISSIONS,
    ...(stream === undefined && !all ? [] : READERS_PERMISSIONS),
  ],
  run: async (context) => (await import("./screen.js")).runStatus(context),
});
