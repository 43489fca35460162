import { awsPrincipals, listOf, statementsOf, type Principals } from "./principals";
import { bodyOf, invalidArgument, isConsumerArn, jsonReply, mustOwn, notFound } from "./requests";
import type { Call, Handlers } from "./requests";
import type { StreamConsumers } from "./stream-consumers";

// https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html; DescribeStream is missing
// from that page's table, but its own examples for Lambda use it.
export const READ_ACTIONS = [
  "DescribeStream",
  "DescribeStreamSummary",
  "ListShards",
  "GetShardIterator",
  "GetRecords",
];
export const STREAM_ACTIONS = [...READ_ACTIONS, "PutRecord", "PutRecords"];
export const CONSUMER_ACTIONS = ["SubscribeToShard", "DescribeStreamConsumer"];
const LARGEST_POLICY_BYTES = 20 * 1024;

/** Resource policies of streams and consumers; moto reads a consumer's ARN as a stream's name. */
export class ResourcePolicies {
  private readonly policies = new Map<string, string>();

  constructor(
    private readonly principals: Principals,
    private readonly consumers: StreamConsumers,
  ) {
    consumers.onDeleted = (arn) => this.policies.delete(arn);
  }

  /** The policy on a stream or consumer, as AWS would evaluate it now. */
  async of(arn: string): Promise<string | undefined> {
    const policy = this.policies.get(arn);
    return policy && this.principals.asShown(arn, policy);
  }

  readonly handlers: Handlers = {
    "kinesis.PutResourcePolicy": async (call) => {
      const { ResourceARN: arn, Policy: policy } = ownBody(call);
      await this.consumers.mustBeActive(arn);
      const mistake = mistakeIn(policy, arn);
      if (mistake) throw invalidArgument(mistake);
      const unknown = "Policy contains a principal that does not exist or is not valid:";
      const ids = await this.principals.resolve(policy, (principal) =>
        invalidArgument(`${unknown} ${principal}`),
      );
      this.principals.remember(arn, ids);
      this.policies.set(arn, policy);
      return jsonReply();
    },
    "kinesis.GetResourcePolicy": async (call) => {
      const { ResourceARN: arn } = ownBody(call);
      const Policy = await this.of(arn);
      if (Policy === undefined) throw noPolicy(arn);
      return jsonReply({ Policy });
    },
    "kinesis.DeleteResourcePolicy": (call) => {
      const { ResourceARN: arn } = ownBody(call);
      if (!this.policies.delete(arn)) throw noPolicy(arn);
      return jsonReply();
    },
  };
}

function ownBody(call: Call) {
  const body = bodyOf<{ ResourceARN: string; Policy: string }>(call);
  mustOwn(call, body.ResourceARN);
  return body;
}

const noPolicy = (arn: string) => notFound(`No resource policy found for resource ARN ${arn}.`);

/** The first thing in a policy that Kinesis would not take. */
function mistakeIn(policy: string, arn: string): string | undefined {
  if (Buffer.byteLength(policy) > LARGEST_POLICY_BYTES)
    return `The policy exceeds the maximum size of ${LARGEST_POLICY_BYTES} bytes`;
  let statements;
  try {
    statements = statementsOf(policy);
  } catch {
    return "The policy is not valid JSON";
  }
  if (!statements.length) return "The policy has no statement";
  const shareable = (isConsumerArn(arn) ? CONSUMER_ACTIONS : STREAM_ACTIONS).map((operation) =>
    `kinesis:${operation}`.toLowerCase(),
  );
  for (const statement of statements) {
    const { Effect: effect, Principal: principal, Resource: resource } = statement;
    const principals = awsPrincipals(statement);
    const actions = listOf(statement.Action);
    const unknown = actions.find((action) => !shareable.includes(action.toLowerCase()));
    if (effect !== "Allow" && effect !== "Deny")
      return `Effect must be Allow or Deny, got ${String(effect)}`;
    if (statement.NotPrincipal ?? statement.NotAction)
      return "NotPrincipal and NotAction are not supported";
    if (typeof principal === "object" && Object.keys(principal).some((type) => type !== "AWS"))
      return "Only AWS principals are supported: no service, no federated one";
    if (!principals.length) return "A statement has no principal";
    if (principals.some((one) => one.includes("*")))
      return "Wildcard (*) is not supported for principals";
    if (!actions.length) return "A statement has no action";
    if (actions.some((action) => action.includes("*")))
      return "Wildcard (*) is not supported for actions";
    if (unknown) return `Action ${unknown} is not supported in a resource policy on ${arn}`;
    if (!resource || listOf(resource).some((one) => one !== arn))
      return `Resource must be ${arn}, got ${JSON.stringify(resource)}`;
  }
  return undefined;
}
