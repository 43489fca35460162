import { dnsSuffixOf } from "../arn";
import type { Values } from "./resource";
import { resourcesOf, type PlacedResource, type Resources } from "./resources";

/** Account, Region and partition of a provider. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

/** A resource or data source whose arguments may be expressions. */
export interface Element {
  readonly type: string;
  readonly name: string;
  readonly values: Values;
  readonly place: Place;
  readonly dependsOn: readonly string[];
}

/** An attribute of an element: its address may be in a module and have an index key. */
const REFERENCE = String.raw`((?:[\w-]+(?:\[[^\]]*\])?\.)*?(?:data\.)?aws_\w+\.[\w-]+(?:\[[^\]]*\])?)\.(\w+)`;
const ARN_PART = new RegExp(String.raw`\$\{element\(split\(":", ${REFERENCE}\), (\d)\)\}`, "g");
const ATTRIBUTE = new RegExp(String.raw`\$\{${REFERENCE}\}`, "g");
const FIRST = new RegExp(String.raw`^\$\{${REFERENCE}\}`);

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
 * Replaces expressions by the values that the arguments of other elements determine. What is known
 * only after the apply, such as the ID of a key, stays an expression.
 *
 * @param elements by address; that of a data source has `data.` before its type
 */
export function resolved(elements: ReadonlyMap<string, Element>): Resources {
  /** The value of an attribute; undefined if it is known only after the apply. */
  function attributeOf(address: string, attribute: string): string | undefined {
    const element = elements.get(address);
    if (!element) {
      return undefined;
    }
    const given = element.values[attribute];
    if (given !== undefined && given !== `\${${address}.${attribute}}`) {
      return typeof given === "object" ? undefined : textOf(given);
    }
    return attribute === "arn" ? arnOf(address, element) : lookedUp(attribute, element);
  }

  function arnOf(address: string, { type, values, place }: Element): string | undefined {
    const { partition, region, account } = place;
    const own = (argument: string): string =>
      attributeOf(address, argument) ??
      `${textOf(values[`${argument}_prefix`] ?? "")}\${${address}.${argument}}`;
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
    return typeof value !== "string" || !value.includes("${")
      ? value
      : value
          .replace(
            ARN_PART,
            (all, address: string, attribute: string, index: string) =>
              attributeOf(address, attribute)?.split(":")[Number(index)] ?? all,
          )
          .replace(
            ATTRIBUTE,
            (all, address: string, attribute: string) => attributeOf(address, attribute) ?? all,
          );
  }

  const textOf = (value: unknown): string => String(resolve(value));

  const all = [...elements]
    .filter(([address]) => !/(^|\.)data\./.test(address))
    .map(([address, element]): PlacedResource => {
      const { type, name, values, place, dependsOn } = element;
      const arn = attributeOf(address, "arn");
      return {
        ...{ address, type, name, dependsOn },
        values: { ...(resolve(values) as Values), ...(arn !== undefined && { arn }) },
        account: place.account,
        region: place.region,
      };
    });
  const resources = resourcesOf(all);
  const byAddress = new Map(all.map((one) => [one.address, one]));
  const referredTo: Resources["referredTo"] = (value, by) =>
    resources.referredTo(resolve(value), by) ?? byAddress.get(FIRST.exec(String(value))?.[1] ?? "");
  return { ...resources, referredTo };
}

/** An attribute of a data source that follows from the place of its provider. */
function lookedUp(attribute: string, { type, values, place }: Element): string | undefined {
  const { account, region, partition } = place;
  const known: Readonly<Record<string, string>> = {
    "aws_caller_identity.account_id": account,
    "aws_partition.partition": partition,
    "aws_partition.dns_suffix": dnsSuffixOf(partition),
    "aws_region.name": region,
    "aws_region.region": region,
    "aws_service_principal.name": `${String(values.service_name)}.amazonaws.com`,
  };
  const value = known[`${type}.${attribute}`];
  return value === "" ? undefined : value;
}
