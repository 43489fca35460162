import { Target } from "./context";
import { ResourcePermissions } from "./resource-permissions";

const streams = (...arns: string[]): Target => ({ sid: "Streams", arns });
const consumers = (arn: string): Target => ({ sid: "StreamConsumers", arns: [arn] });
const keys = (arn: string): Target => ({ sid: "Keys", arns: [arn] });

const READ_KEY = [
  "kms:DescribeKey",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListResourceTags",
];

export const KINESIS_TYPES: Readonly<Record<string, ResourcePermissions>> = {
  aws_kinesis_stream: {
    self: (context) => streams(context.ownArn()),
    targets: (context) => {
      if (!context.has("kms_key_id")) {
        return { encryption: undefined, key: undefined };
      }
      const key = context.keyArn("kms_key_id");
      return {
        // Starting and stopping encryption are checked on both the stream and the key.
        encryption: { sid: "StreamEncryption", arns: [context.ownArn(), key] },
        key: keys(key),
      };
    },
    create: {
      self: [
        "kinesis:CreateStream",
        "kinesis:AddTagsToStream",
        "kinesis:IncreaseStreamRetentionPeriod",
      ],
      any: ["kinesis:EnableEnhancedMonitoring"],
      encryption: ["kinesis:StartStreamEncryption"],
      // https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
      key: ["kms:DescribeKey"],
    },
    read: {
      self: ["kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream"],
      any: ["kinesis:DescribeLimits"],
    },
    update: {
      self: [
        "kinesis:AddTagsToStream",
        "kinesis:RemoveTagsFromStream",
        "kinesis:IncreaseStreamRetentionPeriod",
        "kinesis:DecreaseStreamRetentionPeriod",
        // `max_record_size_in_kib` of AWS provider 6.20 and newer.
        "kinesis:UpdateMaxRecordSize",
      ],
      any: [
        "kinesis:EnableEnhancedMonitoring",
        "kinesis:DisableEnhancedMonitoring",
        "kinesis:UpdateShardCount",
        "kinesis:UpdateStreamMode",
      ],
      encryption: ["kinesis:StartStreamEncryption", "kinesis:StopStreamEncryption"],
    },
    delete: { self: ["kinesis:DeleteStream"] },
  },

  aws_kinesis_stream_consumer: {
    self: (context) => consumers(context.ownArn()),
    targets: (context) => ({ stream: streams(context.text("stream_arn")) }),
    create: { stream: ["kinesis:RegisterStreamConsumer", "kinesis:ListStreamConsumers"] },
    // AWS provider 6 also reads the tags of a consumer.
    read: { self: ["kinesis:DescribeStreamConsumer", "kinesis:ListTagsForResource"] },
    delete: { self: ["kinesis:DeregisterStreamConsumer"] },
  },

  aws_kinesis_resource_policy: {
    self: (context) => {
      const arn = context.text("resource_arn");
      return arn.includes("/consumer/") ? consumers(arn) : streams(arn);
    },
    create: { self: ["kinesis:PutResourcePolicy"] },
    read: { self: ["kinesis:GetResourcePolicy"] },
    update: { self: ["kinesis:PutResourcePolicy"] },
    delete: { self: ["kinesis:DeleteResourcePolicy"] },
  },

  aws_kms_key: {
    self: (context) => keys(context.ownArn()),
    create: { any: ["kms:CreateKey"], self: ["kms:TagResource", "kms:EnableKeyRotation"] },
    read: { self: READ_KEY },
    update: {
      self: [
        "kms:EnableKeyRotation",
        "kms:UpdateKeyDescription",
        "kms:TagResource",
        "kms:UntagResource",
      ],
    },
    delete: { self: ["kms:ScheduleKeyDeletion"] },
  },

  aws_kms_key_policy: {
    self: (context) => keys(context.keyArn("key_id")),
    create: { self: ["kms:PutKeyPolicy"] },
    read: { self: READ_KEY },
    update: { self: ["kms:PutKeyPolicy"] },
    // Destroying the policy puts KMS's default policy in its place.
    delete: { self: ["kms:PutKeyPolicy"] },
  },

  aws_kms_alias: {
    // AWS checks the actions on both the alias and the key.
    self: (context) => ({
      sid: "KeyAliases",
      arns: [context.arn("kms", context.text("name")), context.keyArn("target_key_id")],
    }),
    create: { self: ["kms:CreateAlias"] },
    read: { any: ["kms:ListAliases"] },
    delete: { self: ["kms:DeleteAlias"] },
  },
};
