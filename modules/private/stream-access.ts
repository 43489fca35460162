import { KinesisResourcePolicy } from "@cdktf/provider-aws/lib/kinesis-resource-policy";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import {
  dependable,
  Fn,
  ITerraformDependable,
  Lazy,
  Op,
  Precondition,
  TerraformOutput,
  Token,
} from "cdktf";
import { Construct } from "constructs";
import { arnPart } from "./arns";
import { Checks, duplicates, expressionOf, isLiteral, textOf } from "./checks";
import { duplicateConsumer, policyTooLarge, tooManyConsumers } from "./errors";
import { checkPartition } from "./partitions";
import {
  keyUseStatements,
  policyDocument,
  Statement,
  StreamIdentity,
  streamPolicyStatements,
} from "./policies";
import { principalRefusal } from "./principals";
import { principalArn } from "./rules";

/** https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html */
const MAX_POLICY_BYTES = 20480;
/** On-demand Advantage has 50. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const DEFAULT_REGISTERED_CONSUMERS = 20;
/** A role ARN's prefix, its path of at most 512 and its name of at most 64 characters. */
const MAX_ROLE_ARN_LENGTH = 640;
const TOKEN = /\$\{TfToken\[[^\]]+\]\}/g;

export interface StreamAccessConfig {
  readonly streamArn: string;
  /** Without it the resource policy is somebody else's, and the document is offered as an output. */
  readonly provider?: AwsProvider;
  readonly partition: string;
  /** If false, somebody else owns the policy of `kmsKeyArn`: its statements become an output. */
  readonly ownsKeyPolicy: boolean;
  readonly kmsKeyArn?: string;
  /** The stream's key, and the keys of records that were put before the stream had it. */
  readonly decryptKeyArns: readonly string[];
  readonly registeredConsumerLimit?: number;
  readonly retentionPeriodHours?: number;
  /** Of tokens that the stream was described with. */
  readonly preconditions?: readonly Precondition[];
}

export interface ConsumerRegistration {
  readonly path: string;
  readonly consumerName: string;
  readonly registered: boolean;
}

/**
 * Everybody who may use one stream. A stream has one resource policy and a second one would
 * silently replace it, so all grants meet here.
 */
export class StreamAccess {
  public resourcePolicy?: KinesisResourcePolicy;
  /** Of the stream's partition; without a provider for the stream, its first consumer tells. */
  public dnsSuffix?: string;
  private readonly readers: string[] = [];
  private readonly writers: string[] = [];
  private readonly consumers: ConsumerRegistration[] = [];
  private readonly preconditions: Precondition[];
  /**
   * The policy of the key created here. Terraform retries it until IAM knows every principal, so
   * policies that are not retried depend on it.
   */
  public keyPolicy?: ITerraformDependable;

  constructor(
    private readonly scope: Construct,
    public readonly config: StreamAccessConfig,
  ) {
    this.preconditions = [...(config.preconditions ?? [])];
    scope.node.addValidation({ validate: () => this.problems() });
  }

  /** What must be true before the resource policy is put. */
  public require(precondition: Precondition): void {
    this.preconditions.push(precondition);
  }

  /** For others to meet, where there is no resource policy to carry them. */
  public get unmetPreconditions(): readonly Precondition[] {
    return this.config.provider ? [] : this.preconditions;
  }

  public grantRead(principal: string): void {
    this.grant(principal, this.readers);
  }

  public grantWrite(principal: string): void {
    this.grant(principal, this.writers);
  }

  public addConsumer(
    registration: ConsumerRegistration,
    roleArn: string,
    lambdaFunction?: ITerraformDependable,
  ): void {
    this.consumers.push(registration);
    this.add(roleArn, this.readers);
    if (lambdaFunction && !this.keyPolicy) {
      this.resourcePolicy?.dependsOn?.push(dependable(lambdaFunction));
    }
  }

  /**
   * What a policy that names a consumer's role depends on, since PutResourcePolicy is called once
   * and refuses a role that IAM does not know yet. The key policy does not need the function, so
   * a function that cannot be created holds up nobody else; without a key policy only the
   * function, which Lambda creates once it can assume the role, shows that the role is known.
   */
  public principalPropagation(
    lambdaFunction: ITerraformDependable | undefined,
  ): ITerraformDependable[] {
    return [this.keyPolicy ?? lambdaFunction].filter((dependency) => dependency !== undefined);
  }

