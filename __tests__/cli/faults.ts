import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreatePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteResourcePolicyCommand,
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
} from "@aws-sdk/client-kinesis";
import {
  CreateKeyCommand,
  DisableKeyCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  DeleteAliasCommand,
  DeleteFunctionCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateEventSourceMappingCommandInput,
} from "@aws-sdk/client-lambda";
import {
  DeleteQueueCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import type { FindingId } from "../../cli/src/doctor/findings";
import {
  allow,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeRole,
  mapping,
  messages,
  policy,
  put,
  setResourcePolicy,
  setRolePolicy,
  STREAM_ACTIONS,
  until,
} from "../local/two-accounts";
import { keyPolicy, LOGGING, roleStatements, type build, type Built, type World } from "./world";

export interface Fault {
  readonly id: FindingId;
  readonly options?: Parameters<typeof build>[2];
  readonly cause: (world: World, built: Built) => Promise<unknown>;
  /** Ends a fault that no command ends. */
  readonly end?: () => void;
  /** False if the commands only show something. */
  readonly isMended?: boolean;
  /** Settings of the mapping that are others than before, once the fault is mended. */
  readonly settings?: (built: Built) => object;
}

/** Findings against which there is nothing to type. */
export const NOTHING_TO_TYPE: ReadonlySet<string> = new Set([
  "stream-missing",
  "function-missing",
  "mapping-problem",
]);

/** Findings that other tests make. */
export const NO_FAULT: Readonly<Partial<Record<FindingId, string>>> = {
  "stream-not-active": "moto's streams are ACTIVE at once",
  "stream-aws-managed-key": "moto has no keys of AWS; the fix is that of key-missing",
  "key-other-region": "moto refuses such a key; the fix is that of key-missing",
  "consumer-not-active": "no mapping can be created while a consumer is not ACTIVE",
  "function-not-active": "moto's functions are Active at once; nothing to type",
  "function-update-failed": "moto's updates do not fail; nothing to type",
  "mapping-missing": "has a test of its own",
  "destination-key-missing": "a key cannot be deleted in less than seven days; nothing to type",
  "filters-drop-records": "--records has tests of its own; nothing to type",
  "probe-not-written": "has a test of its own; nothing to type",
  "probe-not-seen": "has a test of its own; nothing to type",
};

const SHARED = { isShared: true };
/** Lets the slow function end. */
const GATE = join(mkdtempSync(join(tmpdir(), "slow-")), "open");
const SLOW = `
exports.handler = async () => {
  console.log("started");
  while (!require("node:fs").existsSync(${JSON.stringify(GATE)}))
    await new Promise((resolve) => setTimeout(resolve, 50));
};`;
const OTHER_ROLE = "other-reader";

async function deleteRole({ consumer: { iam } }: World, { name: RoleName }: Built) {
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "own" }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

async function deregister({ producer: { kinesis } }: World, { sourceArn: ConsumerARN }: Built) {
  await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN }));
  await until(() =>
    kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN })).then(
      () => false,
      () => true,
    ),
  );
}

/** The role's policy without one of its statements. */
const withoutStatement =
  (action: string): Fault["cause"] =>
  ({ consumer }, built) =>
    setRolePolicy(
      consumer,
      built.name,
      ...roleStatements(built, built.name).filter(
        (statement) => !(statement as { Action: string[] }).Action.includes(action),
      ),
    );

const queueUrl = async ({ consumer: { sqs } }: World, QueueName: string) =>
  (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;

const lastResult = ({ consumer }: World, { uuid }: Built, pattern: RegExp) =>
  until(async () => pattern.test((await mapping(consumer, uuid)).LastProcessingResult ?? ""));

/** Changes the mapping, and waits until it has changed. */
const updateMapping =
  (input: Omit<UpdateEventSourceMappingCommandInput, "UUID">): Fault["cause"] =>
  async ({ consumer }, { uuid: UUID }) => {
    await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...input }));
    await until(async () => (await mapping(consumer, UUID)).State !== "Updating");
  };

const filters = (...patterns: string[]) => ({
  FilterCriteria: { Filters: patterns.map((Pattern) => ({ Pattern })) },
});

/** Encrypts the queue with a key of its account, whose policy lets the account do these things. */
const encryptQueue =
  (keyActions: string[], ...roleActions: string[]) =>
  async (world: World, built: Built): Promise<string> => {
    const { kms, sqs } = world.consumer;
    const { KeyMetadata: { Arn: key = "" } = {} } = await kms.send(
      new CreateKeyCommand({ Policy: policy(allow(keyActions, "*", OWN_ACCOUNT)) }),
    );
    await setRolePolicy(
      world.consumer,
      built.name,
      ...roleStatements(built, built.name),
      ...(roleActions.length > 0 ? [allow(roleActions, key)] : []),
    );
    await sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: await queueUrl(world, built.name),
        Attributes: { KmsMasterKeyId: key },
      }),
    );
    return key;
  };
