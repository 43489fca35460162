import { PipelineMonitoring } from "../../../modules";
import { aConsumer, aStream, OWNER, READER, REGION, statementsFor, synthesized } from "./stacks";

const stack = synthesized((parts) => {
  const stream = aStream(parts);
  const consumers = [aConsumer(parts, stream)];
  new PipelineMonitoring(parts.stack, "monitoring", { stream, consumers });
});

/** Actions and resources by the id of the statement. */
const allowedIn = (account: string) =>
  Object.fromEntries(
    statementsFor(stack, account)
      .filter(({ Sid }) => /^(Alarms|ReadAlarms|Dashboards|Topics)/.test(Sid))
      .map(({ Sid, Action, Resource }) => [Sid, [Action, Resource]]),
  );

const alarm = (account: string, name: string): string =>
  `arn:aws:cloudwatch:${REGION}:${account}:alarm:${name}`;
const ALARM_ACTIONS = [
  "cloudwatch:DeleteAlarms",
  "cloudwatch:ListTagsForResource",
  "cloudwatch:PutMetricAlarm",
  "cloudwatch:TagResource",
  "cloudwatch:UntagResource",
];
const DASHBOARD_ACTIONS = [
  "cloudwatch:DeleteDashboards",
  "cloudwatch:GetDashboard",
  "cloudwatch:PutDashboard",
];
const TOPIC_ACTIONS = [
  "sns:CreateTopic",
  "sns:DeleteTopic",
  "sns:GetTopicAttributes",
  "sns:ListTagsForResource",
  "sns:SetTopicAttributes",
  "sns:TagResource",
  "sns:UntagResource",
];

describe("the policies of a monitoring", () => {
  it.each([
    [
      OWNER,
      [
        "orders-analytics-access-lost",
        "orders-analytics-consumer-lag",
        "orders-read-throttled",
        "orders-write-throttled",
      ],
    ],
    [
      READER,
      [
        "destination-failures",
        "failing-batches",
        "failures-waiting",
        "function-errors",
        "function-throttles",
        "iterator-age",
        "oldest-failure",
        "records-dropped",
        "records-given-up",
      ].map((id) => `orders-analytics-${id}`),
    ],
  ])("allow the alarms, the dashboard and the topic of account %s", (account, names) => {
    expect(allowedIn(account)).toEqual({
      Alarms: [ALARM_ACTIONS, names.map((name) => alarm(account, name))],
      ReadAlarms: [["cloudwatch:DescribeAlarms"], [alarm(account, "*")]],
      Dashboards: [DASHBOARD_ACTIONS, [`arn:aws:cloudwatch::${account}:dashboard/orders`]],
      Topics: [
        TOPIC_ACTIONS,
        ["orders-alarms", "orders-alarms-*"].map(
          (name) => `arn:aws:sns:${REGION}:${account}:${name}`,
        ),
      ],
    });
  });
});
