import { dnsSuffixOf, partitionOf } from "../arn";
import type { Values } from "./resource";
import { resourcesOf, type PlacedResource, type Resources } from "./resources";

/** Terraform's configuration in JSON, such as a synthesized `cdk.tf.json`. */
interface Configuration {
  readonly provider?: { readonly aws?: Provider | readonly Provider[] };
  readonly resource?: Elements;
  readonly data?: Elements;
}
type Elements = Readonly<Record<string, Readonly<Record<string, Values>>>>;

interface Provider {
  readonly alias?: string;
  readonly region?: string;
  readonly allowed_account_ids?: readonly string[];
}

interface Place {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

const REFERENCE = String.raw`((?:data\.)?aws_\w+)\.([\w-]+)\.(\w+)`;
const ARN_PART = new RegExp(String.raw`\$\{element\(split\(":", ${REFERENCE}\), (\d)\)\}`, "g");
const ATTRIBUTE = new RegExp(String.raw`\$\{${REFERENCE}\}`, "g");

/** What follows `arn:PARTITION:` in the ARN of a resource. `own` is an argument of it as text. */
const ARNS: Readonly<Record<string, (own: (argument: string) => string, at: string) => string>> = {
  aws_kinesis_stream: (own, at) => `kinesis:${at}:stream/${own("name")}`,
  aws_kms_key: (own, at) => `kms:${at}:key/${own("key_id")}`,
  aws_lambda_function: (own, at) => `lambda:${at}:function:${own("function_name")}`,
  aws_cloudwatch_log_group: (own, at) => `logs:${at}:log-group:${own("name")}`,
  aws_sqs_queue: (own, at) => `sqs:${at}:${own("name")}`,
  aws_sns_topic: (own, at) => `sns:${at}:${own("name")}`,
};

/**
 * Reads a configuration. Expressions are replaced by the values that arguments of other elements
 * determine; those that are known only after the apply, such as the id of a key, stay as they are.
 */
export function resourcesInConfiguration(texts: readonly string[]): Resources {
  const files = texts.map((text) => JSON.parse(text) as Configuration);
  const providers = files.flatMap(({ provider }) => [provider?.aws ?? []].flat());
  const elements = new Map(
    files.flatMap(({ resource, data }) => [...elementsIn(resource), ...elementsIn(data, "data.")]),
  );

  function placeOf({ provider = "aws" }: Values): Place {
    const name = ({ alias }: Provider) => (alias === undefined ? "aws" : `aws.${alias}`);
    const found = providers.find((one) => name(one) === provider);
    const { alias, region = "", allowed_account_ids: [id] = [] } = found ?? {};
    return { account: id ?? alias ?? String(provider), region, partition: partitionOf(region) };
  }

  /** The value of an attribute; undefined if it is known only after the apply. */
  function attributeOf(type: string, name: string, attribute: string): string | undefined {
    const values = elements.get(`${type}.${name}`);
    if (!values) {
      return undefined;
    }
    const place = placeOf(values);
    if (attribute === "arn") {
      return arnOf(type, name, values, place);
    }
    const given = values[attribute];
    if (given === undefined) {
      return lookedUp(type, attribute, values, place);
    }
    return typeof given === "object" ? undefined : textOf(given);
  }

  function arnOf(type: string, name: string, values: Values, place: Place): string | undefined {
    const { partition, region, account } = place;
    const own = (argument: string): string =>
      attributeOf(type, name, argument) ??
      `${textOf(values[`${argument}_prefix`] ?? "")}\${${type}.${name}.${argument}}`;
    if (type === "aws_iam_role") {
      return `arn:${partition}:iam::${account}:role${textOf(values.path ?? "/")}${own("name")}`;
    }
    if (type === "aws_kinesis_stream_consumer") {
      return `${own("stream_arn")}/consumer/${own("name")}:${own("creation_timestamp")}`;
    }
    if (type === "aws_lambda_alias") {
      const target = own("function_name");
      const arn = target.startsWith("arn:")
        ? target
        : `arn:${partition}:lambda:${region}:${account}:function:${target}`;
      return `${arn}:${own("name")}`;
    }
    const rest = Object.hasOwn(ARNS, type) ? ARNS[type] : undefined;
    return type === "aws_s3_bucket"
      ? `arn:${partition}:s3:::${own("bucket")}`
      : rest && `arn:${partition}:${rest(own, `${region}:${account}`)}`;
  }

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map(resolve);
    }
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one)]));
    }
    return typeof value !== "string"
      ? value
      : value
          .replace(
            ARN_PART,
            (all, type: string, name: string, attribute: string, index: string) =>
              attributeOf(type, name, attribute)?.split(":")[Number(index)] ?? all,
          )
          .replace(
            ATTRIBUTE,
            (all, type: string, name: string, attribute: string) =>
              attributeOf(type, name, attribute) ?? all,
          );
  }

  const textOf = (value: unknown): string => String(resolve(value));

  const all = [...elements]
    .filter(([address]) => !address.startsWith("data."))
    .map(([address, element]): PlacedResource => {
      const [type = "", name = ""] = address.split(".");
      const arn = attributeOf(type, name, "arn");
      return {
        address,
        type,
        name,
        values: { ...(resolve(element) as Values), ...(arn !== undefined && { arn }) },
        account: placeOf(element).account,
        region: placeOf(element).region,
        dependsOn: (element.depends_on ?? []) as string[],
      };
    });
  const resources = resourcesOf(all);
  const byAddress = new Map(all.map((one) => [one.address, one]));
  const referredTo: Resources["referredTo"] = (value, by) =>
    resources.referredTo(resolve(value), by) ??
    byAddress.get(/^\$\{([a-z0-9_]+\.[\w-]+)\.\w+\}/.exec(String(value))?.[1] ?? "");
  return { ...resources, referredTo };
}

const elementsIn = (elements: Elements = {}, prefix = ""): [string, Values][] =>
  Object.entries(elements).flatMap(([type, named]) =>
    Object.entries(named).map(([name, values]): [string, Values] => [
      `${prefix}${type}.${name}`,
      values,
    ]),
  );

/** An attribute of a data source that follows from the place of its provider. */
function lookedUp(
  type: string,
  attribute: string,
  { service_name: service }: Values,
  { account, region, partition }: Place,
): string | undefined {
  const known: Readonly<Record<string, string>> = {
    "data.aws_caller_identity.account_id": account,
    "data.aws_partition.partition": partition,
    "data.aws_partition.dns_suffix": dnsSuffixOf(partition),
    "data.aws_region.name": region,
    "data.aws_region.region": region,
    "data.aws_service_principal.name": `${String(service)}.amazonaws.com`,
  };
  const value = known[`${type}.${attribute}`];
  return value === "" ? undefined : value;
}
