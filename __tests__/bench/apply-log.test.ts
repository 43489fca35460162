import { applyLog, longestChain } from "../../bench/apply-log";

const line = (type: string, second: number, addr: string): string =>
  JSON.stringify({
    type,
    "@timestamp": new Date(second * 1000).toISOString(),
    hook: { resource: { addr } },
  });

const seconds = applyLog([
  JSON.stringify({ type: "version", "@timestamp": "2026-11-26T12:00:00Z" }),
  line("apply_start", 0, "aws_iam_role.role"),
  line("apply_start", 0, "aws_sqs_queue.queue"),
  line("apply_complete", 3, "aws_iam_role.role"),
  line("apply_start", 3, "aws_lambda_function.function"),
  line("apply_complete", 25, "aws_sqs_queue.queue"),
  line("apply_complete", 15, "aws_lambda_function.function"),
  line("apply_start", 25, "aws_lambda_event_source_mapping.mapping"),
  line("apply_complete", 35, "aws_lambda_event_source_mapping.mapping"),
]);

const resources = (queue?: string) => ({
  aws_iam_role: { role: {} },
  aws_sqs_queue: { queue: {} },
  aws_lambda_function: { function: { role: "${aws_iam_role.role.arn}" } },
  aws_lambda_event_source_mapping: {
    mapping: {
      function_name: "${aws_lambda_function.function.arn}",
      ...(queue && { depends_on: [queue] }),
    },
  },
});

describe("the log of an apply", () => {
  it("says how long each resource took", () => {
    expect(Object.fromEntries(seconds)).toEqual({
      "aws_iam_role.role": 3,
      "aws_sqs_queue.queue": 25,
      "aws_lambda_function.function": 12,
      "aws_lambda_event_source_mapping.mapping": 10,
    });
  });

  it("has a longest chain of references and depends_on", () => {
    expect(longestChain(resources(), seconds)).toBe(3 + 12 + 10);
    expect(longestChain(resources("aws_sqs_queue.queue"), seconds)).toBe(25 + 10);
  });
});
