import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Annotations, Op, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { IProducerStream, ProducerStreamAttributes } from "../producer-stream-props";
import { arnPart, streamNameOf } from "./arns";
import { Checks, expressionOf, isLiteral } from "./checks";
import {
  invalidProps,
  mustBe,
  noProviderInStack,
  otherAccount,
  twoResourcePolicies,
} from "./errors";
import { checkKeyArns } from "./key-checks";
import { checkStack } from "./provider-identity";
import { oneOf, streamArn } from "./rules";
import { StreamAccess } from "./stream-access";

/** A stream made elsewhere; with a provider, its resource policy is ours. */
export class ImportedStream extends Construct implements IProducerStream {
  public readonly streamArn: string;
  public readonly streamName: string;
  public readonly kmsKeyArn?: string;
  public readonly provider?: AwsProvider;
  /** @internal */
  public readonly access: StreamAccess;

  constructor(scope: Construct, id: string, attributes: ProducerStreamAttributes) {
    super(scope, id);
    const checks = new Checks();
    checks.check(
      "streamArn",
      attributes.streamArn,
      streamArn,
      "copy it from `aws kinesis describe-stream-summary --stream-name <name>`",
    );
    checks.check(
      "registeredConsumerLimit",
      attributes.registeredConsumerLimit,
      oneOf([20, 50]),
      "omit it for 20; 50 is the limit of On-demand Advantage",
    );
    checkStack(checks, this, "provider", attributes.provider);
    const region = arnPart(attributes.streamArn, "region");
    const partition = arnPart(attributes.streamArn, "partition");
    checkKeyArns(checks, attributes.kmsKeyArn, attributes.previousKmsKeyArns, {
      region,
      partition,
    });
    const given = attributes.provider?.region;
    if (isLiteral(region) && isLiteral(given) && given !== region) {
      checks.refuse(
        mustBe(
          "provider",
          `in the stream's Region ${region}`,
          given,
          "use a provider of that Region, or correct 'streamArn'",
        ),
      );
    }
    checks.throwIfAny(this);

    this.streamArn = attributes.streamArn;
    this.streamName = streamNameOf(attributes.streamArn);
    this.kmsKeyArn = attributes.kmsKeyArn;
    this.provider = attributes.provider;
    this.access = new StreamAccess(this, {
      ...attributes,
      partition,
      ownsKeyPolicy: false,
      decryptKeyArns: [attributes.kmsKeyArn, ...(attributes.previousKmsKeyArns ?? [])].filter(
        (arn) => arn !== undefined,
      ),
      preconditions: checks.preconditions,
    });
    if (attributes.provider) {
      this.ownPolicy(attributes.provider);
    }
  }

  public grantRead(principalArn: string): void {
    this.learnPartition();
    this.access.grantRead(principalArn);
  }

  public grantWrite(principalArn: string): void {
    this.learnPartition();
    this.access.grantWrite(principalArn);
  }

  /** The key's statements name Kinesis's host, which any provider of the partition can tell. */
  private learnPartition(): void {
    if (this.access.config.decryptKeyArns.length === 0 || this.access.dnsSuffix !== undefined) {
      return;
    }
    const provider = TerraformStack.of(this)
      .node.findAll()
      .find((node): node is AwsProvider => node instanceof AwsProvider);
    if (!provider) {
      throw invalidProps(this.node.path, [noProviderInStack()]);
    }
    this.access.dnsSuffix = new DataAwsPartition(this, "partition", {
      provider,
    }).dnsSuffix;
  }

  private ownPolicy(provider: AwsProvider): void {
    const owner = arnPart(this.streamArn, "accountId");
    const { accountId } = new DataAwsCallerIdentity(this, "account", {
      provider,
    });
    this.access.dnsSuffix = new DataAwsPartition(this, "partition", {
      provider,
    }).dnsSuffix;
    this.access.require({
      condition: Op.eq(accountId, owner),
      errorMessage: otherAccount("provider", "stream", owner, accountId),
    });
    this.node.addValidation({ validate: () => this.otherPolicies() });
    Annotations.of(this).addWarning(
      "'provider' is given, so the resource policy made here REPLACES the one that the stream has: " +
        "repeat what must stay with grantRead and grantWrite, or omit 'provider' and attach the offered document yourself",
    );
  }

  /** Made by the same stream under another construct; the last imported one speaks for all. */
  private otherPolicies(): string[] {
    const arnOf = ({ config }: StreamAccess) => expressionOf(this, config.streamArn);
    const owners = this.node.root.node
      .findAll()
      .filter(
        (node): node is ImportedStream => "access" in node && node.access instanceof StreamAccess,
      )
      .filter(({ access }) => access.resourcePolicy)
      .filter(({ access }) => arnOf(access) === arnOf(this.access));
    const last = owners.filter((node) => node instanceof ImportedStream).at(-1);
    return owners.length > 1 && last === this
      ? [twoResourcePolicies(owners.map(({ node }) => node.path))]
      : [];
  }
}
