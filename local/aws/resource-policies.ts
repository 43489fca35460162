import {
  CONSUMER_READ_ACTIONS,
  STREAM_READ_ACTIONS,
  STREAM_WRITE_ACTIONS,
} from "../../pipeline/iam/actions";
import { awsPrincipals, statementsOf } from "../../pipeline/iam/document";
import type { Principals } from "./principals";
import type { StreamConsumers } from "./stream-consumers";
import { isConsumerArn } from "../../pipeline/arn";
import { checkOwner, invalidArgument, notFound } from "./errors";
import { type Call, type Handlers, bodyOf, jsonReply } from "./protocol";
import { listOf } from "../../pipeline/values";

const operationsOf = (actions: readonly string[]): string[] =>
  actions.map((action) => action.slice("kinesis:".length));

export const READ_OPERATIONS = operationsOf(STREAM_READ_ACTIONS);
export const STREAM_OPERATIONS = [...READ_OPERATIONS, ...operationsOf(STREAM_WRITE_ACTIONS)];
export const CONSUMER_OPERATIONS = operationsOf(CONSUMER_READ_ACTIONS);
const LARGEST_POLICY_BYTES = 20 * 1024;

/** Resource policies of streams and consumers. moto does not support those of consumers. */
export class ResourcePolicies {
  private readonly policies = new Map<string, string>();

  constructor(
    private readonly principals: Principals,
    private readonly consumers: StreamConsumers,
  ) {
    consumers.onDeleted = (arn) => this.policies.delete(arn);
  }

  /** A resource's policy, in which deleted principals are replaced by their unique IDs. */
  async of(arn: string): Promise<string | undefined> {
    const policy = this.policies.get(arn);
    return policy && this.principals.renderedPolicy(arn, policy);
  }

  readonly handlers: Handlers = {
    "kinesis.PutResourcePolicy": async (call) => {
      const { ResourceARN: arn, Policy: policy } = checkedBody(call);
      await this.consumers.assertActive(arn);
      const mistake = mistakeIn(policy, arn);
      if (mistake) {
        throw invalidArgument(mistake);
      }
      const unknown = "Policy contains a principal that does not exist or is not valid:";
      const ids = await this.principals.resolve(policy, (principal) =>
        invalidArgument(`${unknown} ${principal}`),
      );
      this.principals.recordPrincipalIds(arn, ids);
      this.policies.set(arn, policy);
      return jsonReply();
    },
    "kinesis.GetResourcePolicy": async (call) => {
      const { ResourceARN: arn } = checkedBody(call);
      const Policy = await this.of(arn);
      if (Policy === undefined) {
        throw noPolicy(arn);
      }
      return jsonReply({ Policy });
    },
    "kinesis.DeleteResourcePolicy": (call) => {
      const { ResourceARN: arn } = checkedBody(call);
      if (!this.policies.delete(arn)) {
        throw noPolicy(arn);
      }
      return jsonReply();
    },
  };
}

function checkedBody(call: Call) {
  const body = bodyOf<{ ResourceARN: string; Policy: string }>(call);
  checkOwner(call, body.ResourceARN);
  return body;
}

const noPolicy = (arn: string) => notFound(`No resource policy found for resource ARN ${arn}.`);

/** The first rule of Kinesis that a policy violates. */
function mistakeIn(policy: string, arn: string): string | undefined {
  if (Buffer.byteLength(policy) > LARGEST_POLICY_BYTES) {
    return `The policy exceeds the maximum size of ${LARGEST_POLICY_BYTES} bytes`;
  }
  let statements;
  try {
    statements = statementsOf(policy);
  } catch {
    return "The policy is not valid JSON";
  }
  if (!statements.length) {
    return "The policy has no statement";
  }
  const shareable = (isConsumerArn(arn) ? CONSUMER_OPERATIONS : STREAM_OPERATIONS).map(
    (operation) => `kinesis:${operation}`.toLowerCase(),
  );
  for (const statement of statements) {
    const { Principal: principal, Resource: resource } = statement;
    const effect: unknown = statement.Effect;
    const principals = awsPrincipals(statement);
    const actions = listOf(statement.Action);
    const unknown = actions.find((action) => !shareable.includes(action.toLowerCase()));
    if (effect !== "Allow" && effect !== "Deny") {
      return `Effect must be Allow or Deny, got ${String(effect)}`;
    }
    if (statement.NotPrincipal ?? statement.NotAction) {
      return "NotPrincipal and NotAction are not supported";
    }
    if (typeof principal === "object" && Object.keys(principal).some((type) => type !== "AWS")) {
      return "Only AWS principals are supported, not service or federated principals";
    }
    if (!principals.length) {
      return "A statement has no principal";
    }
    if (principals.some((one) => one.includes("*"))) {
      return "Wildcard (*) is not supported for principals";
    }
    if (!actions.length) {
      return "A statement has no action";
    }
    if (actions.some((action) => action.includes("*"))) {
      return "Wildcard (*) is not supported for actions";
    }
    if (unknown) {
      return `Action ${unknown} is not supported in a resource policy on ${arn}`;
    }
    if (!resource || listOf(resource).some((one) => one !== arn)) {
      return `Resource must be ${arn}, got ${JSON.stringify(resource)}`;
    }
  }
  return undefined;
}
