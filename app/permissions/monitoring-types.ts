import { Context, Target } from "./context";
import { ResourcePermissions } from "./resource-permissions";

const alarms = (context: Context, name: string, sid = "Alarms"): Target => ({
  sid,
  arns: [context.arn("cloudwatch", `alarm:${name}`)],
});

export const MONITORING_TYPES: Readonly<Record<string, ResourcePermissions>> = {
  aws_cloudwatch_metric_alarm: {
    self: (context) => alarms(context, context.text("alarm_name")),
    // CloudWatch checks the reading of alarms on all of them, also if the call names one.
    targets: (context) => ({ all: alarms(context, "*", "ReadAlarms") }),
    create: { self: ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"] },
    read: { all: ["cloudwatch:DescribeAlarms"], self: ["cloudwatch:ListTagsForResource"] },
    update: {
      self: ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"],
    },
    delete: { self: ["cloudwatch:DeleteAlarms"] },
  },

  aws_cloudwatch_dashboard: {
    // Dashboards belong to no Region.
    self: (context) => {
      const { account } = context.resource;
      const name = context.text("dashboard_name");
      return {
        sid: "Dashboards",
        arns: [context.globalArn("cloudwatch", `:${account}:dashboard/${name}`)],
      };
    },
    create: { self: ["cloudwatch:PutDashboard"] },
    read: { self: ["cloudwatch:GetDashboard"] },
    update: { self: ["cloudwatch:PutDashboard"] },
    delete: { self: ["cloudwatch:DeleteDashboards"] },
  },

  aws_sns_topic: {
    self: (context) => ({ sid: "Topics", arns: context.prefixedArns("sns") }),
    create: { self: ["sns:CreateTopic", "sns:TagResource"] },
    read: { self: ["sns:GetTopicAttributes", "sns:ListTagsForResource"] },
    update: { self: ["sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource"] },
    delete: { self: ["sns:DeleteTopic"] },
  },
};
