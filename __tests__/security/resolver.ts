import { Cloud, keyId, REGISTERED_AT, serviceName, UNIQUE } from "./accounts";
import { Block, Configuration, ProviderBlock } from "./scenario";

const INTERPOLATION = /\$\{([^{}]*)\}/g;
const REFERENCE = /^(data\.)?(\w+)\.([\w-]+)\.(\w+)$/;
/** The part of a Sid that changes when a role is recreated; Sids do not affect access. */
const ROLE_IDS = /^substr\(sha1\(jsonencode\(\[[^\]]+\]\)\), 0, 8\)$/;
const ELEMENT = /^element\(split\("(.)", (.+)\), (\d+)\)$/;

/** A block with the values of its attributes at apply. */
interface Site {
  readonly block: Block;
  readonly logicalId: string;
  readonly account: string;
  readonly cloud: Cloud;
  /** A resolved string argument of the block. */
  readonly text: (argument: string) => string;
}

const arn = ({ cloud, account }: Site, service: string, resource: string) =>
  `arn:${cloud.partition}:${service}:${cloud.region}:${account}:${resource}`;
/** Logical ids start with the construct's id: `clickstream_key_D981BCF0`. */
const keyOf = (site: Site): string => keyId(site.logicalId.split("_")[0] ?? site.logicalId);

/** Attributes that AWS and the provider compute. An attribute that is missing here is an error. */
const ATTRIBUTES: Readonly<Record<string, (site: Site) => string>> = {
  "aws_iam_role.name": (site) => site.text("name"),
  "aws_iam_role.arn": (site) =>
    `arn:${site.cloud.partition}:iam::${site.account}:role/${site.text("name")}`,
  "aws_kinesis_stream.arn": (site) => arn(site, "kinesis", `stream/${site.text("name")}`),
  "aws_kinesis_stream_consumer.arn": (site) =>
    `${site.text("stream_arn")}/consumer/${site.text("name")}:${REGISTERED_AT}`,
  "aws_kms_key.key_id": keyOf,
  "aws_kms_key.arn": (site) => arn(site, "kms", `key/${keyOf(site)}`),
  "aws_sqs_queue.arn": (site) => arn(site, "sqs", site.text("name_prefix") + UNIQUE),
  "aws_cloudwatch_log_group.arn": (site) => arn(site, "logs", `log-group:${site.text("name")}`),
  "data.aws_partition.dns_suffix": ({ cloud }) => cloud.dnsSuffix,
  "data.aws_service_principal.name": (site) => serviceName(site.text("service_name")),
};

/** Replaces each reference in a synthesized string by its value at apply, as Terraform does. */
export class Resolver {
  constructor(
    private readonly configuration: Configuration,
    public readonly cloud: Cloud,
  ) {}

  /** @throws for any expression that it does not know */
  public text(template: string): string {
    const text = template.replace(INTERPOLATION, (_, expression: string) => this.value(expression));
    if (text.includes("${")) {
      throw new Error(`the resolver does not know how to read ${template}`);
    }
    return text;
  }

  /** The account of a block's resource, which is that of its provider. */
  public accountOf(block: Block): string {
    return this.providerOf(block).allowed_account_ids[0];
  }

  private value(expression: string): string {
    if (ROLE_IDS.test(expression)) {
      return "0a1b2c3d";
    }
    const [, separator, list, index] = ELEMENT.exec(expression) ?? [];
    if (separator !== undefined && list !== undefined) {
      const part = this.value(list).split(separator)[Number(index)];
      if (part === undefined) {
        throw new Error(`${expression} is out of range`);
      }
      return part;
    }
    const [, data, type = "", logicalId = "", attribute = ""] = REFERENCE.exec(expression) ?? [];
    const blocks = data ? this.configuration.data : this.configuration.resource;
    const block = blocks?.[type]?.[logicalId];
    const answer = ATTRIBUTES[`${data ?? ""}${type}.${attribute}`];
    if (!block || !answer) {
      throw new Error(`the resolver does not know \${${expression}}`);
    }
    return answer(this.site(block, logicalId));
  }

  private site(block: Block, logicalId: string): Site {
    return {
      block,
      logicalId,
      account: this.accountOf(block),
      cloud: { ...this.cloud, region: this.providerOf(block).region },
      text: (argument) => {
        const value = block[argument];
        if (typeof value !== "string") {
          throw new Error(`${logicalId} has no text in ${argument}`);
        }
        return this.text(value);
      },
    };
  }

  private providerOf({ provider }: Block): ProviderBlock {
    const found = this.configuration.provider.aws.find(({ alias }) => `aws.${alias}` === provider);
    if (!found) {
      throw new Error(`there is no provider ${String(provider)}`);
    }
    return found;
  }
}
