import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { NamedConsumer } from "../accounts/duplicate-names";
import type { ExistingFunction } from "../lambda-function/existing-function";
import type { ConsumerFunction } from "../lambda-function/lambda-function";
import type { ConsumerSettings } from "./consumer-properties";
import { OnFailure } from "./on-failure";

/** A consumer whose function another consumer also uses. */
interface FunctionOwner
  extends Omit<ConsumerFunction, "invokedArn">, Pick<NamedConsumer, "_names"> {
  /**
   * The queue created for failure reports.
   *
   * @default - none
   */
  readonly onFailureQueue?: SqsQueue;
}

/** Describes the function of another consumer by the names that are known at synth. */
export function withSharedFunction(
  owner: FunctionOwner,
  settings: ConsumerSettings,
): ConsumerSettings {
  const { functionName, roleName, existingRoleName } = owner._names;
  const existingFunction: ExistingFunction = {
    functionName,
    roleName: existingRoleName ?? roleName ?? functionName,
    roleArn: owner.roleArn,
  };
  // One place to look at for the failures of one function.
  const onFailure = owner.onFailureQueue && OnFailure.sqs(owner.onFailureQueue.arn);
  return { ...settings, existingFunction, onFailure: settings.onFailure ?? onFailure };
}

/**
 * The function of another consumer. Its attributes are references, so that resources depend on it.
 * The log group is omitted, since the role already has access to it.
 */
export const sharedFunction = (owner: FunctionOwner): ConsumerFunction => ({
  functionName: owner.functionName,
  functionArn: owner.functionArn,
  invokedArn: owner.alias?.arn ?? owner.functionArn,
  roleName: owner.roleName,
  roleArn: owner.roleArn,
  logGroupName: owner.logGroupName,
  lambdaFunction: owner.lambdaFunction,
  alias: owner.alias,
  statementsPolicy: owner.statementsPolicy,
  managedPolicies: owner.managedPolicies,
});
