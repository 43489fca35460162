import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import type { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
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
import { isAwsProvider } from "../accounts/aws-provider";
import { arnPart } from "../policies/arns";
import { ANY_DIGEST } from "../policies/created-roles";
import type { Statement, StreamIdentity } from "../policies/statements";
import { invalidProps } from "../properties/problems";
import { Access, GrantedPrincipals } from "./granted-principals";
import { PolicyLimits, RegisteredConsumer } from "./policy-limits";
import type { GrantWriteOptions } from "./producer-stream-props";
import {
  checkPrincipal,
  readStatement,
  type StreamPolicyStatement,
} from "./stream-policy-statement";

interface StreamGrantsConfig {
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
interface StreamReader extends RegisteredConsumer {
  readonly registered: boolean;
  readonly roleArn: string;
  readonly lambdaFunction?: ITerraformDependable;
  /** DNS suffix of the partition, if the consumer has looked it up. */
  readonly dnsSuffix?: string;
}

/**
 * Collects the readers and writers of one stream, since the stream has one resource policy and a
 * second one would silently replace it.
 */
export class StreamGrants {
  public resourcePolicy?: KinesisResourcePolicy;
  public readonly stream: StreamIdentity;
  private readonly principals: GrantedPrincipals;
  private readonly consumers: StreamReader[] = [];
  private readonly mappings: LambdaEventSourceMapping[] = [];
  private readonly preconditions: Precondition[];
  private readonly limits: PolicyLimits;
  private limitPreconditions: readonly Precondition[] = [];
  private hasGrants = false;
  private lookedUpDnsSuffix?: string;

  constructor(
    private readonly scope: Construct,
    public readonly config: StreamGrantsConfig,
  ) {
    const { streamArn, preconditions = [] } = config;
    this.stream = { arn: streamArn, region: arnPart(streamArn, "region") };
    this.principals = new GrantedPrincipals(scope);
    this.preconditions = [...preconditions];
    this.limits = new PolicyLimits(config.registeredConsumerLimit);
    scope.node.addValidation({
      validate: () => this.limits.errors(this.policyDocument(ANY_DIGEST), this.registeredConsumers),
    });
    Aspects.of(scope).add({ visit: (node) => node === scope && this.complete() });
  }

  public grantRead(principal: string): ITerraformDependable[] {
    return this.grant(principal, "read");
  }

  public grantWrite(
    principal: string,
    { listShards = false }: GrantWriteOptions = {},
  ): ITerraformDependable[] {
    return this.grant(principal, "write", ...(listShards ? (["listShards"] as const) : []));
  }

  public addStatement(given: StreamPolicyStatement): ITerraformDependable[] {
    const { statement, preconditions } = readStatement(this.scope, given, this.config.partition);
    this.principals.statements.push(statement);
    this.createResourcePolicy();
    this.addPreconditions(preconditions);
    return this.policies;
  }

  /** Allows a consumer's role to read. */
  public addReader(consumer: StreamReader): void {
    const { roleArn, lambdaFunction } = consumer;
    this.consumers.push(consumer);
    this.principals.add(roleArn, "read");
    this.createResourcePolicy();
    if (this.resourcePolicy && lambdaFunction && !this.config.keyPolicy) {
      const { dependsOn = [] } = this.resourcePolicy;
      this.resourcePolicy.dependsOn = [...dependsOn, dependable(lambdaFunction)];
    }
  }

  /** Adds a mapping, which has the preconditions if there is no resource policy. */
  public addMapping(mapping: LambdaEventSourceMapping): void {
    this.mappings.push(mapping);
    if (!this.resourcePolicy) {
      extendPreconditions(mapping, this.preconditions);
    }
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
    return this.principals.policyDocument(this.config.streamArn, digest);
  }

  /** The key's statements for readers and writers. A key that is no longer in use needs no writers. */
  public keyStatements(stream: StreamIdentity = this.stream, isInUse = true): Statement[] {
    return this.config.decryptKeyArns.length === 0
      ? []
      : this.principals.keyStatements(stream, this.dnsSuffix, isInUse);
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

  private grant(principal: string, ...access: Access[]): ITerraformDependable[] {
    const preconditions = checkPrincipal(this.scope, principal, this.config.partition);
    const isNew = !this.principals.includes(principal);
    this.hasGrants = true;
    this.principals.add(principal, ...access);
    this.createResourcePolicy();
    this.addPreconditions(isNew ? preconditions : []);
    return this.policies;
  }

  /** Without a provider, the policy is an output for the stream's owner. */
  private createResourcePolicy(): void {
    const { provider, streamArn } = this.config;
    const policy = Lazy.stringValue({ produce: () => this.policyDocument() });
    if (!provider) {
      this.addOutput("stream-policy", policy);
    } else if (!this.resourcePolicy) {
      this.resourcePolicy = new KinesisResourcePolicy(this.scope, "stream-policy", {
        provider,
        resourceArn: streamArn,
        policy,
        dependsOn: this.principalPropagation(),
      });
      extendPreconditions(this.resourcePolicy, this.preconditions);
    }
  }

  private addPreconditions(added: readonly Precondition[]): void {
    this.preconditions.push(...added);
    const resources = this.resourcePolicy ? [this.resourcePolicy] : this.mappings;
    resources.forEach((resource) => extendPreconditions(resource, added));
  }

  /** Adds what depends on all grants. It is repeated if the stack is synthesized again. */
  private complete(): void {
    const { kmsKeyArn, ownsKeyPolicy } = this.config;
    if (this.resourcePolicy) {
      const former = this.limitPreconditions;
      const document = this.policyDocument(ANY_DIGEST);
      this.limitPreconditions = this.limits.preconditions(document, this.registeredConsumers);
      extendPreconditions(this.resourcePolicy, this.limitPreconditions, former);
    }
    if (!this.principals.isEmpty && kmsKeyArn !== undefined && !ownsKeyPolicy) {
      this.addOutput("key-policy-statements", JSON.stringify(this.keyStatements()));
    }
  }

  /** Adds an output with a policy that the owner of stream or key has to attach. */
  private addOutput(id: string, value: string): void {
    if (!this.scope.node.tryFindChild(id)) {
      new TerraformOutput(this.scope, id, {
        value,
        description: `For the owner to attach: the ${id.replace(/-/g, " ")} for the readers and writers of ${this.scope.node.path}`,
      });
    }
  }

  private get registeredConsumers(): RegisteredConsumer[] {
    return this.consumers.filter(({ registered }) => registered);
  }
}

/** Keeps the other arguments of the lifecycle, and the preconditions, that the user has set. */
function extendPreconditions(
  resource: KinesisResourcePolicy | LambdaEventSourceMapping,
  added: readonly Precondition[],
  replaced: readonly Precondition[] = [],
): void {
  const { precondition = [], ...lifecycle } = resource.lifecycle ?? {};
  const kept = precondition.filter((one) => !replaced.includes(one));
  if (added.length + replaced.length > 0) {
    resource.lifecycle = { ...lifecycle, precondition: [...kept, ...added] };
  }
}
