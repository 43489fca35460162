import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  PutRolePermissionsBoundaryCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteResourcePolicyCommand,
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  PutResourcePolicyCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  GetResourcePolicyCommand,
  ListStreamConsumersCommand,
  ListTagsForResourceCommand,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
  StartStreamEncryptionCommand,
} from "@aws-sdk/client-kinesis";
import { CreateKeyCommand, GetKeyPolicyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  DeleteEventSourceMappingCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { startLocalAws, type LocalAws } from "../../local/aws";
import {
  allow,
  clientsOf,
  connect,
  CONSUMER,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeFunction,
  makeMapping,
  makeRole,
  makeStream,
  mapping,
  policy,
  PRODUCER,
  REGION,
  setResourcePolicy,
  setRolePolicy,
  STREAM_ACTIONS,
  until,
  type Clients,
} from "./two-accounts";

jest.setTimeout(30_000);

let aws: LocalAws;
let producer: Clients;
let consumer: Clients;

beforeAll(async () => {
  aws = await startLocalAws({
    rolePropagationSeconds: 1,
    consumerCreatingSeconds: 0.5,
  });
  producer = await clientsOf(aws, PRODUCER);
  consumer = await clientsOf(aws, CONSUMER);
}, 60_000);
afterAll(() => aws.stop());

async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "accepted",
    (error: unknown) =>
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  );
}

async function propagated(name: string): Promise<string> {
  const arn = await makeRole(consumer, name);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return arn;
}

describe("registered consumers", () => {
  let stream: string;
  beforeAll(async () => {
    stream = await makeStream(producer, "registry");
  });

  it("have AWS's ARN and are CREATING before they are ACTIVE", async () => {
    const { Consumer: made } = await producer.kinesis.send(
      new RegisterStreamConsumerCommand({
        StreamARN: stream,
        ConsumerName: "first",
        Tags: { team: "a" },
      }),
    );
    expect(made?.ConsumerStatus).toBe("CREATING");
    expect(made?.ConsumerARN).toMatch(new RegExp(`^${stream}/consumer/first:\\d{10}$`));
    const describe = new DescribeStreamConsumerCommand({
      ConsumerARN: made?.ConsumerARN,
    });
    await until(async () => {
      const { ConsumerDescription: found } = await producer.kinesis.send(describe);
      return found?.ConsumerStatus === "ACTIVE" && found.StreamARN === stream;
    });
    const byName = await producer.kinesis.send(
      new DescribeStreamConsumerCommand({
        StreamARN: stream,
        ConsumerName: "first",
      }),
    );
    expect(byName.ConsumerDescription?.ConsumerARN).toBe(made?.ConsumerARN);
    const tags = await producer.kinesis.send(
      new ListTagsForResourceCommand({ ResourceARN: made?.ConsumerARN }),
    );
    expect(tags.Tags).toEqual([{ Key: "team", Value: "a" }]);
  });

  it("fail when the name is taken, and when the stream does not exist", async () => {
    expect(
      await refusal(
        producer.kinesis.send(
          new RegisterStreamConsumerCommand({
            StreamARN: stream,
            ConsumerName: "first",
          }),
        ),
      ),
    ).toMatch(/^ResourceInUseException: .*already exists/);
    expect(
      await refusal(
        producer.kinesis.send(
          new RegisterStreamConsumerCommand({
            StreamARN: `${stream}-not`,
            ConsumerName: "x",
          }),
        ),
      ),
    ).toMatch(/^ResourceNotFoundException/);
  });

  it("fail when the name has signs that AWS does not know", async () => {
    const register = new RegisterStreamConsumerCommand({
      StreamARN: stream,
      ConsumerName: "a/b",
    });
    expect(await refusal(producer.kinesis.send(register))).toMatch(
      /^ValidationException: .*'consumerName'/,
    );
  });

  it("fail when five are CREATING, and when twenty are registered", async () => {
    const register = (ConsumerName: string) =>
      refusal(
        producer.kinesis.send(
          new RegisterStreamConsumerCommand({
            StreamARN: stream,
            ConsumerName,
          }),
        ),
      );
    const answers = await Promise.all(["a", "b", "c", "d", "e", "f"].map(register));
    expect(answers.filter((answer) => answer === "accepted")).toHaveLength(5);
    expect(answers.find((answer) => answer !== "accepted")).toMatch(
      /^LimitExceededException: .*simultaneously be in CREATING or DELETING/,
    );
    for (let at = 7; at <= 20; at++)
      await until(async () => (await register(`n${at}`)) === "accepted");
    expect(await register("too-many")).toMatch(
      /^LimitExceededException: .*20 registered consumers/,
    );
  }, 30_000);

  it("keep their stream from being deleted unless that is enforced", async () => {
    const StreamName = "registry";
    expect(await refusal(producer.kinesis.send(new DeleteStreamCommand({ StreamName })))).toMatch(
      /^ResourceInUseException/,
    );
    await producer.kinesis.send(
      new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }),
    );
    expect(
      await refusal(
        producer.kinesis.send(
          new DescribeStreamConsumerCommand({
            StreamARN: stream,
            ConsumerName: "first",
          }),
        ),
      ),
    ).toMatch(/^ResourceNotFoundException/);
  });

  it("are gone after deregistering, their policy with them", async () => {
    const other = await makeStream(producer, "deregister");
    const arn = await makeConsumer(producer, other, "one");
    await setResourcePolicy(producer, arn, allow(CONSUMER_ACTIONS, arn, CONSUMER));
    await producer.kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: arn }));
    const { ConsumerDescription: left } = await producer.kinesis.send(
      new DescribeStreamConsumerCommand({ ConsumerARN: arn }),
    );
    expect(left?.ConsumerStatus).toBe("DELETING");
    await until(
      async () =>
        (await producer.kinesis.send(new ListStreamConsumersCommand({ StreamARN: other })))
          .Consumers?.length === 0,
    );
    expect(
      await refusal(producer.kinesis.send(new GetResourcePolicyCommand({ ResourceARN: arn }))),
    ).toMatch(/^ResourceNotFoundException/);
  });
});

