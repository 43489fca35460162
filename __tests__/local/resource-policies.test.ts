import { DeleteRoleCommand } from "@aws-sdk/client-iam";
import {
  DeleteResourcePolicyCommand,
  PutResourcePolicyCommand,
  DescribeStreamSummaryCommand,
  GetResourcePolicyCommand,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
} from "@aws-sdk/client-kinesis";
import { refusal, createPropagatedRole } from "./refusal";
import {
  allow,
  CONSUMER,
  CONSUMER_ACTIONS,
  makeRole,
  makeStream,
  policy,
  setResourcePolicy,
  STREAM_ACTIONS,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { producer, consumer } = useTwoAccounts({
  rolePropagationSeconds: 1,
  consumerCreatingSeconds: 0.5,
});

describe("resource policies", () => {
  let stream: string;
  let role: string;
  beforeAll(async () => {
    stream = await makeStream(producer, "policies");
    role = await createPropagatedRole(consumer, "policies");
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
    const { Consumer: created } = await producer.kinesis.send(
      new RegisterStreamConsumerCommand({
        StreamARN: stream,
        ConsumerName: "slow",
      }),
    );
    const arn = created?.ConsumerARN ?? "";
    expect(await put(arn, allow(CONSUMER_ACTIONS, arn, role))).toMatch(
      /^ResourceInUseException: .*not in ACTIVE status/,
    );
    await until(async () => (await put(arn, allow(CONSUMER_ACTIONS, arn, role))) === "accepted");
  });

  it("fail when another account puts one", async () => {
    expect(
      await refusal(setResourcePolicy(consumer, stream, allow(STREAM_ACTIONS, stream, CONSUMER))),
    ).toMatch(
      /^AccessDeniedException: User: .* is not authorized to perform: kinesis:PutResourcePolicy/,
    );
  });

  it("show a recreated role by its old unique id", async () => {
    const arn = await createPropagatedRole(consumer, "recreated");
    await put(stream, allow(STREAM_ACTIONS, stream, arn));
    await consumer.iam.send(new DeleteRoleCommand({ RoleName: "recreated" }));
    await createPropagatedRole(consumer, "recreated");
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
