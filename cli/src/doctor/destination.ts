import { GetBucketPolicyCommand, HeadBucketCommand } from "@aws-sdk/client-s3";
import { GetTopicAttributesCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { parseArn } from "../../../pipeline/arn";
import type { Clients } from "../clients";
import { lookUp, unknown, type Fact } from "../facts";
import type { Destination, Pipeline } from "../pipeline";
import { parsePolicy, type Policy } from "../../../pipeline/iam/document";
import type { Need } from "./access";

/** An on-failure destination as it is now. */
interface DestinationSettings {
  /** The destination's own policy; undefined if it has none. */
  readonly policy?: Policy;
  /** The key that encrypts it, if it is not one of the service's own. */
  readonly kmsKeyId?: string;
}

export interface ExaminedDestination extends Destination {
  /** What Lambda does there in the role's name: the actions, and on which resource. */
  readonly needs: readonly Need[];
  readonly settings: Fact<DestinationSettings>;
}

interface Kind {
  readonly call: string;
  readonly needs: (arn: string) => ExaminedDestination["needs"];
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
    needs: (resource) => [{ action: "sqs:SendMessage", resource }],
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
    needs: (resource) => [{ action: "sns:Publish", resource }],
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
    needs: (arn) => [
      { action: "s3:ListBucket", resource: arn },
      { action: "s3:PutObject", resource: `${arn}/aws/lambda/`, allowOn: `${arn}/*` },
    ],
    look: async ({ s3 }, arn) => {
      const Bucket = parseArn(arn).resource;
      await s3.send(new HeadBucketCommand({ Bucket }));
      const answer = await s3
        .send(new GetBucketPolicyCommand({ Bucket }))
        .catch((error: unknown) => {
          if ((error as Error).name === "NoSuchBucketPolicy") {
            return { Policy: undefined };
          }
          throw error;
        });
      return { policy: policyIn(answer.Policy) };
    },
  },
};

export async function examineDestination(
  { function: { account } }: Pipeline,
  destination: Destination,
): Promise<ExaminedDestination> {
  const { arn, service } = destination;
  const { call, needs, look } = KINDS[service];
  const owner = parseArn(arn).account || account.id;
  const settings =
    owner === account.id
      ? await lookUp(account, call, (clients) => look(clients, arn))
      : unknown<DestinationSettings>(`the destination ${arn} is in account ${owner}`);
  return { ...destination, needs: needs(arn), settings };
}