  /** The key's statements for readers and writers; those of a key no longer in use need no writers. */
  public keyStatements(
    stream: StreamIdentity = {
      arn: this.config.streamArn,
      region: arnPart(this.config.streamArn, "region"),
    },
    isInUse = true,
  ): Statement[] {
    // `dnsSuffix` is set whenever the stream has a key.
    return this.dnsSuffix === undefined
      ? []
      : keyUseStatements(stream, this.dnsSuffix, this.readers, isInUse ? this.writers : []);
  }

  private grant(principal: string, to: string[]): void {
    const checks = new Checks();
    const refusal = principalRefusal(principal);
    if (refusal) {
      checks.refuse(refusal);
    } else {
      checks.check("principalArn", principal, principalArn, "grant an account, a role or a user");
      checkPartition(checks, "principalArn", principal, this.config.partition);
    }
    checks.throwIfAny(this.scope);
    if (!this.knows(principal, [...this.readers, ...this.writers])) {
      this.preconditions.push(...checks.preconditions);
    }
    this.add(principal, to);
  }

  private add(principal: string, to: string[]): void {
    if (!this.knows(principal, to)) {
      to.push(principal);
    }
    if (this.config.provider) {
      this.resourcePolicy ??= new KinesisResourcePolicy(this.scope, "stream-policy", {
        provider: this.config.provider,
        resourceArn: this.config.streamArn,
        policy: Lazy.stringValue({ produce: () => this.document() }),
        dependsOn: this.keyPolicy ? [this.keyPolicy] : [],
      });
      this.resourcePolicy.lifecycle = this.lifecycle();
    } else {
      this.offer("stream-policy", () => this.document());
    }
    if (this.config.kmsKeyArn !== undefined && !this.config.ownsKeyPolicy) {
      this.offer("key-policy-statements", () => JSON.stringify(this.keyStatements()));
    }
  }

  /** Compared as expressions, since each reading of a `role.arn` is another token. */
  private knows(principal: string, among: readonly string[]): boolean {
    const [expression, ...others] = [principal, ...among].map((one) =>
      expressionOf(this.scope, one),
    );
    return others.includes(expression);
  }

  private offer(id: string, produce: () => string): void {
    if (!this.scope.node.tryFindChild(id)) {
      new TerraformOutput(this.scope, id, {
        value: Lazy.stringValue({ produce }),
        description: `For the owner to attach: the ${id.replace(/-/g, " ")} for the readers and writers of ${this.scope.node.path}`,
      });
    }
  }

  private document(): string {
    return policyDocument(
      streamPolicyStatements(this.config.streamArn, this.readers, this.writers),
    );
  }

  /** Only role ARNs that are known at apply can decide whether a large policy still fits. */
  private lifecycle(): { precondition: Precondition[] } | undefined {
    const document = this.document();
    const tokens = [...document.matchAll(TOKEN)].map(([token]) => token);
    const literalBytes = Buffer.byteLength(document.replace(TOKEN, ""));
    const size = Op.add(Fn.lengthOf(Fn.join("", tokens)), literalBytes);
    const mayBeTooLarge = literalBytes + tokens.length * MAX_ROLE_ARN_LENGTH > MAX_POLICY_BYTES;
    const precondition = [
      ...this.preconditions,
      ...(isLiteral(this.limit)
        ? []
        : [
            {
              condition: Op.lte(this.registered.length, this.limit),
              errorMessage: this.tooMany(),
            },
          ]),
      ...(mayBeTooLarge && tokens.length > 0
        ? [
            {
              condition: Op.lte(size, MAX_POLICY_BYTES),
              errorMessage: policyTooLarge(Token.asString(size)),
            },
          ]
        : []),
    ];
    return precondition.length > 0 ? { precondition } : undefined;
  }

  private get registered(): readonly ConsumerRegistration[] {
    return this.consumers.filter((one) => one.registered);
  }

  private get limit(): number {
    return this.config.registeredConsumerLimit ?? DEFAULT_REGISTERED_CONSUMERS;
  }

  private tooMany(): string {
    const names = this.registered.map((one) => one.consumerName);
    return tooManyConsumers(textOf(this.limit), names);
  }

  private problems(): string[] {
    const bytes = Buffer.byteLength(this.document().replace(TOKEN, ""));
    const { registered, limit } = this;
    const problems = duplicates(
      registered.map(({ consumerName, path }) => [consumerName, path]),
    ).map(([name, paths]) => duplicateConsumer(name, paths));
    if (bytes > MAX_POLICY_BYTES) {
      problems.push(policyTooLarge(String(bytes)));
    }
    if (isLiteral(limit) && registered.length > limit) {
      problems.push(this.tooMany());
    }
    return problems;
  }
}
