import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { policiesOf } from "../../../app/permissions/policies";
import { Statement } from "../../../app/permissions/statements";
import { SynthesizedStack } from "../../../app/stack";
import {
  CrossAccountConsumer,
  CrossAccountConsumerProps,
  IProducerStream,
  LambdaCode,
  ProducerStream,
} from "../../../modules";
import { synthesize } from "../../terraform/harness";

export const OWNER = "111111111111";
export const READER = "222222222222";
export const REGION = "eu-west-1";
export const STREAM_ARN = `arn:aws:kinesis:${REGION}:${OWNER}:stream/orders`;

/** The providers of a test's stack, by the name of the account. */
export interface Parts {
  readonly stack: TerraformStack;
  readonly owner: AwsProvider;
  readonly reader: AwsProvider;
}

/** Synthesizes a stack of the public constructs. */
export function synthesized(build: (parts: Parts) => void, region = REGION): SynthesizedStack {
  const directory = synthesize((stack, providerOf) => {
    build({ stack, owner: providerOf("owner", OWNER), reader: providerOf("reader", READER) });
  }, region);
  return JSON.parse(
    fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8"),
  ) as SynthesizedStack;
}

export const aStream = ({ stack, owner }: Parts): ProducerStream =>
  new ProducerStream(stack, "orders", { provider: owner, streamName: "orders" });

export const aConsumer = (
  { stack, reader }: Parts,
  stream: IProducerStream,
  props: Partial<CrossAccountConsumerProps> = {},
  id = "analytics",
): CrossAccountConsumer =>
  new CrossAccountConsumer(stack, id, {
    provider: reader,
    stream,
    consumerName: id,
    code: props.existingFunction ? undefined : LambdaCode.fromS3("code", "analytics.zip"),
    ...props,
  });

/** Every statement for an account. */
export const statementsFor = (stack: SynthesizedStack, account: string): Statement[] =>
  policiesOf(stack)
    .get(account)
    ?.flatMap((policy) => policy.Statement) ?? [];

/** The statements that allow an action in an account. */
export const allowing = (stack: SynthesizedStack, account: string, action: string): Statement[] =>
  statementsFor(stack, account).filter(({ Action }) => Action.includes(action));

/** The resources on which an action is allowed in an account. */
export const resourcesOf = (stack: SynthesizedStack, account: string, action: string): string[] =>
  allowing(stack, account, action).flatMap(({ Resource }) => Resource);
