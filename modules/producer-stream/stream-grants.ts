import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import {
  Aspects,
  dependable,
  ITerraformDependable,
  Lazy,
  Precondition,
  TerraformOutput,
  TerraformProvider,
  TerraformStack,
} from "cdktf";
import { Construct } from "constructs";
import { isAwsProvider } from "../accounts/account-of";
import { arnPart } from "../policies/arns";
import { ANY_DIGEST, withRoleIds } from "../policies/created-roles";
import {
  keyUseStatements,
  policyDocument,
  Statement,
  StreamIdentity,
  streamPolicyStatements,
} from "../policies/statements";
import { expressionOf } from "../properties/expressions";
import { invalidProps } from "../properties/problems";
import type { GrantWriteOptions } from "./producer-stream-props";
import { PolicyLimits, RegisteredConsumer } from "./policy-limits";
import {
  checkPrincipal,
  inPolicy,
  readStatement,
  type StreamPolicyStatement,
} from "./stream-policy-statement";

export interface StreamGrantsConfig {
  readonly streamArn: string;
  /** If undefined, the resource policy is an output for the stream's owner to attach. */
  readonly provider?: TerraformProvider;
  readonly partition: string;
  readonly kmsKeyArn?: string;
  /** The policy of the key that this stream created and uses. */
  readonly keyPolicy?: ITerraformDependable;
  /** If false, the statements for the policy of `kmsKeyArn` are an output for the key's owner. */
  readonly ownsKeyPolicy: boolean;
  /** The stream's key, and the keys that earlier records are encrypted with. */
  readonly decryptKeyArns: readonly string[];
  readonly registeredConsumerLimit: number;
  readonly retentionPeriodHours?: number;
  /** Preconditions of the properties that the stream was described with. */
  readonly preconditions?: readonly Precondition[];
  /** DNS suffix of the stream's partition. If undefined, it is looked up when it is needed. */
  readonly dnsSuffix?: string;
}

/** A consumer of the stream, as far as the stream's policies depend on it. */
export interface StreamReader extends RegisteredConsumer {
  readonly registered: boolean;
  readonly roleArn: string;
  readonly lambdaFunction?: ITerraformDependable;
  /** DNS suffix of the partition, if the consumer has looked it up. */
  readonly dnsSuffix?: string;
}

/** Keyed by expression, since every read of a `role.arn` returns another token. */
type Principals = Map<unknown, string>;

/**
 * Collects the readers and writers of one stream, since the stream has one resource policy and a
 * second one would silently replace it. The policies are completed when the stack is synthesized.
 */
export class StreamGrants {
  public resourcePolicy?: KinesisResourcePolicy;
  public readonly stream: StreamIdentity;
  private readonly readers: Principals = new Map();
  private readonly writers: Principals = new Map();
  private readonly shardListers: Principals = new Map();
  private readonly statements: StreamPolicyStatement[] = [];
  private readonly consumers: StreamReader[] = [];
  /** What the resource policy waits for if there is no key policy. */
  private readonly functions: string[] = [];
  private readonly mappings: LambdaEventSourceMapping[] = [];
  private readonly preconditions: Precondition[];
  private readonly completed = new Set<Precondition>();
  private readonly limits: PolicyLimits;
  private hasGrants = false;
  private lookedUpDnsSuffix?: string;

  constructor(
    private readonly scope: Construct,
    public readonly config: StreamGrantsConfig,
  ) {
    const { streamArn, preconditions = [] } = config;
    this.stream = { arn: streamArn, region: arnPart(streamArn, "region") };
    this.preconditions = [...preconditions];
    this.limits = new PolicyLimits(config.registeredConsumerLimit);
    scope.node.addValidation({
      validate: () => this.limits.errors(this.policyDocument(ANY_DIGEST), this.registeredConsumers),
    });
    Aspects.of(scope).add({
      visit: (node) => {
        if (node === scope) {
          this.complete();
        }
      },
    });
  }

  public grantRead(principal: string): ITerraformDependable[] {
    return this.grant(principal, this.readers);
  }

  public grantWrite(
    principal: string,
    { listShards = false }: GrantWriteOptions = {},
  ): ITerraformDependable[] {
    return this.grant(principal, this.writers, ...(listShards ? [this.shardListers] : []));
  }

  /** Adds the caller's statement. */
  public addStatement(given: StreamPolicyStatement): ITerraformDependable[] {
    const { statement, preconditions } = readStatement(this.scope, given, this.config.partition);
    this.statements.push(statement);
    this.preconditions.push(...preconditions);
    this.createResourcePolicy();
    return this.policies;
  }

  /** Allows a consumer's role to read. */
  public addReader(consumer: StreamReader): void {
    this.consumers.push(consumer);
    if (consumer.lambdaFunction && !this.config.keyPolicy) {
      this.functions.push(dependable(consumer.lambdaFunction));
    }
    this.addPrincipal(consumer.roleArn, this.readers);
  }

  /** Adds a mapping, which gets the preconditions if there is no resource policy. */
  public addMapping(mapping: LambdaEventSourceMapping): void {
    this.mappings.push(mapping);
  }

  /** The policies of this stack that allow access to the granted principals. */
  public get policies(): ITerraformDependable[] {
    return [this.config.keyPolicy, this.resourcePolicy].filter((policy) => policy !== undefined);
  }

