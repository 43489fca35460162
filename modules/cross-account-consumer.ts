import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStreamConsumer } from "@cdktf/provider-aws/lib/kinesis-stream-consumer";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Precondition, TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import { CrossAccountConsumerProps, ReadMode } from "./cross-account-consumer-props";
import { OnFailure } from "./on-failure";
import { accountPreconditions, checkAccess, regionPreconditions } from "./private/access-checks";
import { Checks } from "./private/checks";
import { ConsumerFunction, functionFor, functionNameOf } from "./private/consumer-function";
import { createMapping } from "./private/consumer-mapping";
import { duplicateConsumerNames, NamedConsumer } from "./private/duplicate-names";
import { checkFunction } from "./private/function-checks";
import { checkMapping, warnOfMapping } from "./private/mapping-checks";
import { defaultRecordAgeSeconds } from "./private/record-age";
import {
  consumerPolicyStatements,
  decryptStatement,
  logStatement,
  policyDocument,
  readStatements,
  Statement,
} from "./private/policies";

/**
 * A Lambda function in one account that reads a Kinesis data stream in another: in the stream's
 * account the registered consumer and its resource policy, in its own account role, log group,
 * function, failure queue and the event source mapping, which waits for every permission.
 *
 * @throws where properties are invalid: all mistakes in one error
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
export class CrossAccountConsumer extends Construct {
  public readonly functionName: string;
  public readonly functionArn: string;
  public readonly roleArn: string;
  /** Where the function logs, one JSON line a message. */
  public readonly logGroupName: string;
  /** ARN of the registered consumer, ending in its creation time; none with shared throughput. */
  public readonly consumerArn?: string;

  /** In the stream's account. */
  public readonly registeredConsumer?: KinesisStreamConsumer;
  public readonly consumerPolicy?: KinesisResourcePolicy;
  /** In the function's account; none of the first three for an existing function. */
  public readonly role?: IamRole;
  public readonly logGroup?: CloudwatchLogGroup;
  public readonly lambdaFunction?: LambdaFunction;
  public readonly rolePolicy: IamRolePolicy;
  public readonly onFailureQueue?: SqsQueue;
  public readonly mapping: LambdaEventSourceMapping;
  /** @internal */
  public readonly names: NamedConsumer["names"];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: CrossAccountConsumerProps,
  ) {
    super(scope, id);
    const accessChecks = checkAccess(this, props);
    const functionChecks = checkFunction(props);
    const mappingChecks = checkMapping(props);
    accessChecks.throwIfAny(
      this,
      functionChecks.function,
      functionChecks.role,
      functionChecks.logGroup,
      mappingChecks,
    );
    this.names = {
      provider: props.provider,
      consumerName: props.consumerName,
      roleName: props.roleName,
      functionName: functionNameOf(props),
      existingRoleName: props.existingFunction?.roleName,
      createsQueue: (props.onFailure ?? OnFailure.queue()).createsQueue,
    };
    this.node.addValidation({
      validate: () => duplicateConsumerNames(this, CrossAccountConsumer),
    });

    const { stream } = props;
    const { retentionPeriodHours } = stream.access.config;
    const maximumRecordAgeInSeconds =
      props.maximumRecordAgeInSeconds ?? defaultRecordAgeSeconds(retentionPeriodHours);
    warnOfMapping(
      this,
      { ...props, maximumRecordAgeInSeconds },
      this.enhancedFanOut,
      retentionPeriodHours,
    );
    const target = functionFor(this, props, functionChecks);
    this.functionName = target.functionName;
    this.functionArn = target.functionArn;
    this.roleArn = target.roleArn;
    this.logGroupName = target.logGroupName;
    this.role = target.role;
    this.logGroup = target.logGroup;
    this.lambdaFunction = target.lambdaFunction;

    this.registeredConsumer = this.register(accessChecks);
    this.consumerArn = this.registeredConsumer?.arn ?? props.consumerArn;
    stream.access.addConsumer(
      {
        path: this.node.path,
        consumerName: props.consumerName,
        registered: this.registeredConsumer !== undefined,
      },
      target.roleArn,
      target.lambdaFunction,
    );
    this.consumerPolicy = this.createConsumerPolicy(target);

    const onFailure = (props.onFailure ?? OnFailure.queue()).bind(this, {
      ...props,
      functionName: functionNameOf(props),
      roleArn: target.roleArn,
    });
    this.onFailureQueue = onFailure.queue;
    this.rolePolicy = this.createRolePolicy(target, onFailure.statements, [
      ...accountPreconditions(this, props),
      // What has no resource of its own to be met on.
      ...(props.existingFunction ? functionChecks.role.preconditions : []),
      ...(this.registeredConsumer ? [] : accessChecks.preconditions),
    ]);
    this.mapping = createMapping(this, props, {
      functionArn: target.functionArn,
      eventSourceArn: this.consumerArn ?? stream.streamArn,
      destinationArn: onFailure.destinationArn,
      maximumRecordAgeInSeconds,
      preconditions: [
        ...mappingChecks.preconditions,
        ...(props.existingFunction ? functionChecks.function.preconditions : []),
        ...regionPreconditions(this, props, target.lambdaFunction),
        ...stream.access.unmetPreconditions,
      ],
      dependsOn: [
        stream.access.keyPolicy,
        stream.access.resourcePolicy,
        this.consumerPolicy,
        this.rolePolicy,
      ].filter((dependency) => dependency !== undefined),
    });
  }

  /** URL of the queue made here for failures; none where `onFailure` says otherwise. */
  public get onFailureQueueUrl(): string | undefined {
    return this.onFailureQueue?.url;
  }

  private get enhancedFanOut(): boolean {
    return this.props.readMode !== ReadMode.SHARED_THROUGHPUT;
  }

  private register(checks: Checks): KinesisStreamConsumer | undefined {
    const { stream, consumerName } = this.props;
    return this.enhancedFanOut && stream.provider
      ? new KinesisStreamConsumer(this, "consumer", {
          provider: stream.provider,
          name: consumerName,
          streamArn: stream.streamArn,
          lifecycle: checks.lifecycle,
        })
      : undefined;
  }

  private createConsumerPolicy({
    roleArn,
    lambdaFunction,
  }: ConsumerFunction): KinesisResourcePolicy | undefined {
    if (this.consumerArn === undefined) {
      return undefined;
    }
    const { provider, access } = this.props.stream;
    const policy = policyDocument(consumerPolicyStatements(this.consumerArn, roleArn));
    if (!provider) {
      new TerraformOutput(this, "consumer-policy", {
        value: policy,
        description: `For the stream's owner to attach: the consumer policy of ${this.node.path}`,
      });
      return undefined;
    }
    return new KinesisResourcePolicy(this, "consumer-policy", {
      provider,
      resourceArn: this.consumerArn,
      policy,
      dependsOn: access.principalPropagation(lambdaFunction),
    });
  }

  private createRolePolicy(
    target: ConsumerFunction,
    onFailure: readonly Statement[],
    precondition: Precondition[],
  ): IamRolePolicy {
    const { provider, stream, consumerName } = this.props;
    const { decryptKeyArns } = stream.access.config;
    return new IamRolePolicy(this, "role-policy", {
      provider,
      name: consumerName,
      role: target.roleName,
      policy: policyDocument([
        ...readStatements(stream.streamArn, this.consumerArn),
        ...(decryptKeyArns.length === 0
          ? []
          : [decryptStatement(decryptKeyArns, stream.streamArn, this.dnsSuffix())]),
        ...onFailure,
        ...(target.logGroup ? [logStatement(target.logGroup.arn)] : []),
      ]),
      lifecycle: precondition.length > 0 ? { precondition } : undefined,
    });
  }

  /** One partition for both accounts; a stream without a provider learns it here. */
  private dnsSuffix(): string {
    const { provider, stream } = this.props;
    if (stream.provider && stream.access.dnsSuffix !== undefined) {
      return stream.access.dnsSuffix;
    }
    // One each, so that a consumer's address does not depend on which came first.
    const { dnsSuffix } = new DataAwsPartition(this, "partition", { provider });
    stream.access.dnsSuffix ??= dnsSuffix;
    return dnsSuffix;
  }
}
