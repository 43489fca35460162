import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  HeadBucketCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { GetTopicAttributesCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { parseArn } from "../../../pipeline/arn";
import type { Clients } from "../clients";
import { lookUp } from "../look-up";
import { examineEncryption } from "./encryption";
import { unknown } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";
import type {
  Destination,
  DestinationSettings,
  PipelineWithPolicies,
} from "../../../pipeline/pipeline";
import { parsePolicy, type Policy } from "../../../pipeline/iam/document";

interface Kind {
  readonly call: string;
  readonly look: (clients: Clients, arn: string) => Promise<DestinationSettings>;
}

const policyIn = (text: string | undefined): Policy | undefined =>
  text ? parsePolicy("the destination's policy", text) : undefined;

const customerKey = (keyId: string | undefined): string | undefined =>
  keyId === undefined || keyId.includes("alias/aws/") ? undefined : keyId;

// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
const KINDS: Readonly<Record<Destination["service"], Kind>> = {
  sqs: {
    call: "sqs:GetQueueAttributes",
    look: async ({ sqs }, arn) => {
      const { account, resource } = parseArn(arn);
      const { QueueUrl } = await sqs.send(
        new GetQueueUrlCommand({ QueueName: resource, QueueOwnerAWSAccountId: account }),
      );
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy", "KmsMasterKeyId"] }),
      );
      const { Policy: policy, KmsMasterKeyId: keyId } = Attributes;
      return { policy: policyIn(policy), kmsKeyId: customerKey(keyId) };
    },
  },
  sns: {
    call: "sns:GetTopicAttributes",
    look: async ({ sns }, arn) => {
      const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: arn }));
      return {
        policy: policyIn(Attributes.Policy),
        kmsKeyId: customerKey(Attributes.KmsMasterKeyId),
      };
    },
  },
  s3: {
    call: "s3:GetBucketPolicy",
    look: async ({ s3 }, arn) => {
      const Bucket = parseArn(arn).resource;
      await s3.send(new HeadBucketCommand({ Bucket }));
      const { Policy: policy } = await s3
        .send(new GetBucketPolicyCommand({ Bucket }))
        .catch(noneIf("NoSuchBucketPolicy"));
      return { policy: policyIn(policy), kmsKeyId: await bucketKey(s3, Bucket) };
    },
  },
};

const noneIf =
  (name: string) =>
  (error: unknown): Record<string, undefined> => {
    if ((error as Error).name === name) {
      return {};
    }
    throw error;
  };

/** The customer managed key with which a bucket encrypts what names no other key. */
async function bucketKey(s3: S3Client, Bucket: string): Promise<string | undefined> {
  const { ServerSideEncryptionConfiguration: configuration } = await s3
    .send(new GetBucketEncryptionCommand({ Bucket }))
    .catch(noneIf("ServerSideEncryptionConfigurationNotFoundError"));
  const [rule] = configuration?.Rules ?? [];
  return customerKey(rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID);
}

export async function examineDestination(
  { function: { account }, stream, role }: Pipeline,
  destination: Destination,
): Promise<PipelineWithPolicies["destination"]> {
  const { arn, service } = destination;
  const { call, look } = KINDS[service];
  const owner = parseArn(arn).account || account.id;
  const settings =
    owner === account.id
      ? await lookUp(account, call, async (clients) => {
          const settings = await look(clients, arn);
          const { kmsKeyId: key } = settings;
          return {
            ...settings,
            ...(key !== undefined && {
              encryption: await examineEncryption([account, stream.account], key, role.arn),
            }),
          };
        })
      : unknown<DestinationSettings>(`the destination ${arn} is in account ${owner}`);
  return { ...destination, settings };
}
