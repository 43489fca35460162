import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import type { ConsumerFunction } from "../lambda-function/lambda-function";
import { replacedWithRole } from "../policies/created-roles";
import { consumerPolicyStatements, policyDocument } from "../policies/statements";
import { StreamBase } from "../producer-stream/stream-base";

/**
 * Creates the resource policy of a registered consumer, which allows the function's role to read.
 * On a stream without a provider, the policy is an output for the stream's owner.
 */
export function createConsumerPolicy(
  scope: Construct,
  { provider, _grants: grants }: StreamBase,
  consumerArn: string | undefined,
  { roleArn, lambdaFunction }: ConsumerFunction,
): KinesisResourcePolicy | undefined {
  if (consumerArn === undefined) {
    return undefined;
  }
  const policy = policyDocument(consumerPolicyStatements(consumerArn, roleArn));
  if (provider) {
    return new KinesisResourcePolicy(scope, "consumer-policy", {
      provider,
      resourceArn: consumerArn,
      policy,
      dependsOn: grants.principalPropagation(lambdaFunction),
      lifecycle: replacedWithRole(scope, roleArn),
    });
  }
  new TerraformOutput(scope, "consumer-policy", {
    value: policy,
    description: `For the stream's owner to attach: the consumer policy of ${scope.node.path}`,
  });
  return undefined;
}
