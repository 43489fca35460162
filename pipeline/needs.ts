import { dnsSuffixOf, parseArn, partitionOf } from "./arn";
import { valueOf } from "./fact";
import { reportKeyActions, reportKeyCondition } from "./iam/report-key";
import { CONSUMER_READ_ACTIONS, STREAM_READ_ACTIONS } from "./iam/actions";
import type { Statement } from "./iam/document";
import { viaKinesisCondition } from "./iam/via-kinesis";
import type { Destination, PipelineWithPolicies } from "./pipeline";

/** An action that the role needs, and the resource of its request. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** Resource and condition of a statement that allows it. The default is `resource`, without one. */
  readonly allowOn?: string;
  readonly condition?: Statement["Condition"];
  /** The destination whose key it is, if the request is one to KMS that is not for the stream. */
  readonly destination?: Destination;
}

const needsOn = (
  actions: readonly string[],
  resource: string,
  statement: Omit<Need, "action" | "resource"> = {},
): Need[] => actions.map((action) => ({ action, resource, ...statement }));

export const streamNeeds = ({ pipeline }: PipelineWithPolicies): Need[] =>
  needsOn(STREAM_READ_ACTIONS, pipeline.stream.arn);

export const consumerNeedsOn = (consumerArn: string): Need[] =>
  needsOn(CONSUMER_READ_ACTIONS, consumerArn);

export const consumerNeeds = ({ pipeline: { consumer } }: PipelineWithPolicies): Need[] =>
  consumer ? consumerNeedsOn(consumer.arn) : [];

/**
 * AWS's managed policy for such roles, AWSLambdaKinesisExecutionRole, has no DescribeStreamConsumer:
 * only the consumer's own policy has to allow it.
 */
export const consumerNeedsOfRole = (examined: PipelineWithPolicies): Need[] =>
  consumerNeeds(examined).filter(({ action }) => action === "kinesis:SubscribeToShard");

export const decryptNeeds = (
  { pipeline: { stream, region } }: PipelineWithPolicies,
  keyArn: string,
): Need[] =>
  needsOn(["kms:Decrypt"], keyArn, {
    condition: viaKinesisCondition(
      { arn: stream.arn, region },
      dnsSuffixOf(parseArn(stream.arn).partition),
    ),
  });

export const keyNeeds = (examined: PipelineWithPolicies): Need[] => {
  const { Arn: arn, KeyManager } = valueOf(examined.key) ?? {};
  return arn === undefined || KeyManager === "AWS" ? [] : decryptNeeds(examined, arn);
};

export const logGroupArn = ({
  pipeline: { function: fn, region },
  logGroup,
}: PipelineWithPolicies): string =>
  `arn:${partitionOf(region)}:logs:${region}:${fn.account.id}:log-group:${logGroup?.name}`;

export function logNeeds(examined: PipelineWithPolicies): Need[] {
  const arn = logGroupArn(examined);
  return examined.logGroup
    ? needsOn(["logs:CreateLogStream", "logs:PutLogEvents"], `${arn}:log-stream:any`, {
        allowOn: `${arn}:*`,
      })
    : [];
}

// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
const REPORTING: Readonly<Record<Destination["service"], (arn: string) => Need[]>> = {
  sqs: (arn) => needsOn(["sqs:SendMessage"], arn),
  sns: (arn) => needsOn(["sns:Publish"], arn),
  s3: (arn) => [
    ...needsOn(["s3:ListBucket"], arn),
    ...needsOn(["s3:PutObject"], `${arn}/aws/lambda/`, { allowOn: `${arn}/*` }),
  ],
};

export const destinationNeedsOn = ({ arn, service }: Destination): Need[] =>
  REPORTING[service](arn);

export const destinationNeeds = ({ destination }: PipelineWithPolicies): Need[] =>
  destination ? destinationNeedsOn(destination) : [];

/** What the role needs on the key of its destination, if that is a customer managed one. */
export function destinationKeyNeeds({ destination }: PipelineWithPolicies): Need[] {
  const { Arn: arn, KeyManager } = valueOf(valueOf(destination?.settings)?.encryption?.key) ?? {};
  if (destination === undefined || arn === undefined || KeyManager === "AWS") {
    return [];
  }
  const { region, partition } = parseArn(arn);
  const place = { region, dnsSuffix: dnsSuffixOf(partition) };
  return needsOn(reportKeyActions(destination.service), arn, {
    condition: reportKeyCondition(destination.service, destination.arn, place),
    destination,
  });
}
