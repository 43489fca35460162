import { Accounts } from "../../cli/src/accounts";
import { Output } from "../../cli/src/output";
import { runStatus } from "../../cli/src/status/screen";
import { FUNCTION, CONFIGURATION, CONSUMER } from "./recorded-pipeline";
import { recordedAccount } from "./recorded";

const RETENTION_HOURS = 24;
const HALF = (RETENTION_HOURS * 3_600_000) / 2;

interface Seen {
  readonly lagMilliseconds?: number;
  readonly state?: string;
  /** Reports in the on-failure queue. */
  readonly reports?: number;
  readonly isDenied?: boolean;
}

const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";

/** What `status` shows of a pipeline, and its exit code. */
async function statusOf({ lagMilliseconds, state = "Enabled", reports = 0, isDenied }: Seen) {
  const metrics = ({ MetricDataQueries: queries }: { MetricDataQueries: Metric[] }) => ({
    MetricDataResults: queries.map(({ Id, MetricStat: { Metric: metric } }) => ({
      Id,
      Values:
        metric.MetricName === "SubscribeToShardEvent.MillisBehindLatest" && lagMilliseconds
          ? [lagMilliseconds]
          : [],
    })),
  });
  const known = new Accounts([]);
  const accounts = {
    "111111111111": recordedAccount("111111111111", {
      "kinesis:DescribeStreamSummary": () => ({
        StreamDescriptionSummary: { RetentionPeriodHours: RETENTION_HOURS },
      }),
      ...(!isDenied && { "cloudwatch:GetMetricData": metrics }),
    }),
    "222222222222": recordedAccount("222222222222", {
      "lambda:GetEventSourceMapping": () => ({
        ...CONFIGURATION,
        State: state,
        DestinationConfig: { OnFailure: { Destination: QUEUE } },
      }),
      "lambda:GetFunctionConfiguration": () => ({ State: "Active" }),
      "cloudwatch:GetMetricData": metrics,
      "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
      "sqs:GetQueueAttributes": () => ({
        Attributes: { ApproximateNumberOfMessages: String(reports) },
      }),
    }),
  };
  jest
    .spyOn(known, "of")
    .mockImplementation((id) => Promise.resolve(accounts[id as keyof typeof accounts]));
  let text = "";
  const stdout = { write: (part: string) => (text += part) };
  const references = [
    { region: "eu-west-1", functionArn: FUNCTION, sourceArn: CONSUMER, uuid: "a-mapping" },
  ];
  const exitCode = await runStatus({
    source: () => Promise.resolve({ references, accounts: known }),
    output: new Output(stdout, stdout, false),
    options: { minutes: "5" },
  } as unknown as Parameters<typeof runStatus>[0]);
  return { exitCode, lines: text.trimEnd().split("\n") };
}

interface Metric {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly MetricName: string } };
}

describe("status", () => {
  it("shows one line for each consumer", async () => {
    expect(await statusOf({ lagMilliseconds: 90_000, reports: 2 })).toEqual({
      exitCode: 1,
      lines: [
        "function   state    lag      in/min  read/min  errors (5 min)  throttles  failed  oldest  left",
        "analytics  Enabled  1.5 min  -       -         -               -          2       -       -",
      ],
    });
  });

  it.each<[string, Seen, number]>([
    ["a consumer without lag", {}, 0],
    ["a lag of half of the retention", { lagMilliseconds: HALF }, 0],
    ["a lag above half of the retention", { lagMilliseconds: HALF + 1 }, 1],
    ["a mapping that is not enabled", { state: "Disabled" }, 1],
    ["a report of a failed batch", { reports: 1 }, 1],
    ["figures that could not be read", { isDenied: true }, 3],
    ["a report, and figures that could not be read", { isDenied: true, reports: 1 }, 1],
  ])("judges %s", async (_, seen, exitCode) => {
    expect((await statusOf(seen)).exitCode).toBe(exitCode);
  });
});
