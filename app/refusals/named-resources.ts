import type { AwsClients } from "../aws-clients";
import { text, type Values } from "../../pipeline/terraform/resource";

/** A resource in AWS that has the name of one to be created. */
export interface Existing {
  /** Id for `terraform import`. */
  readonly id: string;
  readonly arn?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A type of resource whose names are unique in an account and Region. */
interface NamedResource {
  readonly noun: string;
  /** Names of global resources are unique in the account. */
  readonly isGlobal?: true;
  /** The name; undefined if a part of it is known only at apply. */
  readonly name: (values: Values | null) => string | undefined;
  /**
   * Looks the name up.
   *
   * @default - no plan knows the name of one that it creates, since Terraform completes it
   */
  readonly find?: (aws: AwsClients, values: Values) => Promise<Existing | undefined>;
}

const named =
  (attribute: string) =>
  (values: Values | null): string | undefined =>
    text(values, attribute);

/** Two attributes in words; undefined if one of them is known only at apply. */
const both = (
  values: Values | null,
  [first, second]: readonly [string, string],
  word: string,
): string | undefined => {
  const [one, other] = [text(values, first), text(values, second)];
  return one === undefined || other === undefined ? undefined : `${one} ${word} ${other}`;
};

const value = (values: Values, attribute: string): string => text(values, attribute) ?? "";

interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}
const tagsOf = (tags: readonly Tag[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

/** By Terraform type: where a name is, how to look it up, and the id for its import. */
export const NAMED_RESOURCES: Readonly<Record<string, NamedResource>> = {
  aws_kinesis_stream: {
    noun: "stream",
    name: named("name"),
    find: async ({ kinesis }, values) => {
      const StreamName = value(values, "name");
      const { StreamDescriptionSummary } = await kinesis.describeStreamSummary({ StreamName });
      const { Tags } = await kinesis.listTagsForStream({ StreamName });
      return { id: StreamName, arn: StreamDescriptionSummary?.StreamARN, tags: tagsOf(Tags) };
    },
  },
  aws_kinesis_stream_consumer: {
    noun: "registered consumer",
    name: (values) => both(values, ["name", "stream_arn"], "of"),
    find: async ({ kinesis }, values) => {
      const StreamARN = value(values, "stream_arn");
      let NextToken: string | undefined;
      do {
        const page = await kinesis.listStreamConsumers({ StreamARN, NextToken });
        const found = page.Consumers?.find(
          ({ ConsumerName }) => ConsumerName === value(values, "name"),
        );
        if (found?.ConsumerARN !== undefined) {
          return { id: found.ConsumerARN, arn: found.ConsumerARN };
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return undefined;
    },
  },
  aws_kinesis_resource_policy: {
    noun: "resource policy",
    name: (values) => {
      const arn = text(values, "resource_arn");
      return arn && `of ${arn}`;
    },
    find: async ({ kinesis }, values) => {
      const ResourceARN = value(values, "resource_arn");
      const { Policy } = await kinesis.getResourcePolicy({ ResourceARN });
      const isEmpty = Policy === undefined || Policy === "" || Policy === "{}";
      return isEmpty ? undefined : { id: ResourceARN };
    },
  },
  aws_kms_alias: {
    noun: "key alias",
    name: named("name"),
    find: async ({ kms }, values) => {
      let Marker: string | undefined;
      do {
        const page = await kms.listAliases({ Marker });
        const found = page.Aliases?.find(({ AliasName }) => AliasName === value(values, "name"));
        if (found) {
          return { id: value(values, "name"), arn: found.AliasArn };
        }
        Marker = page.NextMarker;
      } while (Marker !== undefined);
      return undefined;
    },
  },
  aws_iam_role: {
    noun: "role",
    isGlobal: true,
    name: named("name"),
    find: async ({ iam }, values) => {
      const { Role } = await iam.getRole({ RoleName: value(values, "name") });
      return { id: value(values, "name"), arn: Role?.Arn, tags: tagsOf(Role?.Tags) };
    },
  },
  aws_iam_role_policy: {
    noun: "inline policy",
    isGlobal: true,
    name: (values) => both(values, ["name", "role"], "of role"),
    find: async ({ iam }, values) => {
      const [RoleName, PolicyName] = [value(values, "role"), value(values, "name")];
      await iam.getRolePolicy({ RoleName, PolicyName });
      return { id: `${RoleName}:${PolicyName}` };
    },
  },
  aws_lambda_function: {
    noun: "function",
    name: named("function_name"),
    find: async ({ lambda }, values) => {
      const FunctionName = value(values, "function_name");
      const { Configuration, Tags } = await lambda.getFunction({ FunctionName });
      return { id: FunctionName, arn: Configuration?.FunctionArn, tags: Tags };
    },
  },
  aws_lambda_alias: {
    noun: "function alias",
    name: (values) => both(values, ["name", "function_name"], "of"),
    find: async ({ lambda }, values) => {
      const [FunctionName, Name] = [value(values, "function_name"), value(values, "name")];
      const { AliasArn } = await lambda.getAlias({ FunctionName, Name });
      return { id: `${FunctionName}/${Name}`, arn: AliasArn };
    },
  },
  aws_lambda_event_source_mapping: {
    noun: "event source mapping",
    name: (values) => both(values, ["function_name", "event_source_arn"], "of"),
    find: async ({ lambda }, values) => {
      const { EventSourceMappings = [] } = await lambda.listEventSourceMappings({
        FunctionName: value(values, "function_name"),
        EventSourceArn: value(values, "event_source_arn"),
      });
      const [found] = EventSourceMappings;
      return found?.UUID === undefined
        ? undefined
        : { id: found.UUID, arn: found.EventSourceMappingArn };
    },
  },
  aws_cloudwatch_log_group: {
    noun: "log group",
    name: named("name"),
    find: async ({ logs }, values) => {
      const name = value(values, "name");
      // The answer is sorted by name, so the name itself comes before those that start with it.
      const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: name });
      const arn = logGroups
        .find(({ logGroupName }) => logGroupName === name)
        ?.arn?.replace(/:\*$/, "");
      if (arn === undefined) {
        return undefined;
      }
      const { tags } = await logs.listTagsForResource({ resourceArn: arn });
      return { id: name, arn, tags };
    },
  },
  aws_sqs_queue: {
    noun: "queue",
    name: named("name"),
  },
  aws_sns_topic: {
    noun: "topic",
    name: named("name"),
  },
  aws_cloudwatch_metric_alarm: {
    noun: "alarm",
    name: named("alarm_name"),
    find: async ({ cloudwatch }, values) => {
      const name = value(values, "alarm_name");
      const { MetricAlarms = [], CompositeAlarms = [] } = await cloudwatch.describeAlarms({
        AlarmNames: [name],
      });
      const [found] = [...MetricAlarms, ...CompositeAlarms];
      return found && { id: name, arn: found.AlarmArn };
    },
  },
  aws_cloudwatch_dashboard: {
    noun: "dashboard",
    isGlobal: true,
    name: named("dashboard_name"),
    find: async ({ cloudwatch }, values) => {
      const name = value(values, "dashboard_name");
      const { DashboardArn } = await cloudwatch.getDashboard({ DashboardName: name });
      return { id: name, arn: DashboardArn };
    },
  },
};