describe("resource policies", () => {
  let stream: string;
  let role: string;
  beforeAll(async () => {
    stream = await makeStream(producer, "policies");
    role = await propagated("policies");
  });
  const put = (arn: string, ...statements: object[]) =>
    refusal(setResourcePolicy(producer, arn, ...statements));

  it("are put, read and deleted on a stream", async () => {
    const statement = allow(STREAM_ACTIONS, stream, role);
    expect(await put(stream, statement)).toBe("accepted");
    const read = new GetResourcePolicyCommand({ ResourceARN: stream });
    expect((await producer.kinesis.send(read)).Policy).toBe(policy(statement));
    await producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: stream }));
    expect(await refusal(producer.kinesis.send(read))).toMatch(/^ResourceNotFoundException/);
  });

  it.each([
    ["a wildcard action", (arn: string) => allow(["kinesis:Get*"], arn, role), /Wildcard/],
    [
      "an action that can't be shared",
      (arn: string) => allow(["kinesis:ListStreamConsumers"], arn, role),
      /not supported/,
    ],
    [
      "a consumer's action on a stream",
      (arn: string) => allow(["kinesis:SubscribeToShard"], arn, role),
      /not supported/,
    ],
    ["a wildcard principal", (arn: string) => allow(STREAM_ACTIONS, arn, "*"), /Wildcard/],
    [
      "an unknown role",
      (arn: string) => allow(STREAM_ACTIONS, arn, `${role}-not`),
      /does not exist/,
    ],
    [
      "another resource",
      (arn: string) => allow(STREAM_ACTIONS, `${arn}*`, role),
      /Resource must be/,
    ],
    [
      "a service principal",
      (arn: string) => ({
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: STREAM_ACTIONS,
        Resource: arn,
      }),
      /Only AWS principals/,
    ],
    [
      "no effect",
      (arn: string) => ({ ...allow(STREAM_ACTIONS, arn, role), Effect: undefined }),
      /Effect must be Allow or Deny, got undefined/,
    ],
    ["no principal", (arn: string) => allow(STREAM_ACTIONS, arn), /has no principal/],
    ["no action", (arn: string) => allow([], arn, role), /has no action/],
    [
      "an action without its service",
      (arn: string) => allow(["GetRecords"], arn, role),
      /not supp/,
    ],
    [
      "more than 20 KB",
      (arn: string) => ({
        ...allow(STREAM_ACTIONS, arn, role),
        Sid: "x".repeat(21_000),
      }),
      /maximum size/,
    ],
  ])("fail when one has %s", async (_, statement, words) => {
    const answer = await put(stream, statement(stream));
    expect(answer).toMatch(/^InvalidArgumentException/);
    expect(answer).toMatch(words);
  });

  it("fail when they have no statement, or are not JSON", async () => {
    expect(await put(stream)).toBe("InvalidArgumentException: The policy has no statement");
    const broken = new PutResourcePolicyCommand({ ResourceARN: stream, Policy: "{" });
    expect(await refusal(producer.kinesis.send(broken))).toBe(
      "InvalidArgumentException: The policy is not valid JSON",
    );
  });

  it("fail when a role is too new, and pass once it has propagated", async () => {
    const fresh = await makeRole(consumer, "fresh");
    expect(await put(stream, allow(STREAM_ACTIONS, stream, fresh))).toMatch(
      /^InvalidArgumentException/,
    );
    await until(
      async () => (await put(stream, allow(STREAM_ACTIONS, stream, fresh))) === "accepted",
    );
  });

  it("accept an account as principal", async () => {
    expect(await put(stream, allow(STREAM_ACTIONS, stream, CONSUMER))).toBe("accepted");
    expect(await put(stream, allow(STREAM_ACTIONS, stream, `arn:aws:iam::${CONSUMER}:root`))).toBe(
      "accepted",
    );
  });

  it("fail when the consumer is not ACTIVE yet", async () => {
    const { Consumer: made } = await producer.kinesis.send(
      new RegisterStreamConsumerCommand({
        StreamARN: stream,
        ConsumerName: "slow",
      }),
    );
    const arn = made?.ConsumerARN ?? "";
    expect(await put(arn, allow(CONSUMER_ACTIONS, arn, role))).toMatch(
      /^ResourceInUseException: .*not in ACTIVE status/,
    );
    await until(async () => (await put(arn, allow(CONSUMER_ACTIONS, arn, role))) === "accepted");
  });

  it("fail when somebody else's account puts one", async () => {
    expect(
      await refusal(setResourcePolicy(consumer, stream, allow(STREAM_ACTIONS, stream, CONSUMER))),
    ).toMatch(
      /^AccessDeniedException: User: .* is not authorized to perform: kinesis:PutResourcePolicy/,
    );
  });

  it("show a recreated role by its old unique id", async () => {
    const arn = await propagated("recreated");
    await put(stream, allow(STREAM_ACTIONS, stream, arn));
    await consumer.iam.send(new DeleteRoleCommand({ RoleName: "recreated" }));
    await propagated("recreated");
    const read = new GetResourcePolicyCommand({ ResourceARN: stream });
    expect((await producer.kinesis.send(read)).Policy).toMatch(/"AWS":"AROA/);
    await put(stream, allow(STREAM_ACTIONS, stream, arn));
    expect((await producer.kinesis.send(read)).Policy).toContain(arn);
  });

  it("decide what another account may do with the stream's ARN", async () => {
    await producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: stream }));
    const record = {
      StreamARN: stream,
      PartitionKey: "k",
      Data: Buffer.from("d"),
    };
    expect(await refusal(consumer.kinesis.send(new PutRecordCommand(record)))).toMatch(
      /^AccessDeniedException: .*kinesis:PutRecord on resource/,
    );
    await put(stream, allow(["kinesis:PutRecord"], stream, CONSUMER));
    const answer = await consumer.kinesis.send(new PutRecordCommand(record));
    expect(answer.ShardId).toBe("shardId-000000000000");
    expect(
      await refusal(consumer.kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: stream }))),
    ).toMatch(/^AccessDeniedException/);
  });
});

