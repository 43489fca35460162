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
import { checkSameStack } from "../accounts/same-stack";
import {
  checkFunction,
  createOrReferenceFunction,
  functionNameOf,
} from "../lambda-function/lambda-function";
import { replacedWithRole } from "../policies/created-roles";
import {
  decryptStatement,
  logStatement,
  policyDocument,
  readStatements,
} from "../policies/statements";
import { asStream, StreamBase } from "../producer-stream/stream-base";
import { PropertyChecks } from "../properties/property-checks";
import { tagsOf } from "../properties/tags";
import { accountPreconditions, checkAccounts, regionPreconditions } from "./account-rules";
import { createConsumerPolicy } from "./consumer-policy";
import { ConsumerSettings, readConsumer } from "./consumer-properties";
import { CrossAccountConsumerProps, ReadMode } from "./cross-account-consumer-props";
import { createMapping } from "./event-source-mapping";
import { checkMapping, warnOfMapping } from "./mapping-rules";
import { OnFailure } from "./on-failure";
import { defaultRecordAgeSeconds } from "./record-age";
import { sharedFunction, withSharedFunction } from "./shared-function";

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
  private knownDnsSuffix?: string;

  constructor(scope: Construct, id: string, props: CrossAccountConsumerProps) {
    super(scope, id);
    const checks = new PropertyChecks();
    const { existingFunction } = props;
    const sharing = existingFunction instanceof CrossAccountConsumer ? existingFunction : undefined;
    const owner = sharing?._functionOwner;
    const settings = owner
      ? withSharedFunction(owner, readConsumer({ ...props, existingFunction: undefined }, checks))
      : readConsumer(props, checks);
    checks.throwIfWrongType(this);
    checkSameStack(checks, this, "existingFunction", owner);
    checkAccounts(checks, this, settings);
    checkFunction(checks, settings, props);
    checkMapping(checks, settings, props);
    checks.throwIfAny(this);
    this.settings = settings;
    this._stream = asStream(settings.stream);
    const onFailure = settings.onFailure ?? OnFailure.queue();
    this._names = {
      provider: settings.provider,
      consumerName: settings.consumerName,
      roleName: settings.roleName,
      functionName: functionNameOf(settings),
      existingRoleName: settings.existingFunction?.roleName,
    };
    compareConsumerNames(this);

    const { _grants: grants, streamArn } = this._stream;
    const { retentionPeriodHours } = grants.config;
    const maximumRecordAgeInSeconds =
      settings.maximumRecordAgeInSeconds ?? defaultRecordAgeSeconds(retentionPeriodHours);
    warnOfMapping(
      this,
      { ...settings, maximumRecordAgeInSeconds },
      this.enhancedFanOut,
      retentionPeriodHours,
    );
    const target = owner ? sharedFunction(owner) : createOrReferenceFunction(this, settings);
    this._functionOwner = owner ?? this;
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

    this.registeredConsumer = this.register();
    this.consumerArn = this.registeredConsumer?.arn ?? settings.consumerArn;
    const dnsSuffix = grants.config.decryptKeyArns.length > 0 ? this.dnsSuffix() : undefined;
    grants.addReader({
      path: this.node.path,
      consumerName: settings.consumerName,
      registered: this.registeredConsumer !== undefined,
      roleArn: target.roleArn,
      lambdaFunction: target.lambdaFunction,
      dnsSuffix,
    });
    this.consumerPolicy = createConsumerPolicy(this, this._stream, this.consumerArn, target);

    const destination = onFailure._bind(this, {
      provider: settings.provider,
      functionName: functionNameOf(settings),
      roleArn: target.roleArn,
      tags: tagsOf(settings, "onFailureQueue"),
      dnsSuffix: () => this.dnsSuffix(),
    });
    this.onFailureQueue = destination.queue;
    const precondition = accountPreconditions(this, settings);
    this.rolePolicy = new IamRolePolicy(this, "role-policy", {
      provider: settings.provider,
      name: settings.consumerName,
      role: target.roleName,
      policy: policyDocument([
        ...readStatements(streamArn, this.consumerArn),
        ...(dnsSuffix === undefined
          ? []
          : [decryptStatement(grants.config.decryptKeyArns, grants.stream, dnsSuffix)]),
        ...destination.statements,
        ...(target.logGroupArn === undefined ? [] : [logStatement(target.logGroupArn)]),
      ]),
      lifecycle: {
        ...replacedWithRole(this, target.roleName),
        ...(precondition.length > 0 && { precondition }),
      },
    });
    this.mapping = createMapping(this, settings, {
      functionArn: target.invokedArn,
      eventSourceArn: this.consumerArn ?? streamArn,
      destinationArn: destination.destinationArn,
      maximumRecordAgeInSeconds,
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
    // It changes after the mapping, and `role-policy` before, so that either allows the destination
    // that the mapping has. Terraform would delete it before it changes the mapping, so without a
    // destination it is kept, with a statement that the role has anyway.
    this.onFailurePolicy = new IamRolePolicy(this, "on-failure-policy", {
      provider: settings.provider,
      name: `on-failure-${Fn.sha1(settings.consumerName)}`,
      role: target.roleName,
      policy: policyDocument(
        destination.statements.length > 0 ? destination.statements : readStatements(streamArn),
      ),
      dependsOn: [this.mapping],
      lifecycle: replacedWithRole(this, target.roleName),
    });
  }

  /** URL of the queue created for failures; undefined with another `onFailure`. */
  public get onFailureQueueUrl(): string | undefined {
    return this.onFailureQueue?.url;
  }

  private get enhancedFanOut(): boolean {
    return this.settings.readMode !== ReadMode.SHARED_THROUGHPUT;
  }

  private register(): KinesisStreamConsumer | undefined {
    const { provider, streamArn } = this._stream;
    return this.enhancedFanOut && provider
      ? new KinesisStreamConsumer(this, "consumer", {
          provider,
          name: this.settings.consumerName,
          streamArn,
        })
      : undefined;
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
