import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetResourcePolicyCommand, PutResourcePolicyCommand } from "@aws-sdk/client-kinesis";
import { ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { DeleteEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Configuration } from "../../../local/workspace";
import { OnFailure, ReadMode, StartingPosition } from "../../../modules";
import { CONSUMER, type Deployment, PRODUCER, REGION, streamArn } from "../../e2e/deployment";
import { IMPORTED, UNMONITORED, type World } from "./recorded-world";

export interface Case {
  /** What is applied before the change. The default is WORLD. */
  readonly from?: World;
  /** A change of the program. */
  readonly edit?: (world: World) => World;
  /** A change of the synthesized configuration. */
  readonly json?: (stack: Configuration) => void;
  /** A change in AWS, which stays for the cases after it. */
  readonly hand?: (deployment: Deployment) => Promise<unknown>;
  /** Options of `terraform plan`. */
  readonly flags?: (deployment: Deployment) => string[];
}

type Consumer = World["consumers"][string];

/** The world with other properties of one consumer. */
const consumer =
  (id: string, props: Consumer) =>
  (world: World): World => ({
    ...world,
    consumers: { ...world.consumers, [id]: { ...world.consumers[id], ...props } },
  });

const stream =
  (props: World["stream"]) =>
  (world: World): World => ({ ...world, stream: { ...world.stream, ...props } });

const SHARED = { readMode: ReadMode.SHARED_THROUGHPUT };
const FAILURES = "arn:aws:sqs:eu-west-1:222222222222:failures";
const existing = (name: string): Consumer => ({
  existingFunction: {
    functionName: name,
    roleName: name,
    roleArn: `arn:aws:iam::${CONSUMER}:role/${name}`,
  },
});

const replace =
  (type: string, construct: string) =>
  (deployment: Deployment): string[] => [`-replace=${deployment.addressOf(type, construct)}`];

/** ID and arguments of the mapping of a consumer. */
const idOf = (
  stack: Configuration,
  construct: string,
): [id: string, mapping: Record<string, unknown>] =>
  Object.entries(stack.resource.aws_lambda_event_source_mapping!).find(([id]) =>
    id.startsWith(construct),
  )!;

const mappingIn = (stack: Configuration, construct: string): Record<string, unknown> =>
  idOf(stack, construct)[1];

function withoutMonitoring(stack: Configuration): void {
  delete stack.resource.aws_cloudwatch_dashboard;
  delete stack.resource.aws_cloudwatch_metric_alarm;
}

export const CASES: Record<string, Case> = {
  nothing: {},
  "read mode and enabled": { edit: consumer("analytics", { ...SHARED, enabled: false }) },
  "read mode and on-failure": {
    edit: consumer("analytics", { ...SHARED, onFailure: OnFailure.none() }),
  },
  "read mode and filters": {
    edit: consumer("analytics", { ...SHARED, filterPatterns: [{ data: { kind: ["order"] } }] }),
  },
  "read mode, retries and no destination": {
    edit: consumer("analytics", {
      ...SHARED,
      maximumRetryAttempts: 1,
      onFailure: OnFailure.none(),
    }),
  },
  "read mode, enabled, filters, retries and no destination": {
    edit: consumer("analytics", {
      ...SHARED,
      enabled: false,
      filterPatterns: [{ data: { kind: ["order"] } }],
      maximumRetryAttempts: 1,
      onFailure: OnFailure.none(),
    }),
  },
  "reserved concurrency 0": { edit: consumer("analytics", { reservedConcurrentExecutions: 0 }) },
  "writer removed": { edit: (world) => ({ ...world, writers: [] }) },
  "reader of another program removed": { edit: (world) => ({ ...world, readers: [] }) },
  "role replaced": { flags: replace("aws_iam_role", "analytics_role") },
  "role replaced, policies kept": {
    json: (stack) => {
      for (const type of [
        "aws_iam_role_policy",
        "aws_kinesis_resource_policy",
        "aws_kms_key_policy",
      ]) {
        for (const element of Object.values(stack.resource[type] ?? {})) {
          delete (element as { lifecycle?: unknown }).lifecycle;
        }
      }
    },
    flags: replace("aws_iam_role", "analytics_role"),
  },
  "consumer renamed under its id": { edit: consumer("analytics", { consumerName: "insights" }) },
  "consumer renamed, function kept": {
    edit: consumer("analytics", { consumerName: "insights", functionName: "analytics" }),
  },
  "construct id changed, names kept": {
    edit: ({ consumers: { analytics, ...others }, ...world }) => ({
      ...world,
      consumers: { ...others, moved: { ...analytics, consumerName: "analytics" } },
    }),
  },
  "consumer removed": {
    edit: ({ consumers: { analytics: _removed, ...others }, ...world }) => ({
      ...world,
      consumers: others,
    }),
  },
  "consumer added": {
    edit: (world) => ({ ...world, consumers: { ...world.consumers, fraud: {} } }),
  },
  "consumer added, paused": {
    edit: (world) => ({ ...world, consumers: { ...world.consumers, fraud: { enabled: false } } }),
  },
  "mapping of another function": { edit: consumer("billing", existing("other")) },
  "paused reader resumed": { edit: consumer("paused", { enabled: true }) },
  "running reader paused": { edit: consumer("billing", { enabled: false }) },
  "replay of a paused reader": {
    flags: replace("aws_lambda_event_source_mapping", "paused_mapping"),
  },
  replay: { flags: replace("aws_lambda_event_source_mapping", "analytics_mapping") },
  "replay from LATEST": { flags: replace("aws_lambda_event_source_mapping", "billing_mapping") },
  "replay from 2020": {
    edit: consumer("analytics", {
      startingPosition: StartingPosition.AT_TIMESTAMP,
      startingPositionTimestamp: "2020-01-01T00:00:00Z",
    }),
    flags: replace("aws_lambda_event_source_mapping", "analytics_mapping"),
  },
  "mapping created before it is destroyed": {
    json: (stack) => {
      mappingIn(stack, "analytics").lifecycle = { create_before_destroy: true };
    },
    flags: replace("aws_lambda_event_source_mapping", "analytics_mapping"),
  },
  "registered consumer replaced": {
    flags: replace("aws_kinesis_stream_consumer", "analytics_consumer"),
  },
  "function replaced": { flags: replace("aws_lambda_function", "analytics_function") },
  "queue to an existing queue": {
    edit: consumer("analytics", { onFailure: OnFailure.sqs(FAILURES) }),
  },
  "destination added": { edit: consumer("billing", { onFailure: OnFailure.queue() }) },
  "filters and retries": {
    edit: consumer("billing", {
      filterPatterns: [{ data: { kind: ["order"] } }],
      maximumRetryAttempts: 1,
    }),
  },
  "key kept and another one": {
    edit: stream({ kmsKeyArn: `arn:aws:kms:${REGION}:${PRODUCER}:key/other` }),
  },
  "key kept with retainKey": {
    edit: stream({ kmsKeyArn: `arn:aws:kms:${REGION}:${PRODUCER}:key/other`, retainKey: true }),
  },
  "encryption off": { edit: stream({ encryption: "NONE" as never }) },
  "retention longer": { edit: stream({ retentionPeriodHours: 48 }) },
  "shards 2 to 5": { edit: stream({ shardCount: 5 }) },
  "on demand": { edit: stream({ shardCount: undefined }) },
  "stream renamed": { edit: stream({ streamName: "orders-2" }) },
  "stream imported instead": {
    edit: (world) => ({ ...world, streamArn: streamArn("orders"), isMonitored: false }),
  },
  "monitoring removed": { edit: (world) => ({ ...world, isMonitored: false }) },
  "everything destroyed": { flags: () => ["-destroy"] },
  "mapping forgotten": {
    json: (stack) => {
      const [id] = idOf(stack, "analytics");
      const address = `aws_lambda_event_source_mapping.${id}`;
      const { [id]: _forgotten, ...others } = stack.resource.aws_lambda_event_source_mapping!;
      stack.resource.aws_lambda_event_source_mapping = others;
      withoutMonitoring(stack);
      for (const one of Object.values(stack.resource).flatMap((named) => Object.values(named))) {
        const element = one as { depends_on?: string[] };
        element.depends_on = element.depends_on?.filter((other) => other !== address);
      }
      Object.assign(stack, { removed: [{ from: address, lifecycle: [{ destroy: false }] }] });
    },
  },
  "mapping moved": {
    json: (stack) => {
      const [id] = idOf(stack, "analytics");
      const moved = JSON.parse(JSON.stringify(stack).replaceAll(id, "renamed")) as Configuration;
      Object.assign(stack, moved, {
        moved: [
          {
            from: `aws_lambda_event_source_mapping.${id}`,
            to: "aws_lambda_event_source_mapping.renamed",
          },
        ],
      });
    },
  },
  "only the registered consumer targeted": {
    edit: consumer("analytics", { consumerName: "insights" }),
    flags: (deployment) => [
      `-target=${deployment.addressOf("aws_kinesis_stream_consumer", "analytics_consumer")}`,
    ],
  },
  "decryption denied to the role": {
    json: (stack) => {
      const [role] = Object.keys(stack.resource.aws_iam_role!).filter((id) =>
        id.startsWith("analytics"),
      );
      stack.resource.aws_iam_role_policy!.deny = {
        provider: "aws.consumer",
        name: "deny",
        role: `\${aws_iam_role.${role}.name}`,
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Sid: "NoKeys", Effect: "Deny", Action: "kms:*", Resource: "*" }],
        }),
      };
    },
  },
  "former key taken away": { edit: stream({ previousKmsKeyArns: [] }) },
  "retention shorter": { edit: stream({ retentionPeriodHours: 24 }) },
  "replay from a time to come": {
    json: (stack) => {
      Object.assign(mappingIn(stack, "analytics"), {
        starting_position: "AT_TIMESTAMP",
        starting_position_timestamp: "2099-01-01T00:00:00Z",
      });
    },
    flags: replace("aws_lambda_event_source_mapping", "analytics_mapping"),
  },
  "second mapping of one function": {
    json: (stack) => {
      const all = stack.resource.aws_lambda_event_source_mapping!;
      all.second = { ...mappingIn(stack, "billing") };
    },
  },
  "mappings of other sources": {
    json: (stack) => {
      const all = stack.resource.aws_lambda_event_source_mapping!;
      const { filter_criteria: _none, ...one } = mappingIn(stack, "billing");
      all.queue = { ...one, event_source_arn: FAILURES };
      all.table = {
        ...one,
        event_source_arn: `arn:aws:dynamodb:${REGION}:${CONSUMER}:table/t/stream/2026-01-01T00:00:00.000`,
      };
    },
  },
  "consumers moved to another account": {
    from: UNMONITORED,
    edit: (world) => ({ ...world, account: "333333333333" }),
  },
  "imported stream made the program's own": {
    from: IMPORTED,
    edit: () => ({ ...IMPORTED, streamArn: undefined }),
  },
  "statement put by hand": {
    hand: async (deployment) => {
      const { kinesis } = deployment.clients(PRODUCER);
      const ResourceARN = streamArn("orders");
      const { Policy } = await kinesis.send(new GetResourcePolicyCommand({ ResourceARN }));
      const policy = JSON.parse(Policy!) as { Statement: object[] };
      policy.Statement.push({
        Sid: "TeamSearch",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::666666666666:root" },
        Action: [
          "kinesis:DescribeStreamSummary",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
          "kinesis:ListShards",
        ],
        Resource: ResourceARN,
      });
      await kinesis.send(
        new PutResourcePolicyCommand({ ResourceARN, Policy: JSON.stringify(policy) }),
      );
    },
  },
  "role policy emptied by hand": {
    hand: (deployment) =>
      deployment.clients(CONSUMER).iam.send(
        new PutRolePolicyCommand({
          RoleName: "billing",
          PolicyName: String(
            deployment.show(deployment.addressOf("aws_iam_role_policy", "billing_role-policy"))
              .name,
          ),
          PolicyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Action: "logs:PutLogEvents", Resource: "*" }],
          }),
        }),
      ),
  },
  "log group deleted by hand": {
    hand: (deployment) =>
      deployment
        .clients(CONSUMER)
        .logs.send(new DeleteLogGroupCommand({ logGroupName: "/aws/lambda/billing" })),
  },
  "mapping deleted by hand": {
    hand: (deployment) =>
      deployment.clients(CONSUMER).lambda.send(
        new DeleteEventSourceMappingCommand({
          UUID: String(
            deployment.show(
              deployment.addressOf("aws_lambda_event_source_mapping", "analytics_mapping"),
            ).uuid,
          ),
        }),
      ),
  },
  "key scheduled for deletion by hand": {
    hand: (deployment) =>
      deployment.clients(PRODUCER).kms.send(
        new ScheduleKeyDeletionCommand({
          KeyId: String(deployment.show(deployment.addressOf("aws_kms_key", "orders_key")).key_id),
        }),
      ),
  },
};
