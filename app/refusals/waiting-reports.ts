import { changesOf, isDestroyed, type Plan } from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";
import type { AccountLookups } from "./account-lookups";

/** One sentence for each queue that a plan deletes while failure reports wait in it. */
export async function waitingReports(plan: Plan, lookups: AccountLookups): Promise<string[]> {
  const sentences = await Promise.all(
    changesOf(plan, "aws_sqs_queue")
      .filter(isDestroyed)
      .map(async ({ address, change: { before } }): Promise<string[]> => {
        const [QueueUrl, name = address] = [text(before, "url"), text(before, "name")];
        const access = lookups.accessTo(address, before);
        if (QueueUrl === undefined || !access) {
          return [];
        }
        const answer = await lookups.look(`queue ${name}`, () =>
          access.aws.sqs.getQueueAttributes({
            QueueUrl,
            AttributeNames: [
              "ApproximateNumberOfMessages",
              "ApproximateNumberOfMessagesNotVisible",
            ],
          }),
        );
        const reports = Object.values(answer?.Attributes ?? {})
          .map(Number)
          .reduce((one, other) => one + other, 0);
        return reports === 0
          ? []
          : [
              `deletes queue ${name} with about ${reports} failure ${reports === 1 ? "report" : "reports"} in it: read the records back first, with 'npm run redrive' (${address})`,
            ];
      }),
  );
  return sentences.flat();
}
