import {
  awsPrincipals,
  listOf,
  statementsOf,
  type Bindings,
  type Principals,
} from "./principals";
import {
  AwsError,
  bodyOf,
  isConsumerArn,
  jsonReply,
  parseArn,
  type Call,
  type Handler,
} from "./requests";
import type { StreamConsumers } from "./stream-consumers";

// https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html; DescribeStream is missing
// from that page's table, but its own examples for Lambda use it.
const SHAREABLE = {
  stream: [
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:PutRecord",
    "kinesis:PutRecords",
  ],
  consumer: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
};
const LARGEST_POLICY_BYTES = 20 * 1024;

/** Resource policies of streams and consumers; moto reads a consumer's ARN as a stream's name. */
export class ResourcePolicies {
  private readonly policies = new Map<
    string,
    { text: string; bindings: Bindings }
  >();

  constructor(
    private readonly principals: Principals,
    private readonly consumers: StreamConsumers,
  ) {
    consumers.onRemoved((arn) => this.policies.delete(arn));
  }

  /** The policy on a stream or consumer, as AWS would evaluate it now. */
  async of(arn: string): Promise<string | undefined> {
    const policy = this.policies.get(arn);
    return policy && this.principals.unbind(policy.text, policy.bindings);
  }

  readonly handlers: Record<string, Handler> = {
    "kinesis.PutResourcePolicy": async (call) => {
      const { ResourceARN: arn, Policy: text } = bodyOf<{
        ResourceARN: string;
        Policy: string;
      }>(call);
      mustOwn(call, arn);
      await this.mustBeActive(call, arn);
      check(arn, text);
      const bindings = await this.principals.bind(text, (principal) =>
        invalid(
          `Policy contains a principal that does not exist or is not valid: ${principal}`,
        ),
      );
      this.policies.set(arn, { text, bindings });
      return jsonReply({});
    },
    "kinesis.GetResourcePolicy": async (call) => {
      const { ResourceARN: arn } = bodyOf<{ ResourceARN: string }>(call);
      mustOwn(call, arn);
      const policy = await this.of(arn);
      if (policy === undefined) throw noPolicy(arn);
      return jsonReply({ Policy: policy });
    },
    "kinesis.DeleteResourcePolicy": (call) => {
      const { ResourceARN: arn } = bodyOf<{ ResourceARN: string }>(call);
      mustOwn(call, arn);
      if (!this.policies.delete(arn)) throw noPolicy(arn);
      return Promise.resolve(jsonReply({}));
    },
  };

  private async mustBeActive(call: Call, arn: string): Promise<void> {
    if (isConsumerArn(arn)) this.consumers.mustBeActive(arn);
    else await this.consumers.streamMustBeActive(call, arn);
  }
}

export function mustOwn(call: Call, arn: string): void {
  if (parseArn(arn).account === call.account) return;
  throw new AwsError(
    "AccessDeniedException",
    `User: ${call.caller} is not authorized to perform: kinesis:${call.operation} on resource: ${arn}`,
  );
}

const invalid = (message: string) =>
  new AwsError("InvalidArgumentException", message);

const noPolicy = (arn: string) =>
  new AwsError(
    "ResourceNotFoundException",
    `No resource policy found for resource ARN ${arn}.`,
  );

function check(arn: string, text: string): void {
  if (Buffer.byteLength(text) > LARGEST_POLICY_BYTES)
    throw invalid(
      `The policy exceeds the maximum size of ${LARGEST_POLICY_BYTES} bytes`,
    );
  let statements;
  try {
    statements = statementsOf(text);
  } catch {
    throw invalid("The policy is not valid JSON");
  }
  if (!statements.length) throw invalid("The policy has no statement");
  const shareable = isConsumerArn(arn) ? SHAREABLE.consumer : SHAREABLE.stream;
  for (const statement of statements) {
    const { Principal: principal, Effect: effect } = statement;
    if (effect !== "Allow" && effect !== "Deny")
      throw invalid(`Effect must be Allow or Deny, got ${String(effect)}`);
    if (statement.NotPrincipal ?? statement.NotAction)
      throw invalid("NotPrincipal and NotAction are not supported");
    if (
      typeof principal === "object" &&
      Object.keys(principal).some((type) => type !== "AWS")
    )
      throw invalid(
        "Only AWS principals are supported: no service, no federated one",
      );
    const named = awsPrincipals(statement);
    if (!named.length) throw invalid("A statement has no principal");
    if (named.some((name) => name.includes("*")))
      throw invalid("Wildcard (*) is not supported for principals");
    const actions = listOf(statement.Action);
    if (!actions.length) throw invalid("A statement has no action");
    for (const action of actions) {
      if (action.includes("*"))
        throw invalid("Wildcard (*) is not supported for actions");
      if (
        !shareable.some((name) => name.toLowerCase() === action.toLowerCase())
      )
        throw invalid(
          `Action ${action} is not supported in a resource policy on ${arn}`,
        );
    }
    if (
      listOf(statement.Resource).some((resource) => resource !== arn) ||
      !statement.Resource
    )
      throw invalid(
        `Resource must be ${arn}, got ${JSON.stringify(statement.Resource)}`,
      );
  }
}