describe("key policies", () => {
  const root = allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`);

  it("fail when they name a role that is unknown or too new", async () => {
    const invalid =
      "MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.";
    const unknown = policy(
      root,
      allow(["kms:Decrypt"], "*", `arn:aws:iam::${CONSUMER}:role/nobody`),
    );
    expect(await refusal(producer.kms.send(new CreateKeyCommand({ Policy: unknown })))).toBe(
      invalid,
    );
    const { KeyMetadata: key } = await producer.kms.send(new CreateKeyCommand({}));
    const fresh = policy(root, allow(["kms:Decrypt"], "*", await makeRole(consumer, "key-fresh")));
    const put = new PutKeyPolicyCommand({
      PolicyName: "default",
      KeyId: key?.KeyId,
      Policy: fresh,
    });
    expect(await refusal(producer.kms.send(put))).toBe(invalid);
    await until(async () => (await refusal(producer.kms.send(put))) === "accepted");
  });

  it("show a deleted role by its old unique id", async () => {
    const role = await propagated("key-deleted");
    const { KeyMetadata: key } = await producer.kms.send(
      new CreateKeyCommand({
        Policy: policy(root, allow(["kms:Decrypt"], "*", role)),
      }),
    );
    const read = new GetKeyPolicyCommand({
      PolicyName: "default",
      KeyId: key?.KeyId,
    });
    expect((await producer.kms.send(read)).Policy).toContain(role);
    await consumer.iam.send(new DeleteRoleCommand({ RoleName: "key-deleted" }));
    expect((await producer.kms.send(read)).Policy).toMatch(/"AWS":"AROA/);
  });
});

describe("functions", () => {
  const create = (FunctionName: string, Role: string) =>
    refusal(
      consumer.lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role,
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: zipSync({ "index.js": strToU8("") }) },
        }),
      ),
    );
  const cannot =
    "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.";

  it("fail when the role is too new or does not trust Lambda", async () => {
    const fresh = await makeRole(consumer, "function-fresh");
    expect(await create("fresh", fresh)).toBe(cannot);
    await until(async () => (await create("fresh", fresh)) === "accepted");
    const distrusting = await consumer.iam.send(
      new CreateRoleCommand({
        RoleName: "distrusting",
        AssumeRolePolicyDocument: policy({
          Effect: "Allow",
          Principal: { Service: "ec2.amazonaws.com" },
          Action: "sts:AssumeRole",
        }),
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await create("distrusting", distrusting.Role?.Arn ?? "")).toBe(cannot);
    expect(
      await refusal(
        consumer.lambda.send(
          new UpdateFunctionConfigurationCommand({
            FunctionName: "fresh",
            Role: distrusting.Role?.Arn,
          }),
        ),
      ),
    ).toBe(cannot);
  });

  it("keep their logging settings", async () => {
    const get = new GetFunctionConfigurationCommand({ FunctionName: "fresh" });
    expect((await consumer.lambda.send(get)).LoggingConfig).toEqual({
      LogFormat: "Text",
      LogGroup: "/aws/lambda/fresh",
    });
    const LoggingConfig = {
      LogFormat: "JSON",
      LogGroup: "/elsewhere",
      ApplicationLogLevel: "WARN",
    } as const;
    await consumer.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "fresh",
        LoggingConfig,
      }),
    );
    expect((await consumer.lambda.send(get)).LoggingConfig).toEqual(LoggingConfig);
  });
});

describe("event source mappings across accounts", () => {
  let stream: string;
  let registered: string;
  let role: string;
  let key: string;
  const decrypt = () => ({
    ...allow(["kms:Decrypt"], "*"),
    Condition: {
      StringEquals: {
        "kms:ViaService": `kinesis.${REGION}.amazonaws.com`,
        "kms:EncryptionContext:aws:kinesis:arn": stream,
      },
    },
  });
  const create = (source: string, settings: object = {}) =>
    refusal(makeMapping(consumer, "mapped", source, settings));
  const cannotAccess = (arn: string) =>
    `InvalidParameterValueException: Cannot access stream ${arn}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.`;

  beforeAll(async () => {
    stream = await makeStream(producer, "mapped");
    registered = await makeConsumer(producer, stream, "mapped");
    const { KeyMetadata } = await producer.kms.send(new CreateKeyCommand({}));
    key = KeyMetadata?.Arn ?? "";
    await producer.kinesis.send(
      new StartStreamEncryptionCommand({
        StreamName: "mapped",
        EncryptionType: "KMS",
        KeyId: key,
      }),
    );
    role = await propagated("mapped");
    await makeFunction(consumer, "mapped", role, "exports.handler = async () => {}");
  });

  it("fail until identity, resource and key policy all allow it", async () => {
    expect(await create(registered)).toBe(cannotAccess(registered));
    await setResourcePolicy(producer, stream, allow(STREAM_ACTIONS, stream, role));
    await setResourcePolicy(producer, registered, allow(CONSUMER_ACTIONS, registered, role));
    const root = allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`);
    const shared = policy(root, { ...decrypt(), Principal: { AWS: role } });
    await producer.kms.send(
      new PutKeyPolicyCommand({
        PolicyName: "default",
        KeyId: key,
        Policy: shared,
      }),
    );
    expect(await create(registered)).toBe(cannotAccess(registered));

    const identity = [
      allow(STREAM_ACTIONS, stream),
      allow(CONSUMER_ACTIONS, registered),
      decrypt(),
    ];
    for (const missing of identity.keys()) {
      await setRolePolicy(consumer, "mapped", ...identity.filter((_, at) => at !== missing));
      expect(await create(registered)).toBe(cannotAccess(registered));
    }
    await setRolePolicy(consumer, "mapped", ...identity);

    await producer.kms.send(
      new PutKeyPolicyCommand({
        PolicyName: "default",
        KeyId: key,
        Policy: policy(root),
      }),
    );
    expect(await create(registered)).toBe(cannotAccess(registered));
    await producer.kms.send(
      new PutKeyPolicyCommand({
        PolicyName: "default",
        KeyId: key,
        Policy: shared,
      }),
    );

    for (const arn of [stream, registered]) {
      const read = await producer.kinesis.send(new GetResourcePolicyCommand({ ResourceARN: arn }));
      await producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: arn }));
      expect(await create(registered)).toBe(cannotAccess(registered));
      const [statement] = (JSON.parse(read.Policy ?? "") as { Statement: object[] }).Statement;
      await setResourcePolicy(producer, arn, statement ?? {});
    }
    expect(await create(registered)).toBe("accepted");
  }, 30_000);

  it("fail when there is one of the same function and source", async () => {
    expect(await create(registered)).toMatch(/^ResourceConflictException: .*already exists/);
  });

  it.each([
    ["BatchSize", { BatchSize: 10_001 }, /^ValidationException: .*'batchSize'/],
    [
      "ParallelizationFactor",
      { ParallelizationFactor: 11 },
      /^ValidationException: .*'parallelizationFactor'/,
    ],
    [
      "MaximumBatchingWindowInSeconds",
      { MaximumBatchingWindowInSeconds: 301 },
      /^ValidationException/,
    ],
    ["MaximumRetryAttempts", { MaximumRetryAttempts: -2 }, /^ValidationException/],
    [
      "MaximumRecordAgeInSeconds",
      { MaximumRecordAgeInSeconds: 59 },
      /between 60 and 604800, got 59/,
    ],
    ["a tumbling window", { TumblingWindowInSeconds: 30 }, /not in the local AWS/],
    [
      "AT_TIMESTAMP without a time",
      { StartingPosition: "AT_TIMESTAMP" },
      /StartingPositionTimestamp/,
    ],
    ["no starting position", { StartingPosition: undefined }, /StartingPosition must be/],
    [
      "a FIFO destination",
      {
        DestinationConfig: {
          OnFailure: {
            Destination: `arn:aws:sqs:${REGION}:${CONSUMER}:q.fifo`,
          },
        },
      },
      /FIFO/,
    ],
    [
      "a destination of another service",
      {
        DestinationConfig: {
          OnFailure: { Destination: `arn:aws:lambda:${REGION}:${CONSUMER}:function:f` },
        },
      },
      /must be an SQS queue, an SNS topic or an S3 bucket/,
    ],
    ["a fraction of a batch", { BatchSize: 1.5 }, /^ValidationException: .*'batchSize'/],
    [
      "another response type",
      { FunctionResponseTypes: ["Other"] },
      /^Inv.*ReportBatchItemFailures/,
    ],
    [
      "a time to come",
      {
        StartingPosition: "AT_TIMESTAMP",
        StartingPositionTimestamp: new Date(Date.now() + 3_600_000),
      },
      /must not be in the future/,
    ],
    ["another position", { StartingPosition: "NEWEST" }, /StartingPosition must be .* got NEWEST/],
    [
      "more than 10 filters",
      { FilterCriteria: { Filters: Array.from({ length: 11 }, () => ({ Pattern: "{}" })) } },
      /up to 10 filters, got 11/,
    ],
    [
      "a pattern that is not JSON",
      { FilterCriteria: { Filters: [{ Pattern: "{" }] } },
      /Invalid filter pattern/,
    ],
  ])("fail when %s is out of range", async (_, settings, words) => {
    expect(await create(stream, settings)).toMatch(words);
  });

  it("are listed, updated, disabled, tagged and deleted", async () => {
    const listed = await consumer.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: "mapped" }),
    );
    expect(listed.EventSourceMappings).toHaveLength(1);
    const { UUID, EventSourceMappingArn, LastModified, State } =
      listed.EventSourceMappings?.[0] ?? {};
    expect(State).toBe("Enabled");
    expect(LastModified).toBeInstanceOf(Date);
    const tags = await consumer.lambda.send(
      new ListTagsCommand({ Resource: EventSourceMappingArn }),
    );
    expect(tags.Tags).toEqual({});
    const settle = async (settings: object) => {
      await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...settings }));
      return until(async () => {
        const now = await mapping(consumer, UUID);
        return now.State === "Enabled" && now;
      });
    };
    const FilterCriteria = { Filters: [{ Pattern: '{"data":{"city":["Oslo"]}}' }] };
    const FunctionResponseTypes = ["ReportBatchItemFailures"];
    const set = await settle({ FilterCriteria, FunctionResponseTypes });
    expect(set).toMatchObject({ FilterCriteria, FunctionResponseTypes });
    const unset = await settle({ FilterCriteria: {}, FunctionResponseTypes: [] });
    expect(unset).not.toHaveProperty("FilterCriteria");
    expect(unset).not.toHaveProperty("FunctionResponseTypes");
    const updated = await consumer.lambda.send(
      new UpdateEventSourceMappingCommand({
        UUID,
        BatchSize: 7,
        Enabled: false,
      }),
    );
    expect(updated).toMatchObject({ BatchSize: 7, State: "Disabling" });
    await until(async () => (await mapping(consumer, UUID)).State === "Disabled");
    const deleted = await consumer.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    expect(deleted.State).toBe("Deleting");
    await until(async () =>
      (await refusal(mapping(consumer, UUID))).startsWith("ResourceNotFoundException"),
    );
  });

  it("count attached policies, and stop at the permissions boundary", async () => {
    const own = await makeStream(producer, "attached");
    const arn = await propagated("attached");
    await makeFunction(consumer, "attached", arn, "exports.handler = 1");
    await setResourcePolicy(producer, own, allow(STREAM_ACTIONS, own, CONSUMER));
    const attempt = () => refusal(makeMapping(consumer, "attached", own));
    expect(await attempt()).toBe(cannotAccess(own));
    await consumer.iam.send(
      new AttachRolePolicyCommand({
        RoleName: "attached",
        PolicyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole",
      }),
    );
    const { Policy: boundary } = await consumer.iam.send(
      new CreatePolicyCommand({
        PolicyName: "boundary",
        PolicyDocument: policy(allow(["logs:*"], "*")),
      }),
    );
    const RoleName = "attached";
    await consumer.iam.send(
      new PutRolePermissionsBoundaryCommand({
        RoleName,
        PermissionsBoundary: boundary?.Arn,
      }),
    );
    expect(await attempt()).toBe(cannotAccess(own));
    await consumer.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    expect(await attempt()).toBe("accepted");
  });

  it("fail when the function's role has been deleted", async () => {
    const own = await makeStream(producer, "orphan");
    await makeFunction(consumer, "orphan", await propagated("orphan"), "exports.handler = 1");
    await setResourcePolicy(producer, own, allow(STREAM_ACTIONS, own, CONSUMER));
    await consumer.iam.send(new DeleteRoleCommand({ RoleName: "orphan" }));
    expect(await refusal(makeMapping(consumer, "orphan", own))).toBe(cannotAccess(own));
  });

  it("can't be seen from the other account", async () => {
    const other = await makeStream(producer, "unseen");
    const { uuid } = await connect(
      producer,
      consumer,
      "unseen",
      other,
      "exports.handler = async () => {}",
    );
    expect(await refusal(mapping(producer, uuid))).toMatch(/^ResourceNotFoundException/);
  });
});

describe("injected failures", () => {
  it("hit the named call as often as told, and no other", async () => {
    const stream = await makeStream(producer, "failing");
    aws.failNext(
      "kinesis",
      "DescribeStreamSummary",
      { code: "LimitExceededException", message: "Rate exceeded" },
      2,
    );
    const ask = () =>
      refusal(producer.kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: stream })));
    expect(await ask()).toBe("LimitExceededException: Rate exceeded");
    expect(await ask()).toBe("LimitExceededException: Rate exceeded");
    expect(await ask()).toBe("accepted");
    aws.failNext("iam", "DeleteRolePolicy", {
      code: "DeleteConflict",
      message: "try <later>",
    });
    expect(
      await refusal(
        consumer.iam.send(
          new DeleteRolePolicyCommand({
            RoleName: "mapped",
            PolicyName: "none",
          }),
        ),
      ),
    ).toBe("DeleteConflictException: try <later>");
  });
});
