import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { Annotations, Op, Precondition, TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { providerRegion } from "../accounts/aws-provider";
import { checkSameStack } from "../accounts/same-stack";
import { arnPart, streamNameOf } from "../policies/arns";
import { expressionOf, isLiteral } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import { readProperties } from "../properties/property";
import { checkKeys } from "./key";
import { ProducerStreamAttributes } from "./producer-stream-props";
import { StreamBase } from "./stream-base";
import { StreamGrants } from "./stream-grants";
import { STREAM_ATTRIBUTES } from "./stream";

/**
 * A stream that already exists. If a provider is given, this construct manages its resource policy.
 */
export class ImportedStream extends StreamBase {
  public readonly streamArn: string;
  public readonly streamName: string;
  public readonly kmsKeyArn?: string;
  public readonly provider?: TerraformProvider;
  /** @internal */
  public readonly _grants: StreamGrants;

  constructor(scope: Construct, id: string, attributes: ProducerStreamAttributes) {
    super(scope, id);
    const checks = new PropertyChecks();
    const settings = readProperties(STREAM_ATTRIBUTES, attributes, checks);
    checks.throwIfWrongType(this);
    const { streamArn, kmsKeyArn, previousKmsKeyArns = [], provider } = settings;
    const region = arnPart(streamArn, "region");
    const partition = arnPart(streamArn, "partition");
    checkSameStack(checks, this, "provider", provider);
    checkKeys(checks, kmsKeyArn, previousKmsKeyArns, { region, partition });
    const given = provider && providerRegion(provider);
    if (isLiteral(region) && isLiteral(given) && given !== region) {
      checks.addError(
        `'provider' must be in the stream's Region ${region}, got ${given}; ` +
          "use a provider of that Region, or correct 'streamArn'",
      );
    }
    checks.throwIfAny(this);

    this.streamArn = streamArn;
    this.streamName = streamNameOf(streamArn);
    this.kmsKeyArn = kmsKeyArn;
    this.provider = provider;
    const decryptKeyArns = [...(kmsKeyArn === undefined ? [] : [kmsKeyArn]), ...previousKmsKeyArns];
    const ownership = provider ? this.manageResourcePolicy(provider) : undefined;
    this._grants = new StreamGrants(this, {
      ...settings,
      partition,
      ownsKeyPolicy: false,
      decryptKeyArns,
      dnsSuffix: ownership?.dnsSuffix,
      preconditions: [...checks.preconditions, ...(ownership ? [ownership.precondition] : [])],
    });
  }

  private manageResourcePolicy(provider: TerraformProvider): {
    readonly dnsSuffix: string;
    readonly precondition: Precondition;
  } {
    const owner = arnPart(this.streamArn, "account");
    const { accountId } = new DataAwsCallerIdentity(this, "account", { provider });
    this.node.addValidation({ validate: () => this.duplicatePolicies() });
    Annotations.of(this).addWarning(
      "'provider' is given, so the resource policy managed here REPLACES the one that the stream has: " +
        "repeat what must stay with grantRead and grantWrite, or omit 'provider' and attach the documents for the owner yourself",
    );
    return {
      dnsSuffix: new DataAwsPartition(this, "partition", { provider }).dnsSuffix,
      precondition: {
        condition: Op.eq(accountId, owner),
        errorMessage:
          `'provider' must be in account ${owner}, which owns the stream, got ${accountId}; ` +
          "use the credentials or the ARN of that account",
      },
    };
  }

  /**
   * Finds other constructs that manage this stream's resource policy. Only the last imported
   * stream reports the conflict.
   */
  private duplicatePolicies(): string[] {
    const arnOf = ({ streamArn }: StreamBase) => expressionOf(this, streamArn);
    const owners = this.node.root.node
      .findAll()
      .filter((node) => node instanceof StreamBase)
      .filter((stream) => stream.resourcePolicy && arnOf(stream) === arnOf(this));
    const last = owners.filter((stream) => stream instanceof ImportedStream).at(-1);
    return owners.length > 1 && last === this
      ? [
          `only one construct may manage a stream's resource policy: ${owners.map(({ node }) => node.path).join(" and ")} have a 'provider'; ` +
            "the last of them would silently replace the policy of the others: pass one stream to all consumers",
        ]
      : [];
  }
}
