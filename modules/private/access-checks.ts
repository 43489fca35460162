import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Op, Precondition, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { CrossAccountConsumerProps, ReadMode } from "../cross-account-consumer-props";
import { IProducerStream } from "../producer-stream-props";
import { arnPart } from "./arns";
import { Checks, isLiteral } from "./checks";
import {
  mustBeGiven,
  mutuallyExclusive,
  otherAccount,
  otherRegion,
  requires,
  sameAlias,
} from "./errors";
import { checkStack } from "./provider-identity";
import { consumerArn, kinesisName, oneOf } from "./rules";

/** Checks the two providers, the stream, and the registered consumer. */
export function checkAccess(scope: Construct, props: CrossAccountConsumerProps): Checks {
  const checks = new Checks();
  const { provider, stream } = props;
  checkStack(checks, scope, "provider", provider);
  checkStack(checks, scope, "stream", stream);
  checks.check("consumerName", props.consumerName, kinesisName, "rename the consumer");
  checks.check(
    "readMode",
    props.readMode,
    oneOf(Object.values(ReadMode)),
    "omit it for ENHANCED_FAN_OUT",
  );
  checkAlias(checks, provider, stream);
  const home = streamRegion(stream);
  if (isLiteral(provider.region) && isLiteral(home) && provider.region !== home) {
    checks.refuse(otherRegion(provider.region, home));
  }
  checkConsumerArn(checks, props);
  return checks;
}

/** Terraform takes one provider of an alias in a stack. */
function checkAlias(checks: Checks, provider: AwsProvider, { provider: other }: IProducerStream) {
  if (
    other &&
    other !== provider &&
    other.alias === provider.alias &&
    TerraformStack.of(other) === TerraformStack.of(provider)
  ) {
    checks.refuse(sameAlias(provider.alias ?? "none"));
  }
}

/** Undefined where only Terraform knows, for example from the environment. */
export const streamRegion = (stream: IProducerStream): string | undefined =>
  isLiteral(stream.streamArn) ? arnPart(stream.streamArn, "region") : stream.provider?.region;

function checkConsumerArn(checks: Checks, props: CrossAccountConsumerProps): void {
  const { stream, consumerArn: arn, consumerName: name } = props;
  const enhanced = props.readMode !== ReadMode.SHARED_THROUGHPUT;
  if (arn === undefined) {
    if (enhanced && !stream.provider) {
      checks.refuse(
        requires(
          "readMode",
          "consumerArn",
          "ENHANCED_FAN_OUT on a stream without a provider",
          "give the registered consumer's ARN, give the stream a 'provider' to have one registered, or use SHARED_THROUGHPUT",
        ),
      );
    }
    return;
  }
  if (!enhanced || stream.provider) {
    checks.refuse(
      mutuallyExclusive(
        "consumerArn",
        enhanced ? "stream.provider" : "readMode",
        enhanced ? "both" : `${arn} with SHARED_THROUGHPUT`,
        enhanced
          ? "omit 'consumerArn' to have the consumer registered here"
          : "omit 'consumerArn', or use ENHANCED_FAN_OUT",
      ),
    );
  }
  checks.check(
    "consumerArn",
    arn,
    consumerArn,
    "copy it from `aws kinesis list-stream-consumers --stream-arn <arn>`",
  );
  const ours = `${stream.streamArn}/consumer/${name}:`;
  if (isLiteral(arn) && isLiteral(ours) && !arn.startsWith(ours)) {
    checks.refuse(
      mustBeGiven(
        "consumerArn",
        `the ARN of consumer ${name} of ${stream.streamArn}`,
        arn,
        "correct the ARN, 'consumerName' or 'stream'",
      ),
    );
  }
}

/** Which Regions they are, where a provider takes its own from the environment. */
export function regionPreconditions(
  scope: Construct,
  props: CrossAccountConsumerProps,
  lambdaFunction: LambdaFunction | undefined,
): Precondition[] {
  const { provider, stream } = props;
  if (isLiteral(provider.region) && isLiteral(streamRegion(stream))) {
    return [];
  }
  const region = lambdaFunction
    ? arnPart(lambdaFunction.arn, "region")
    : new DataAwsRegion(scope, "region", { provider }).id;
  const home = arnPart(stream.streamArn, "region");
  return [{ condition: Op.eq(region, home), errorMessage: otherRegion(region, home) }];
}

/** An inline policy on a role of another account would be put on its namesake here. */
export function accountPreconditions(
  scope: Construct,
  { provider, existingFunction }: CrossAccountConsumerProps,
): Precondition[] {
  if (!existingFunction) {
    return [];
  }
  const { accountId } = new DataAwsCallerIdentity(scope, "account", {
    provider,
  });
  const owner = arnPart(existingFunction.roleArn, "accountId");
  return [
    {
      condition: Op.eq(owner, accountId),
      errorMessage: otherAccount("existingFunction.roleArn", "function", accountId, owner),
    },
  ];
}
