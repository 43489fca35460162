import { CreateKeyCommand, DescribeKeyCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListQueuesCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { Accounts } from "../../cli/src/accounts";
import { createClients } from "../../cli/src/clients";
import { examine } from "../../cli/src/doctor/examine";
import { discover } from "../../cli/src/from-aws";
import { accessOf } from "../../pipeline/access";
import { found, unknown, valueOf } from "../../pipeline/fact";
import { pipelinesIn } from "../../pipeline/from-terraform";
import type { PipelineWithPolicies } from "../../pipeline/pipeline";
import { resourcesInConfiguration } from "../../pipeline/terraform/configuration";
import { resourcesOfState } from "../../pipeline/terraform/resources";
import { CrossAccountConsumer, ProducerStream, ReadMode, StreamEncryption } from "../../modules";
import { makeStream, put, until } from "../local/two-accounts";
import { CODE, describeWithTerraform, synthesize } from "../terraform/harness";
import { CONSUMER, Deployment, PRODUCER, REGION, streamArn } from "./deployment";
import { failingCode } from "./handlers/code";

const READERS = [
  ["analytics", "222222222222", ReadMode.ENHANCED_FAN_OUT],
  ["archive", "333333333333", ReadMode.SHARED_THROUGHPUT],
  ["fraud", "444444444444", ReadMode.ENHANCED_FAN_OUT],
] as const;

const FAILING = ["throws", "crashes", "hangs", "malformed"] as const;

const GOOD = Array.from({ length: 999 }, (_, index) => `good-${index}`);
const POISONED = [...GOOD.slice(0, 500), "poison", ...GOOD.slice(500)];

/** Three accounts on four shards, failing handlers, an existing key and an existing stream. */
const pipeline = (keyArn: string): string =>
  synthesize((stack, providerOf) => {
    const provider = providerOf("producer", PRODUCER);
    const accounts = new Map(
      READERS.map(([name, account]) => [account, providerOf(name, account)]),
    );
    const consumerAccount = accounts.get(CONSUMER)!;

    const orders = new ProducerStream(stack, "orders-stream", {
      provider,
      streamName: "orders",
      shardCount: 4,
    });
    for (const [name, account, readMode] of READERS) {
      new CrossAccountConsumer(stack, name, {
        provider: accounts.get(account)!,
        stream: orders,
        consumerName: name,
        readMode,
        code: CODE(),
        batchSize: 1000,
      });
    }

    const poisoned = new ProducerStream(stack, "poisoned-stream", {
      provider,
      streamName: "poisoned",
      shardCount: 1,
      encryption: StreamEncryption.NONE,
    });
    for (const name of FAILING) {
      new CrossAccountConsumer(stack, name, {
        provider: consumerAccount,
        stream: poisoned,
        consumerName: name,
        readMode: ReadMode.SHARED_THROUGHPUT,
        code: failingCode(),
        handler: `index.${name}`,
        timeoutSeconds: 1,
        maximumRetryAttempts: 1,
        batchSize: 100,
      });
    }

    new CrossAccountConsumer(stack, "existing-key", {
      provider: consumerAccount,
      stream: new ProducerStream(stack, "existing-key-stream", {
        provider,
        streamName: "existing-key",
        kmsKeyArn: keyArn,
      }),
      consumerName: "existing-key",
      code: CODE(),
    });

    new CrossAccountConsumer(stack, "imported", {
      provider: consumerAccount,
      stream: ProducerStream.fromAttributes(stack, "imported-stream", {
        provider,
        streamArn: streamArn("imported"),
      }),
      consumerName: "imported",
      code: CODE(),
    });
  }, REGION);

/** What the command line makes of the same mappings. */
function describedByAws(
  { aws }: Deployment,
  all: readonly PipelineWithPolicies[],
): Promise<PipelineWithPolicies[]> {
  const accounts = new Accounts([]);
  jest.spyOn(accounts, "of").mockImplementation((id, region) => {
    const credentials = () => aws.credentials(id);
    const clients = createClients({ region, endpoint: aws.url, credentials }, () => undefined);
    const access = { accountId: id, caller: id, credentials: id, source: {}, clients };
    return Promise.resolve({ id, access: found(access) });
  });
  const references = all.map(({ pipeline: { region, function: fn, mapping } }) => ({
    region,
    functionArn: fn.arn,
    sourceArn: mapping.sourceArn,
    uuid: mapping.uuid,
  }));
  return discover(references, accounts).then((found) => Promise.all(found.map(examine)));
}

/** What a pipeline consists of. */
const identityOf = ({
  pipeline,
  key,
  role,
  boundary,
  destination,
  logGroup,
}: PipelineWithPolicies) => ({
  region: pipeline.region,
  stream: [pipeline.stream.arn, pipeline.stream.name, pipeline.stream.account.id],
  retentionHours: valueOf(pipeline.stream.summary)?.RetentionPeriodHours,
  encryption: valueOf(pipeline.stream.summary)?.EncryptionType,
  consumer: pipeline.consumer,
  function: [pipeline.function.arn, pipeline.function.name, pipeline.function.account.id],
  mapping: [pipeline.mapping.uuid, pipeline.mapping.sourceArn],
  state: valueOf(pipeline.mapping.configuration)?.State,
  role: [pipeline.role.arn, valueOf(role)?.RoleId, boundary],
  hasKey: key !== undefined,
  destination: [pipeline.destination, destination?.arn],
  logGroup: logGroup?.name,
});

const decisionsOf = (examined: PipelineWithPolicies): string[] =>
  accessOf(examined).flatMap(({ decisions }) =>
    decisions.map(
      ({ need, outcome }) => `${examined.pipeline.function.name} ${need.action} ${outcome}`,
    ),
  );

describeWithTerraform("the whole pipeline in a local AWS", () => {
  let deployment: Deployment;

  const logged = async (
    account: string,
    name: string,
  ): Promise<{ data: string; partitionKey: string }[]> =>
    (await deployment.logged(account, name))
      .map(({ kinesis }) => kinesis)
      .filter((record) => record !== undefined);

  const putTo = async (stream: string, records: { key: string; data: unknown }[]): Promise<void> =>
    put(deployment.clients(PRODUCER), streamArn(stream), records);

  beforeAll(async () => {
    deployment = await Deployment.start();
    const producer = deployment.clients(PRODUCER);
    await makeStream(producer, "imported");
    const { KeyMetadata: key } = await producer.kms.send(
      new CreateKeyCommand({
        // Its owner grants the account, since the role does not exist yet.
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { AWS: `arn:aws:iam::${PRODUCER}:root` },
              Action: "kms:*",
              Resource: "*",
            },
            {
              Effect: "Allow",
              Principal: { AWS: `arn:aws:iam::${CONSUMER}:root` },
              Action: "kms:Decrypt",
              Resource: "*",
            },
          ],
        }),
      }),
    );
    await deployment.init(pipeline(key!.Arn!));
    await deployment.apply();
    // They are put first, since a handler that hangs takes several timeouts.
    await putTo(
      "poisoned",
      POISONED.map((data) => ({ key: "same", data })),
    );
  });

  afterAll(() => deployment.stop());

  it("is created without an error that Terraform does not retry", () => {
    expect(
      deployment.aws.refusals.filter(({ operation }) =>
        ["PutResourcePolicy", "CreateEventSourceMapping"].includes(operation),
      ),
    ).toEqual([]);
  });

  it("has nothing to change after it was created", async () => {
    expect(await deployment.pendingChanges()).toBe("");
  });

  it("is described alike by AWS, by the state and by the configuration", async () => {
    const inState = pipelinesIn(resourcesOfState(deployment.resources));
    const inConfiguration = pipelinesIn(
      resourcesInConfiguration([JSON.stringify(deployment.stack)]),
    );
    const inAws = await describedByAws(deployment, inState);

    expect(inState).toHaveLength(READERS.length + FAILING.length + 2);
    const own = (all: readonly PipelineWithPolicies[]) =>
      all.filter(({ pipeline }) => pipeline.function.name !== "imported").map(identityOf);
    expect(own(inAws)).toEqual(own(inState));
    const imported = inState.find(({ pipeline }) => pipeline.function.name === "imported");
    const elsewhere = `${streamArn("imported")} is not in this Terraform configuration`;
    expect(imported?.pipeline.stream.summary).toEqual(unknown(elsewhere));
    expect(inAws.flatMap(decisionsOf).filter((one) => !one.endsWith(" allowed"))).toEqual([]);
    // The key that another configuration owns is the only one whose policy only AWS can tell.
    const undecided = inAws
      .flatMap(decisionsOf)
      .map((one) =>
        one.includes("existing-key kms:") ? one.replace(/allowed$/, "cannot tell") : one,
      );
    expect(inState.flatMap(decisionsOf)).toEqual(undecided);
    expect(inConfiguration.flatMap(decisionsOf)).toEqual(undecided);
  });

  it("delivers 10,000 records over 4 shards to consumers in three accounts, in order per key", async () => {
    const sent = Array.from({ length: 10_000 }, (_, index) => ({
      key: `customer-${index % 97}`,
      data: String(index),
    }));

    await putTo("orders", sent);

    for (const [name, account] of READERS) {
      const seen = await until(async () => {
        const records = await logged(account, name);
        return records.length >= sent.length && records;
      });
      expect(new Set(seen.map(({ data }) => data)).size).toBe(sent.length);
      const last = new Map<string, number>();
      for (const { partitionKey, data } of seen) {
        expect(Number(data)).toBeGreaterThan(last.get(partitionKey) ?? -1);
        last.set(partitionKey, Number(data));
      }
    }
  });

  it.each(["existing-key", "imported"])("delivers a record of the stream %s", async (name) => {
    await putTo(name, [{ key: "one", data: "hello" }]);

    await until(async () => (await logged(CONSUMER, name)).length > 0);

    expect(await logged(CONSUMER, name)).toMatchObject([{ partitionKey: "one", data: "hello" }]);
  });

  describe("with one bad record in 1,000", () => {
    const seenBy = async (name: string): Promise<string[]> =>
      (await deployment.logged(CONSUMER, name))
        .map(({ data }) => data)
        .filter((data) => data !== undefined);

    it.each(FAILING)(
      "delivers all others to a handler that %s, and reports the bad one to the queue",
      async (name) => {
        await until(async () => new Set(await seenBy(name)).size === GOOD.length);
        expect(new Set(await seenBy(name))).toEqual(new Set(GOOD));

        const { sqs } = deployment.clients(CONSUMER);
        const QueueUrl = await deployment.failureQueueUrl(CONSUMER, name);
        const { Messages: failures } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
        );
        expect(failures).toHaveLength(1);
        const { KinesisBatchInfo: lost, requestContext } = JSON.parse(failures![0]!.Body!) as {
          KinesisBatchInfo: Record<string, unknown>;
          requestContext: Record<string, unknown>;
        };
        expect(lost).toMatchObject({
          batchSize: 1,
          streamArn: streamArn("poisoned"),
        });
        expect(lost.startSequenceNumber).toBe(lost.endSequenceNumber);
        expect(requestContext.condition).toBe("RetryAttemptsExhausted");
      },
    );
  });

  it("leaves nothing in any account after it was destroyed", async () => {
    await deployment.destroy();

    for (const account of [PRODUCER, ...READERS.map(([, id]) => id)]) {
      const { iam, kinesis, kms, lambda, logs, sqs } = deployment.clients(account);
      const { StreamNames } = await kinesis.send(new ListStreamsCommand({}));
      const { Roles } = await iam.send(new ListRolesCommand({}));
      const { Functions } = await lambda.send(new ListFunctionsCommand({}));
      const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({}));
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
      const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
      const { Keys = [] } = await kms.send(new ListKeysCommand({}));
      const states = await Promise.all(
        Keys.map(async ({ KeyId }) => {
          const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
          return KeyMetadata?.KeyState;
        }),
      );
      // These existed before. A key is only scheduled for deletion.
      const isProducer = account === PRODUCER;
      expect({ account, StreamNames }).toEqual({
        account,
        StreamNames: isProducer ? ["imported"] : [],
      });
      expect([Roles, Functions, EventSourceMappings, logGroups, QueueUrls].flat()).toEqual([]);
      expect(states.sort()).toEqual(isProducer ? ["Enabled", "PendingDeletion"] : []);
    }
  });
});