const OWN_ACCOUNT = "arn:aws:iam::222222222222:root";
const ADMINISTER = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants", "kms:PutKeyPolicy"];
const USE = ["kms:GenerateDataKey", "kms:Decrypt"];

const LIMITS = {
  MaximumRetryAttempts: 500,
  MaximumRecordAgeInSeconds: 43_200,
  BisectBatchOnFunctionError: true,
};

/** Ways in which a pipeline breaks, each with the one finding that names it. */
export const FAULTS: readonly Fault[] = [
  {
    id: "stream-missing",
    options: SHARED,
    cause: ({ producer }, { name: StreamName }) =>
      producer.kinesis.send(new DeleteStreamCommand({ StreamName })),
  },
  {
    id: "key-missing",
    options: SHARED,
    // A key cannot be deleted in less than seven days.
    cause: ({ aws }) => {
      aws.failNext("kms", "DescribeKey", { code: "NotFoundException", message: "no such key" });
      return Promise.resolve();
    },
  },
  {
    id: "key-disabled",
    options: SHARED,
    cause: ({ producer }, { keyArn }) =>
      producer.kms.send(new DisableKeyCommand({ KeyId: keyArn })),
  },
  {
    id: "key-pending-deletion",
    options: SHARED,
    cause: ({ producer }, { keyArn }) =>
      producer.kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 7 })),
  },
  { id: "consumer-missing", cause: deregister },
  {
    id: "consumer-reregistered",
    cause: async (world, built) => {
      await deregister(world, built);
      // The ARN ends in the second in which the consumer was registered.
      const registeredAt = Number(/\d+$/.exec(built.sourceArn)?.[0]);
      await until(() => Promise.resolve(Date.now() / 1000 > registeredAt + 1));
      await makeConsumer(world.producer, built.streamArn, `${built.name}-efo`);
    },
  },
  {
    id: "policy-principal-deleted",
    cause: async (world, built) => {
      await deleteRole(world, built);
      await makeRole(world.consumer, built.name);
      await setRolePolicy(world.consumer, built.name, ...roleStatements(built, built.name));
    },
  },
  {
    id: "stream-policy-missing",
    options: SHARED,
    cause: ({ producer }, { streamArn: ResourceARN }) =>
      producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN })),
  },
  {
    id: "stream-policy-denies",
    options: SHARED,
    cause: ({ producer }, { streamArn, role }) =>
      setResourcePolicy(
        producer,
        streamArn,
        allow(
          STREAM_ACTIONS.filter((action) => action !== "kinesis:GetShardIterator"),
          streamArn,
          role,
        ),
      ),
  },
  {
    id: "consumer-policy-missing",
    cause: ({ producer }, { sourceArn: ResourceARN }) =>
      producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN })),
  },
  {
    id: "consumer-policy-denies",
    cause: async ({ producer, consumer }, { sourceArn }) => {
      const other = await makeRole(consumer, OTHER_ROLE);
      await until(() =>
        setResourcePolicy(producer, sourceArn, allow(CONSUMER_ACTIONS, sourceArn, other)).then(
          () => true,
          () => false,
        ),
      );
    },
  },
  {
    id: "key-policy-denies",
    options: SHARED,
    cause: ({ producer }, { keyArn: KeyId }) =>
      producer.kms.send(
        new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy: keyPolicy() }),
      ),
  },
  { id: "role-missing", options: SHARED, cause: deleteRole },
  {
    id: "role-trust-denies",
    options: SHARED,
    cause: ({ consumer: { iam } }, { name: RoleName }) =>
      iam.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName,
          PolicyDocument: policy({
            Effect: "Allow",
            Principal: { Service: "ec2.amazonaws.com" },
            Action: "sts:AssumeRole",
          }),
        }),
      ),
  },
  {
    id: "role-policy-stream",
    options: SHARED,
    cause: withoutStatement("kinesis:GetRecords"),
  },
  { id: "role-policy-consumer", cause: withoutStatement("kinesis:SubscribeToShard") },
  { id: "role-policy-key", options: SHARED, cause: withoutStatement("kms:Decrypt") },
  {
    id: "role-policy-destination",
    options: SHARED,
    cause: withoutStatement("sqs:SendMessage"),
  },
  { id: "role-policy-logs", options: SHARED, cause: withoutStatement("logs:PutLogEvents") },
  {
    id: "boundary-denies",
    options: SHARED,
    cause: async ({ consumer: { iam } }, { name: RoleName }) => {
      const { Policy: boundary } = await iam.send(
        new CreatePolicyCommand({
          PolicyName: RoleName,
          PolicyDocument: policy(allow(["kinesis:*", "logs:*", "sqs:*"], "*")),
        }),
      );
      await iam.send(
        new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: boundary?.Arn }),
      );
    },
  },
  {
    id: "function-missing",
    options: SHARED,
    cause: ({ consumer }, { name: FunctionName }) =>
      consumer.lambda.send(new DeleteFunctionCommand({ FunctionName })),
  },
  {
    id: "function-alias-missing",
    options: { ...SHARED, alias: "live" },
    cause: ({ consumer }, { name: FunctionName }) =>
      consumer.lambda.send(new DeleteAliasCommand({ FunctionName, Name: "live" })),
  },
  {
    id: "function-no-concurrency",
    options: SHARED,
    cause: ({ consumer }, { name: FunctionName }) =>
      consumer.lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
      ),
  },
  {
    id: "function-fails",
    isMended: false,
    options: { ...SHARED, source: "exports.handler = () => { throw new Error('bad'); };" },
    cause: async (world, built) => {
      await put(world.producer, built.streamArn, [{ key: "a", data: "{}" }]);
      await lastResult(world, built, /PROBLEM/);
    },
  },
  {
    id: "mapping-disabled",
    options: SHARED,
    cause: async ({ consumer }, { uuid: UUID }) => {
      await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
      await until(async () => (await mapping(consumer, UUID)).State === "Disabled");
    },
  },
  {
    id: "partial-failures-ignored",
    options: SHARED,
    cause: updateMapping({ FunctionResponseTypes: [] }),
  },
  {
    id: "retries-unlimited",
    options: { ...SHARED, mapping: LIMITS },
    cause: updateMapping({
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
      BisectBatchOnFunctionError: false,
    }),
  },
  {
    id: "destination-not-set",
    options: SHARED,
    cause: updateMapping({ DestinationConfig: { OnFailure: {} } }),
    settings: ({ queueArn }) => ({
      DestinationConfig: { OnFailure: { Destination: `${queueArn}-on-failure` } },
    }),
  },
  {
    id: "filters-match-nothing",
    options: { ...SHARED, mapping: filters('{"data":{"a":["it\'s"],"b":[1]}}') },
    cause: updateMapping(filters('{"a":["it\'s"],"b":[1]}')),
  },
  {
    id: "filter-matches-nothing",
    options: { ...SHARED, mapping: filters('{"data":{"a":["it\'s"]}}', '{"data":{"b":[1]}}') },
    cause: updateMapping(filters('{"data":{"a":["it\'s"]}}', '{"b":[1]}')),
  },
  {
    id: "mapping-changing",
    options: { ...SHARED, source: SLOW },
    // A change waits for the invocations that are running.
    cause: async (world, { name, streamArn, uuid: UUID }) => {
      const { lambda } = world.consumer;
      const Timeout = 30;
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout }));
      await put(world.producer, streamArn, [{ key: "a", data: "{}" }]);
      await until(async () => {
        await world.aws.flushLogs();
        return (await messages(world.consumer, name)).some((text) => text.includes("started"));
      });
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 7 }));
    },
    end: () => writeFileSync(GATE, ""),
  },
  {
    id: "mapping-problem",
    options: SHARED,
    // The local AWS runs no Python, and says so as Lambda says that it cannot invoke.
    cause: async (world, built) => {
      const { name: FunctionName } = built;
      await world.consumer.lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, Runtime: "python3.13" }),
      );
      await lastResult(world, built, /PROBLEM/);
    },
  },
  {
    id: "destination-missing",
    options: SHARED,
    cause: async (world, { name }) =>
      world.consumer.sqs.send(new DeleteQueueCommand({ QueueUrl: await queueUrl(world, name) })),
  },
  {
    id: "destination-policy-denies",
    options: SHARED,
    cause: async (world, { name, role, queueArn }) =>
      world.consumer.sqs.send(
        new SetQueueAttributesCommand({
          QueueUrl: await queueUrl(world, name),
          Attributes: {
            Policy: policy({ ...allow(["sqs:SendMessage"], queueArn, role), Effect: "Deny" }),
          },
        }),
      ),
  },
  {
    id: "destination-key-denies",
    options: SHARED,
    cause: encryptQueue(ADMINISTER, ...USE),
  },
  {
    id: "role-policy-destination-key",
    options: SHARED,
    cause: encryptQueue(["kms:*"]),
  },
  {
    id: "destination-key-disabled",
    options: SHARED,
    cause: async (world, built) => {
      const KeyId = await encryptQueue(["kms:*"], ...USE)(world, built);
      await world.consumer.kms.send(new DisableKeyCommand({ KeyId }));
    },
  },
  {
    id: "log-group-missing",
    options: { ...SHARED, source: LOGGING },
    cause: ({ consumer }, { name }) =>
      consumer.logs.send(new DeleteLogGroupCommand({ logGroupName: `/aws/lambda/${name}` })),
  },
];
