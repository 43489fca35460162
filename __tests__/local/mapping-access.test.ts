import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  PutRolePermissionsBoundaryCommand,
  DeleteRoleCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  StartStreamEncryptionCommand,
} from "@aws-sdk/client-kinesis";
import { CreateKeyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { refusal, createPropagatedRole } from "./refusal";
import {
  allow,
  connect,
  CONSUMER,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeFunction,
  makeMapping,
  makeStream,
  mapping,
  policy,
  PRODUCER,
  REGION,
  setResourcePolicy,
  setRolePolicy,
  STREAM_ACTIONS,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { producer, consumer } = useTwoAccounts({
  rolePropagationSeconds: 1,
  consumerCreatingSeconds: 0.5,
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
    role = await createPropagatedRole(consumer, "mapped");
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
  });

  it("count attached policies, and stop at the permissions boundary", async () => {
    const own = await makeStream(producer, "attached");
    const arn = await createPropagatedRole(consumer, "attached");
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

    // The attached policy has no DescribeStreamConsumer.
    const fanOut = await makeConsumer(producer, own, "attached");
    await setResourcePolicy(producer, fanOut, allow(CONSUMER_ACTIONS, fanOut, CONSUMER));
    expect(await refusal(makeMapping(consumer, "attached", fanOut))).toBe("accepted");
  });

  it("fail when the function's role has been deleted", async () => {
    const own = await makeStream(producer, "orphan");
    await makeFunction(
      consumer,
      "orphan",
      await createPropagatedRole(consumer, "orphan"),
      "exports.handler = 1",
    );
    await setResourcePolicy(producer, own, allow(STREAM_ACTIONS, own, CONSUMER));
    await consumer.iam.send(new DeleteRoleCommand({ RoleName: "orphan" }));
    expect(await refusal(makeMapping(consumer, "orphan", own))).toBe(cannotAccess(own));
  });

  it("are not visible to the other account", async () => {
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
