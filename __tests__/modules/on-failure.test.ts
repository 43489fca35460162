import { OnFailure } from "../../modules";
import { aConsumer, ROLE_ARN, synthesize } from "../helpers/synthesize";

const BUCKET = "arn:aws:s3:::failures";
const QUEUE = "arn:aws:sqs:eu-central-1:222222222222:failures";
const TOPIC = "arn:aws:sns:eu-central-1:222222222222:failures";

const toBucket = (account: string) => {
  const Condition = { StringEquals: { "s3:ResourceAccount": account } };
  return [
    {
      Sid: "ReportFailures",
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: `${BUCKET}/*`,
      Condition,
    },
    {
      Sid: "FindFailureBucket",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: BUCKET,
      Condition,
    },
  ];
};
const report = (Action: string, Resource: string) => [
  { Sid: "ReportFailures", Effect: "Allow", Action: [Action], Resource },
];
const own = "aws_sqs_queue.consumer_on-failure-queue_82A27C2E.arn";

describe("OnFailure", () => {
  it.each([
    ["queue", OnFailure.queue(), `\${${own}}`, report("sqs:SendMessage", `\${${own}}`)],
    ["sqs", OnFailure.sqs(QUEUE), QUEUE, report("sqs:SendMessage", QUEUE)],
    ["sns", OnFailure.sns(TOPIC), TOPIC, report("sns:Publish", TOPIC)],
    [
      "s3",
      OnFailure.s3(BUCKET),
      BUCKET,
      toBucket('${element(split(":", aws_iam_role.consumer_role_0791C390.arn), 4)}'),
    ],
    [
      "s3 of another account",
      OnFailure.s3(BUCKET, "444444444444"),
      BUCKET,
      toBucket("444444444444"),
    ],
    ["none", OnFailure.none(), undefined, []],
  ])("%s: destination and statements", (_kind, onFailure, arn, statements) => {
    const synthesized = synthesize((stack, providers) =>
      aConsumer(stack, providers, { onFailure }),
    );
    expect(synthesized.only("aws_lambda_event_source_mapping").destination_config).toEqual(
      arn && { on_failure: { destination_arn: arn } },
    );
    const all = synthesized.statements("aws_iam_role_policy", "consumer_role-policy");
    expect(all.slice(3, -1)).toEqual(statements);
    expect(all.map(({ Sid }) => Sid)).toEqual([
      "ReadStream",
      "ReadConsumer",
      "DecryptRecords",
      ...statements.map(({ Sid }) => Sid),
      "WriteLogs",
    ]);
    expect(synthesized.all("aws_sqs_queue")).toHaveLength(arn === `\${${own}}` ? 1 : 0);
  });

  it("expects the bucket in the account of an existing function's role", () => {
    const statements = synthesize((stack, providers) =>
      aConsumer(stack, providers, {
        onFailure: OnFailure.s3(BUCKET),
        existingFunction: {
          functionName: "reader",
          roleName: "reader",
          roleArn: ROLE_ARN,
        },
      }),
    ).statements("aws_iam_role_policy", "consumer_role-policy");
    expect(statements.slice(3)).toEqual(toBucket("222222222222"));
  });

  it("cuts a long name of a function, so that Terraform can complete the queue's", () => {
    const functionName = "f".repeat(64);
    const queue = synthesize((stack, providers) =>
      aConsumer(stack, providers, { functionName }),
    ).only("aws_sqs_queue");

    expect(queue.name_prefix).toBe("f".repeat(54));
  });

  it("keeps a policy for a former destination, which allows nothing new without one", () => {
    const statements = (onFailure: OnFailure) =>
      synthesize((stack, providers) => aConsumer(stack, providers, { onFailure })).statements(
        "aws_iam_role_policy",
        "consumer_on-failure-policy",
      );

    expect(statements(OnFailure.sns(TOPIC))).toEqual(report("sns:Publish", TOPIC));
    expect(statements(OnFailure.none())).toMatchObject([{ Sid: "ReadStream" }]);
  });
});