  /**
   * Resources that prove the roles have propagated through IAM. Kinesis's policies depend on
   * them, since PutResourcePolicy is called once and refuses a role that has not propagated. The key
   * policy is retried, and does not depend on functions, so a function that cannot be created does
   * not delay other consumers. Without a key policy, only the function proves that Lambda could
   * assume the role.
   */
  public principalPropagation(lambdaFunction?: ITerraformDependable): ITerraformDependable[] {
    const proof = this.config.keyPolicy ?? lambdaFunction;
    return proof ? [proof] : [];
  }

  public policyDocument(digest?: typeof ANY_DIGEST): string {
    const { streamArn } = this.config;
    const granted = streamPolicyStatements(
      streamArn,
      [...this.readers.values()],
      [...this.writers.values()],
      [...this.shardListers.values()],
    );
    return policyDocument([
      ...withRoleIds(this.scope, granted, [...this.readers.keys(), ...this.writers.keys()], digest),
      ...this.statements.map((statement) => inPolicy(statement, streamArn)),
    ]);
  }

  /** The key's statements for readers and writers. A key that is no longer in use needs no writers. */
  public keyStatements(stream: StreamIdentity = this.stream, isInUse = true): Statement[] {
    const { readers, writers } = this;
    const users = isInUse ? writers : new Map<unknown, string>();
    return this.config.decryptKeyArns.length === 0
      ? []
      : withRoleIds(
          this.scope,
          keyUseStatements(stream, this.dnsSuffix, [...readers.values()], [...users.values()]),
          [...readers.keys(), ...users.keys()],
        );
  }

  /** DNS suffix of the stream's partition. Without grants, a consumer has looked it up. */
  private get dnsSuffix(): string {
    const known = [this.config, ...(this.hasGrants ? [] : this.consumers)];
    const { dnsSuffix } = known.find((one) => one.dnsSuffix !== undefined) ?? {};
    return dnsSuffix ?? (this.lookedUpDnsSuffix ??= this.lookUpDnsSuffix());
  }

  /** Any provider of the stack can look it up, since all accounts are in the same partition. */
  private lookUpDnsSuffix(): string {
    const provider = TerraformStack.of(this.scope).node.findAll().find(isAwsProvider);
    if (!provider) {
      throw invalidProps(this.scope.node.path, [
        "'kmsKeyArn' requires 'provider', or any AwsProvider in the stack, got neither; create an AwsProvider in the stack",
      ]);
    }
    return new DataAwsPartition(this.scope, "partition", { provider }).dnsSuffix;
  }

  private grant(principal: string, ...to: Principals[]): ITerraformDependable[] {
    const preconditions = checkPrincipal(this.scope, principal, this.config.partition);
    const expression = expressionOf(this.scope, principal);
    if (!this.readers.has(expression) && !this.writers.has(expression)) {
      this.preconditions.push(...preconditions);
    }
    this.hasGrants = true;
    this.addPrincipal(principal, ...to);
    return this.policies;
  }

  private addPrincipal(principal: string, ...to: Principals[]): void {
    const expression = expressionOf(this.scope, principal);
    to.filter((principals) => !principals.has(expression)).forEach((principals) =>
      principals.set(expression, principal),
    );
    this.createResourcePolicy();
  }

  private createResourcePolicy(): void {
    const { provider, streamArn } = this.config;
    if (provider) {
      this.resourcePolicy ??= new KinesisResourcePolicy(this.scope, "stream-policy", {
        provider,
        resourceArn: streamArn,
        policy: Lazy.stringValue({ produce: () => this.policyDocument() }),
        dependsOn: this.principalPropagation(),
      });
    }
  }

  /** Completes the policies once all grants are known. It can be repeated with the same result. */
  private complete(): void {
    const { resourcePolicy } = this;
    if (resourcePolicy) {
      this.addPreconditions(resourcePolicy, [
        ...this.preconditions,
        ...this.limits.preconditions(this.policyDocument(ANY_DIGEST), this.registeredConsumers),
      ]);
      const { dependsOn = [] } = resourcePolicy;
      resourcePolicy.dependsOn = [...new Set([...dependsOn, ...this.functions])];
    } else {
      this.mappings.forEach((mapping) => this.addPreconditions(mapping, this.preconditions));
    }
    if (this.readers.size + this.writers.size + this.statements.length > 0) {
      this.offerToOwners();
    }
  }

  /** Adds outputs with the policies that the owners of stream and key have to attach. */
  private offerToOwners(): void {
    const { provider, kmsKeyArn, ownsKeyPolicy } = this.config;
    const output = (id: string, value: string): void => {
      if (!this.scope.node.tryFindChild(id)) {
        new TerraformOutput(this.scope, id, {
          value,
          description: `For the owner to attach: the ${id.replace(/-/g, " ")} for the readers and writers of ${this.scope.node.path}`,
        });
      }
    };
    if (!provider) {
      output("stream-policy", this.policyDocument());
    }
    if (kmsKeyArn !== undefined && !ownsKeyPolicy) {
      output("key-policy-statements", JSON.stringify(this.keyStatements()));
    }
  }

  private addPreconditions(
    resource: KinesisResourcePolicy | LambdaEventSourceMapping,
    added: readonly Precondition[],
  ): void {
    const { precondition = [], ...lifecycle } = resource.lifecycle ?? {};
    const others = precondition.filter((one) => !this.completed.has(one));
    added.forEach((one) => this.completed.add(one));
    if (added.length > 0) {
      resource.lifecycle = { ...lifecycle, precondition: [...others, ...added] };
    }
  }

  private get registeredConsumers(): RegisteredConsumer[] {
    return this.consumers.filter(({ registered }) => registered);
  }
}
