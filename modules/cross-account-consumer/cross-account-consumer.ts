import type { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { KinesisStreamConsumer } from "@cdktf/provider-aws/lib/kinesis-stream-consumer";
import type { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import type { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { compareConsumerNames, NamedConsumer } from "../accounts/duplicate-names";
import {
  ConsumerFunction,
  createOrReferenceFunction,
  functionNameOf,
} from "../lambda-function/lambda-function";
import { replacedWithRole } from "../policies/created-roles";
import {
  decryptStatement,
  logStatement,
  policyDocument,
  readStatements,
  Statement,
} from "../policies/statements";
import { asStream, StreamBase } from "../producer-stream/stream-base";
import { PropertyChecks } from "../properties/property-checks";
import { tagsOf } from "../properties/tags";
import { accountPreconditions, regionPreconditions } from "./accounts-and-regions";
import { checkConsumer, ConsumerSettings, readConsumer } from "./consumer-properties";
import type { CrossAccountConsumerProps } from "./cross-account-consumer-props";
import { createMapping } from "./mapping";
import { OnFailure } from "./on-failure";
import { createConsumerPolicy, registerConsumer } from "./registered-consumer";

/**
 * A Lambda function in one account that reads a Kinesis data stream in another. Creates the
 * registered consumer and its resource policy in the stream's account; and role, log group,
 * function, failure queue and the event source mapping, which depends on every permission, in the
 * function's account.
 *
 * @throws if properties are invalid: one error with all mistakes
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
export class CrossAccountConsumer extends Construct {
  public readonly functionName: string;
  /** ARN of the function, including the alias or version in the name of an existing function. */
  public readonly functionArn: string;
  /** Name of the function's execution role. */
  public readonly roleName: string;
  public readonly roleArn: string;
  /** Name of the log group of the function. */
  public readonly logGroupName: string;
  /** ARN of the registered consumer, ending in its creation time; undefined with shared throughput. */
  public readonly consumerArn?: string;

  /** The registered consumer, in the stream's account. */
  public readonly registeredConsumer?: KinesisStreamConsumer;
  public readonly consumerPolicy?: KinesisResourcePolicy;
  /** In the function's account; `role` and `logGroup` are undefined if this construct creates no function. */
  public readonly role?: IamRole;
  /** Policy of the role with Lambda's permissions for network, tracing, file system and environment. */
  public readonly functionPolicy?: IamRolePolicy;
  /** Policy of the role with the `policyStatements`. */
  public readonly statementsPolicy?: IamRolePolicy;
  public readonly managedPolicies: IamRolePolicyAttachment[];
  public readonly logGroup?: CloudwatchLogGroup;
  public readonly lambdaFunction?: LambdaFunction;
  /** The alias that the mapping invokes, if `alias` is given. */
  public readonly alias?: LambdaAlias;
  public readonly rolePolicy: IamRolePolicy;
  /** Policy of the role that keeps a former destination allowed until the mapping has left it. */
  public readonly onFailurePolicy: IamRolePolicy;
  public readonly onFailureQueue?: SqsQueue;
  public readonly mapping: LambdaEventSourceMapping;
  /**
   * The consumer that created the function, or described it by its names.
   *
   * @internal
   */
  public readonly _functionOwner: CrossAccountConsumer;
  /** @internal */
  public readonly _names: NamedConsumer["_names"];
  /** @internal */
  public readonly _stream: StreamBase;

  private readonly settings: ConsumerSettings;
  private readonly functionInUse: ConsumerFunction;
  private knownDnsSuffix?: string;

  constructor(scope: Construct, id: string, props: CrossAccountConsumerProps) {
    super(scope, id);
    const { existingFunction } = props;
    const owner =
      existingFunction instanceof CrossAccountConsumer
        ? existingFunction._functionOwner
        : undefined;
    const checks = new PropertyChecks();
    const settings = readConsumer(props, checks, owner);
    checks.throwIfWrongType(this);
    checkConsumer(checks, this, settings, props, owner);
    checks.throwIfAny(this);
    const { provider, consumerName } = settings;
    this.settings = settings;
    this._stream = asStream(settings.stream);
    this._functionOwner = owner ?? this;
    this._names = {
      provider,
      consumerName,
      roleName: settings.roleName,
      functionName: functionNameOf(settings),
      existingRoleName: settings.existingFunction?.roleName,
    };
    compareConsumerNames(this);

    const target = owner ? owner.sharedFunction() : createOrReferenceFunction(this, settings);
    this.functionInUse = target;
    this.functionName = target.functionName;
    this.functionArn = target.functionArn;
    this.roleName = target.roleName;
    this.roleArn = target.roleArn;
    this.logGroupName = target.logGroupName;
    this.role = target.role;
    this.functionPolicy = target.functionPolicy;
    this.statementsPolicy = target.statementsPolicy;
    this.managedPolicies = target.managedPolicies ?? [];
    this.logGroup = target.logGroup;
    this.lambdaFunction = target.lambdaFunction;
    this.alias = target.alias;

    const { _grants: grants, streamArn } = this._stream;
    this.registeredConsumer = registerConsumer(this, settings, this._stream);
    this.consumerArn = this.registeredConsumer?.arn ?? settings.consumerArn;
    grants.addReader({
      path: this.node.path,
      consumerName,
      registered: this.registeredConsumer !== undefined,
      roleArn: target.roleArn,
      lambdaFunction: target.lambdaFunction,
      dnsSuffix: grants.config.decryptKeyArns.length > 0 ? this.dnsSuffix() : undefined,
    });
    this.consumerPolicy = createConsumerPolicy(this, this._stream, this.consumerArn, target);
    const destination = (settings.onFailure ?? OnFailure.queue())._bind(this, {
      provider,
      functionName: this._names.functionName,
      roleArn: target.roleArn,
      tags: tagsOf(settings, "onFailureQueue"),
      dnsSuffix: () => this.dnsSuffix(),
    });
    this.onFailureQueue = destination.queue;
    this.rolePolicy = this.createRolePolicy(destination.statements);

    this.mapping = createMapping(this, settings, {
      functionArn: target.invokedArn,
      eventSourceArn: this.consumerArn ?? streamArn,
      destinationArn: destination.destinationArn,
      retentionPeriodHours: grants.config.retentionPeriodHours,
      preconditions: [
        ...checks.preconditions,
        ...regionPreconditions(this, settings, target.lambdaFunction),
      ],
      dependsOn: [
        ...grants.policies,
        this.consumerPolicy,
        this.rolePolicy,
        this.statementsPolicy,
        ...this.managedPolicies,
      ].filter((dependency) => dependency !== undefined),
    });
    grants.addMapping(this.mapping);
    this.onFailurePolicy = this.createOnFailurePolicy(destination.statements);
  }

  /** URL of the queue created for failures; undefined with another `onFailure`. */
  public get onFailureQueueUrl(): string | undefined {
    return this.onFailureQueue?.url;
  }

  /** The function for another consumer. Its role already has access to the log group. */
  private sharedFunction(): ConsumerFunction {
    const { role, functionPolicy, logGroup, logGroupArn, ...shared } = this.functionInUse;
    return shared;
  }

  /** Allows the role to read the stream, to report failures and to log. */
  private createRolePolicy(reportStatements: readonly Statement[]): IamRolePolicy {
    const { config, stream } = this._stream._grants;
    const { roleName, logGroupArn } = this.functionInUse;
    const precondition = accountPreconditions(this, this.settings);
    return new IamRolePolicy(this, "role-policy", {
      provider: this.settings.provider,
      name: this.settings.consumerName,
      role: roleName,
      policy: policyDocument([
        ...readStatements(stream.arn, this.consumerArn),
        ...(config.decryptKeyArns.length > 0
          ? [decryptStatement(config.decryptKeyArns, stream, this.dnsSuffix())]
          : []),
        ...reportStatements,
        ...(logGroupArn === undefined ? [] : [logStatement(logGroupArn)]),
      ]),
      lifecycle: {
        ...replacedWithRole(this, roleName),
        ...(precondition.length > 0 && { precondition }),
      },
    });
  }

  /**
   * Changes after the mapping, and `role-policy` before, so that either allows the destination
   * that the mapping has. Terraform would delete it before it changes the mapping, so without a
   * destination it is kept, with a statement that the role has anyway.
   */
  private createOnFailurePolicy(reportStatements: readonly Statement[]): IamRolePolicy {
    return new IamRolePolicy(this, "on-failure-policy", {
      provider: this.settings.provider,
      name: `on-failure-${Fn.sha1(this.settings.consumerName)}`,
      role: this.roleName,
      policy: policyDocument(
        reportStatements.length > 0 ? reportStatements : readStatements(this._stream.streamArn),
      ),
      dependsOn: [this.mapping],
      lifecycle: replacedWithRole(this, this.roleName),
    });
  }

  /**
   * DNS suffix of the partition, which both accounts share, looked up only if a key needs it.
   * Each consumer has its own lookup, so addresses do not depend on declaration order.
   */
  private dnsSuffix(): string {
    const { provider } = this.settings;
    this.knownDnsSuffix ??=
      this._stream._grants.config.dnsSuffix ??
      new DataAwsPartition(this, "partition", { provider }).dnsSuffix;
    return this.knownDnsSuffix;
  }
}
