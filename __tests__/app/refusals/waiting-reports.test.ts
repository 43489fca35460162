import type { AccountLookups } from "../../../app/refusals/account-lookups";
import { countReports, waitingReports } from "../../../app/refusals/waiting-reports";
import { change, planOf, QUEUE } from "../explain/plans";

const url = "https://sqs.eu-west-1.amazonaws.com/222222222222/analytics-on-failure";
const ADDRESS = "aws_sqs_queue.analytics_on-failure-queue_1A2B3C4D";
const deletion = change("delete", QUEUE, "analytics_on-failure-queue", { before: { url } });

/** Lookups that get an answer of SQS; undefined for a queue that could not be looked at. */
const answering = (Attributes: object | undefined, hasAccess = true): AccountLookups =>
  ({
    accessTo: () =>
      hasAccess
        ? { aws: { sqs: { getQueueAttributes: () => Promise.resolve({ Attributes }) } } }
        : undefined,
    look: (_what: string, lookup: () => Promise<unknown>) =>
      Attributes === undefined ? Promise.resolve(undefined) : lookup(),
  }) as unknown as AccountLookups;
const counts = (visible: string, delayed = "0", notVisible = "0"): object => ({
  ApproximateNumberOfMessages: visible,
  ApproximateNumberOfMessagesDelayed: delayed,
  ApproximateNumberOfMessagesNotVisible: notVisible,
});

describe("the failure reports in a queue that a plan deletes", () => {
  it.each<[string, AccountLookups, number | undefined, string[]]>([
    [
      "waiting, delayed or being read",
      answering(counts("1", "2", "4")),
      7,
      [
        `deletes queue analytics-on-failure with about 7 failure reports in it: read the records back first, with 'npm run redrive' (${ADDRESS})`,
      ],
    ],
    [
      "only one",
      answering(counts("0", "0", "1")),
      1,
      [expect.stringMatching(/with about 1 failure report in it/)],
    ],
    [
      "none",
      answering(counts("0")),
      0,
      [`queue analytics-on-failure is empty, so no failure report is lost with it (${ADDRESS})`],
    ],
    ["unknown, since the answer lacks them", answering({}), undefined, []],
    ["unknown, since SQS did not answer", answering(undefined), undefined, []],
    ["unknown, since no credentials are known", answering(counts("0"), false), undefined, []],
  ])("are counted: %s", async (_what, lookups, reports, sentences) => {
    const queues = await countReports(planOf(deletion), lookups);
    expect(queues).toEqual([
      {
        address: ADDRESS,
        name: "analytics-on-failure",
        arn: "arn:aws:sqs:eu-west-1:222222222222:analytics-on-failure",
        reports,
      },
    ]);
    expect(waitingReports(queues)).toEqual(sentences);
  });

  it("are unknown without the queue's URL, and not counted in a queue that stays", async () => {
    const plan = planOf(
      change("replace", QUEUE, "analytics_on-failure-queue"),
      change("update", QUEUE, "other", { before: { url } }),
    );
    const queues = await countReports(plan, answering(counts("0")));
    expect(queues.map(({ address, reports }) => [address, reports])).toEqual([
      [ADDRESS, undefined],
    ]);
  });
});
