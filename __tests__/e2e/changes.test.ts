import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Outcome } from "../../app/changes/change";
import { type ChangeId, changeOf, CHANGES } from "../../app/changes/table";
import { effectsOf } from "../../app/explain/effects";
import type { Plan } from "../../pipeline/terraform/plan";
import { allow, makeFunction, makeRole, policy, until } from "../local/two-accounts";
import { describeWithTerraform } from "../terraform/harness";
import { Deliveries, Load } from "./changes/load";
import { DEVIATIONS, type Evidence, overtaken } from "./changes/outcomes";
import { actionsOn, expectPlan, PLANS_OF_ROUNDS } from "./changes/expected-plan";
import { at, BROKEN, consumers, type Existing, PLANNED, streams, WRITER } from "./changes/lanes";
import { type Proof, PROOFS, seenBy } from "./changes/proofs";
import { world } from "./changes/world";
import { CONSUMER, Deployment, PRODUCER, streamArn } from "./deployment";

const ROUNDS = [1, 2] as const;
const PARALLEL = "-parallelism=60";
/** The time until the test learns of an invocation. */
const SETTLING_MILLISECONDS = 2_000;
const IDS = Object.keys(CHANGES) as ChangeId[];

/** Resources that the user asks Terraform to replace, in addition to changing the program. */
const REPLACED_ON_REQUEST: Partial<Record<ChangeId, [type: string, construct: string][]>> = {
  "replayed-on-purpose": [["aws_lambda_event_source_mapping", "replay"]],
  "kept-names-renewed": [
    ["aws_sqs_queue", "kept"],
    ["aws_cloudwatch_log_group", "kept"],
  ],
};

