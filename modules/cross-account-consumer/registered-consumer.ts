import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStreamConsumer } from "@cdktf/provider-aws/lib/kinesis-stream-consumer";
import { TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import type { ConsumerFunction } from "../lambda-function/lambda-function";
import { replacedWithRole } from "../policies/created-roles";
import { consumerPolicyStatements, policyDocument } from "../policies/statements";
import { StreamBase } from "../producer-stream/stream-base";
import { isLiteral } from "../properties/expressions";
import { describeValue } from "../properties/problems";
import { PropertyChecks } from "../properties/property-checks";
import type { ConsumerSettings } from "./consumer-properties";
import { ReadMode } from "./cross-account-consumer-props";

export const hasEnhancedFanOut = ({ readMode }: Pick<ConsumerSettings, "readMode">): boolean =>
  readMode !== ReadMode.SHARED_THROUGHPUT;

/** The rules of `consumerArn`, `readMode` and the stream's provider. */
export function checkRegisteredConsumer(checks: PropertyChecks, props: ConsumerSettings): void {
  const { stream, consumerArn: arn, consumerName: name } = props;
  const enhanced = hasEnhancedFanOut(props);
  if (arn === undefined) {
    if (enhanced && !stream.provider) {
      checks.addError(
        "'readMode' requires 'consumerArn', got ENHANCED_FAN_OUT on a stream without a provider; " +
          "give the registered consumer's ARN, give the stream a 'provider' to have one registered, or use SHARED_THROUGHPUT",
      );
    }
    return;
  }
  if (!enhanced || stream.provider) {
    checks.addError(
      enhanced
        ? "'consumerArn' and 'stream.provider' are mutually exclusive, got both; omit 'consumerArn' to have the consumer registered by this construct"
        : `'consumerArn' and 'readMode' are mutually exclusive, got ${arn} with SHARED_THROUGHPUT; omit 'consumerArn', or use ENHANCED_FAN_OUT`,
    );
  }
  const expectedPrefix = `${stream.streamArn}/consumer/${name}:`;
  if (isLiteral(arn) && isLiteral(expectedPrefix) && !arn.startsWith(expectedPrefix)) {
    checks.addError(
      `'consumerArn' must be the ARN of consumer ${name} of ${stream.streamArn}, got ${describeValue(arn)}; ` +
        "correct the ARN, 'consumerName' or 'stream'",
    );
  }
}

/** Registers the consumer, unless the stream's owner did or it reads with shared throughput. */
export const registerConsumer = (
  scope: Construct,
  settings: ConsumerSettings,
  { provider, streamArn }: StreamBase,
): KinesisStreamConsumer | undefined =>
  hasEnhancedFanOut(settings) && provider
    ? new KinesisStreamConsumer(scope, "consumer", {
        provider,
        name: settings.consumerName,
        streamArn,
      })
    : undefined;

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
