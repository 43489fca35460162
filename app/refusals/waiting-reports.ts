import { changesOf, isDestroyed, type Plan } from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";
import type { AccountLookups } from "./account-lookups";

/** A queue that a plan deletes. */
export interface DeletedQueue {
  readonly address: string;
  readonly name: string;
  readonly arn: string | undefined;
  /** About how many failure reports are in it; undefined if it could not be looked at. */
  readonly reports: number | undefined;
}

const COUNTS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
] as const;

/** Counts the failure reports in each queue that a plan deletes. */
export const countReports = (plan: Plan, lookups: AccountLookups): Promise<DeletedQueue[]> =>
  Promise.all(
    changesOf(plan, "aws_sqs_queue")
      .filter(isDestroyed)
      .map(async ({ address, change: { before } }): Promise<DeletedQueue> => {
        const [QueueUrl, name = address] = [text(before, "url"), text(before, "name")];
        const access = lookups.accessTo(address, before);
        const answer =
          QueueUrl === undefined || !access
            ? undefined
            : await lookups.look(`queue ${name}`, () =>
                access.aws.sqs.getQueueAttributes({ QueueUrl, AttributeNames: [...COUNTS] }),
              );
        const counts = COUNTS.map((count) => Number(answer?.Attributes?.[count]));
        const sum = counts.reduce((one, other) => one + other, 0);
        return {
          ...{ address, name, arn: text(before, "arn") },
          reports: Number.isNaN(sum) ? undefined : sum,
        };
      }),
  );

/** One sentence for each queue that was looked at: the reports that wait in it, or that there are none. */
export const waitingReports = (queues: readonly DeletedQueue[]): string[] =>
  queues.flatMap(({ address, name, reports }) => {
    if (reports === undefined) {
      return [];
    }
    return reports === 0
      ? `queue ${name} is empty, so no failure report is lost with it (${address})`
      : `deletes queue ${name} with about ${reports} failure ${reports === 1 ? "report" : "reports"} in it: read the records back first, with 'npm run redrive' (${address})`;
  });