/** All names of a consumer's function over the rounds. */
const FUNCTIONS: Record<string, readonly string[]> = {
  names: ["names", "names-2"],
  swapped: ["swapped", "echo"],
  kept: ["kept", "kept-2"],
};
const functionsOf = (consumer: string): readonly string[] => FUNCTIONS[consumer] ?? [consumer];

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describeWithTerraform("every change, under constant load", () => {
  const deliveries = new Deliveries();
  const plans = new Map<Proof["round"], Plan>();
  const evidence = new Map<string, Evidence>();
  let deployment: Deployment;
  let existing: Existing;
  let load: Load;
  let round = 0;
  let start = new Date();

  const synthesized = (overrides?: Parameters<typeof world>[3]): string =>
    world(existing, round, start.toISOString(), overrides);

  const streamOf = (consumer: string): string =>
    at(consumers(existing)[consumer]!, round)?.streamId ?? "main";

  const idsIn = (where: Proof["round"]): ChangeId[] =>
    IDS.filter((id) => PROOFS[id].round === where);

  const gather = (consumer: string, begun: number, applied: number): Evidence => {
    // Records that the filters excluded are not delivered later.
    const since = consumer === "filtered" && round >= 2 ? applied : 0;
    return {
      sent: load.sentTo(streamOf(consumer)).filter((record) => record.at >= since),
      received: deliveries.to(functionsOf(consumer)),
      begun,
      applied,
      from: start.getTime(),
    };
  };

  const createExisting = async (): Promise<Existing> => {
    const producer = deployment.clients(PRODUCER);
    const consumer = deployment.clients(CONSUMER);
    const keyPolicy = policy(
      allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`),
      allow(["kms:Decrypt"], "*", `arn:aws:iam::${CONSUMER}:root`),
      allow(["kms:GenerateDataKey"], "*", `arn:aws:iam::${WRITER}:root`),
    );
    const createKey = async (): Promise<string> => {
      const { KeyMetadata: key } = await producer.kms.send(
        new CreateKeyCommand({ Policy: keyPolicy }),
      );
      return key!.Arn!;
    };
    const roleArn = await makeRole(consumer, "echo");
    await makeFunction(
      consumer,
      "echo",
      roleArn,
      "exports.handler = async () => ({ batchItemFailures: [] });",
    );
    const { Policy: boundary } = await consumer.iam.send(
      new CreatePolicyCommand({
        PolicyName: "boundary",
        PolicyDocument: policy(allow(["*"], "*")),
      }),
    );
    await consumer.sqs.send(new CreateQueueCommand({ QueueName: "failures" }));
    return {
      keys: [await createKey(), await createKey()],
      queueArn: `arn:aws:sqs:eu-west-1:${CONSUMER}:failures`,
      roleArn,
      boundaryArn: boundary!.Arn!,
    };
  };

  beforeAll(async () => {
    deployment = await Deployment.start({
      rolePropagationSeconds: 2,
      onDelivered: deliveries.add,
    });
    existing = await createExisting();
    load = new Load(deployment.clients(WRITER), (id) =>
      streamArn(at(streams(existing)[id]!, round)!.streamName),
    );
    await deployment.init(synthesized());
  });

  afterAll(async () => {
    await load.stop();
    await deployment.stop();
  });

  const planned = async (where: Proof["round"], ...flags: string[]): Promise<Plan> => {
    const plan = await deployment.plan(...flags);
    if (process.env.UPDATE_GOLDEN !== undefined) {
      PLANS_OF_ROUNDS.record(String(where), plan);
    }
    return plan;
  };

  /** Applies one round, and waits until the records are as the table says. */
  async function applyRound(): Promise<void> {
    start = new Date(Date.now() - 3_000);
    round++;
    await deployment.resynthesize(synthesized());
    const requested = idsIn(round).flatMap((id) => REPLACED_ON_REQUEST[id] ?? []);
    const flags = requested.map(
      ([type, construct]) => `-replace=${deployment.addressOf(type, construct)}`,
    );
    plans.set(round, await planned(round, ...flags));
    const begun = Date.now();
    await deployment.applyPending(PARALLEL);
    const applied = Date.now();
    await pause(SETTLING_MILLISECONDS);
    await load.stop();
    for (const consumer of Object.keys(consumers(existing))) {
      const outcome = outcomeOf(consumer);
      if (outcome === undefined) {
        continue;
      }
      const isSettled = () => DEVIATIONS[outcome](gather(consumer, begun, applied)).length === 0;
      await until(() => Promise.resolve(isSettled())).catch(() => undefined);
      evidence.set(`${consumer} ${round}`, gather(consumer, begun, applied));
    }
    load.start(Object.keys(streams(existing)));
  }

  /** The expected effect on a consumer's records in this round; undefined if the consumer does not exist. */
  function outcomeOf(consumer: string): Outcome | undefined {
    const changes = IDS.filter((id) => seenBy(PROOFS[id]).consumer === consumer);
    const inRound = (id: ChangeId): number => Number(seenBy(PROOFS[id]).round);
    const now = changes.find((id) => inRound(id) === round && changeOf(id).records !== "delivered");
    const lasting = changes.find(
      (id) => inRound(id) < round && /^(unreadable|lost)$/.test(changeOf(id).records),
    );
    const props = at(consumers(existing)[consumer]!, round);
    if (now ?? lasting) {
      return changeOf((now ?? lasting)!).records;
    }
    return props && (props.enabled === false ? "waiting" : "delivered");
  }

  const failureQueue = async (
    consumer: string,
  ): Promise<{ client: SQSClient; QueueUrl: string }> => {
    const { sqs } = deployment.clients(CONSUMER);
    return { client: sqs, QueueUrl: await deployment.failureQueueUrl(CONSUMER, consumer) };
  };

  it("does not affect other accounts if one account's function cannot be created", async () => {
    await expect(deployment.apply(PARALLEL)).rejects.toThrow(/creating Lambda Function \(broken\)/);

    load.start(Object.keys(streams(existing)));
    const hasRecords = (consumer: string) => deliveries.to([consumer]).length > 0;
    await until(() => Promise.resolve(["settings", "fourth", "neighbour"].every(hasRecords)));
    const { lambda } = deployment.clients(BROKEN);
    const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({}));
    expect(EventSourceMappings).toEqual([]);
    for (const consumer of ["names", "registered"]) {
      const { client, QueueUrl } = await failureQueue(consumer);
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a report to keep" }));
    }
  });

  describe.each(ROUNDS)("round %i", (number) => {
    it("is applied", () => applyRound());

    it.each(idsIn(number))("has Terraform do what the table says of: %s", (id) => {
      const plan = plans.get(number)!;
      expectPlan(plan, effectsOf(plan), id, idsIn(number));
    });
  });

  it.each(IDS.filter((id) => seenBy(PROOFS[id]).consumer))(
    "affects records as the table says: %s",
    (id) => {
      const { consumer, round: seen } = seenBy(PROOFS[id]);
      const found = evidence.get(`${consumer} ${seen}`)!;

      expect(found.sent.length).toBeGreaterThanOrEqual(4);
      expect(DEVIATIONS[changeOf(id).records](found)).toEqual([]);
    },
  );

  it("keeps the order of records within every partition key", () => {
    for (const consumer of Object.keys(consumers(existing))) {
      const received = deliveries.to(functionsOf(consumer));
      expect({ consumer, overtaken: overtaken(received) }).toEqual({ consumer, overtaken: [] });
    }
  });

  it("never denies the writers of another account, except for an abandoned key or a renamed stream", () => {
    for (const id of ["main", "capacity", "encryption", "plain", "keys", "given"]) {
      expect({ id, refusals: load.refusals(id) }).toEqual({ id, refusals: [] });
    }
  });

  it.each([
    ["function and role", "names"],
    ["registered consumer", "registered"],
  ])("keeps unread failure reports if the %s is renamed", async (_what, consumer) => {
    const { client, QueueUrl } = await failureQueue(consumer);
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages).toMatchObject([{ Body: "a report to keep" }]);
  });

  it("runs the new code of an alias, and the old code again after going back", () => {
    const versions = deliveries.to(["rollout"]).map(({ version }) => version);
    const stretches = versions.filter((version, index) => version !== versions[index - 1]);
    expect(stretches).toEqual(["1", "2", "1"]);
  });

  it("reports why records with an abandoned key cannot be read", async () => {
    const { lambda } = deployment.clients(CONSUMER);
    const { EventSourceMappings } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: "abandoned" }),
    );
    expect(EventSourceMappings).toMatchObject([
      { LastProcessingResult: expect.stringContaining("KMSInvalidStateException") },
    ]);
  });

  describe("that is only planned", () => {
    let plan: Plan;

    beforeAll(async () => {
      await load.stop();
      await deployment.resynthesize(synthesized(PLANNED));
      plan = await planned("planned");
    });

    it.each(idsIn("planned"))("has Terraform do what the table says of: %s", (id) => {
      expectPlan(plan, effectsOf(plan), id, idsIn("planned"));
    });

    it("has no changes for constructs that the plan does not touch", () => {
      const changed = new Set([
        // Its policies name the role of the consumer that is moved.
        "streams-main_stream",
        // moto does not show that tracing was changed.
        PROOFS.tracing.construct,
        ...idsIn("planned").map((id) => PROOFS[id].construct),
      ]);
      const constructs = [
        ...Object.keys(streams(existing)).map((id) => `streams-${id}_stream`),
        ...Object.keys(consumers(existing)),
      ].filter((construct) => !changed.has(construct));
      for (const construct of constructs) {
        expect({ construct, actions: actionsOn(plan, construct) }).toEqual({
          construct,
          actions: {},
        });
      }
    });
  });
});
