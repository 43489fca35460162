import { GetResourcePolicyCommand } from "@aws-sdk/client-kinesis";
import { CrossAccountConsumer, ProducerStream } from "../../modules";
import type { Plan } from "../../pipeline/terraform/plan";
import { put, until } from "../local/two-accounts";
import { CODE, describeWithTerraform, synthesize } from "../terraform/harness";
import { CONSUMER, Deployment, PRODUCER, REGION, streamArn } from "./deployment";

const NAMES = ["recreated", "kept"];

const readers = (tags?: Record<string, string>): string =>
  synthesize((stack, provider) => {
    const consumerAccount = provider("consumer", CONSUMER);
    const stream = new ProducerStream(stack, "orders", {
      provider: provider("producer", PRODUCER),
      streamName: "orders",
      shardCount: 1,
    });
    for (const consumerName of NAMES) {
      new CrossAccountConsumer(stack, consumerName, {
        provider: consumerAccount,
        stream,
        consumerName,
        code: CODE(),
        policyStatements: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::prices/*"] }],
        tags,
      });
    }
  }, REGION);

/** What a plan does with policies: `delete,create aws_iam_role_policy.recreated_role-policy`. */
const policyChanges = ({ resource_changes: all = [] }: Plan): string[] =>
  all
    .filter(({ type, change }) => type.includes("polic") && change.actions.join() !== "no-op")
    .map(({ address, change }) => `${change.actions.join()} ${address.slice(0, -9)}`)
    .sort();

describeWithTerraform("a role that is recreated under its own name", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start({ rolePropagationSeconds: 3, consumerCreatingSeconds: 1 });
    await deployment.init(readers());
    await deployment.apply();
  });

  afterAll(() => deployment.stop());

  const delivers = async (data: string): Promise<void> => {
    await put(deployment.clients(PRODUCER), streamArn("orders"), [{ key: "a", data }]);
    for (const name of NAMES) {
      await until(async () =>
        (await deployment.logged(CONSUMER, name)).some(({ kinesis }) => kinesis?.data === data),
      );
    }
  };

  it("gets its policies back in the same apply, while those of others change in place", async () => {
    await delivers("before");
    const role = deployment.addressOf("aws_iam_role", "recreated_role");

    expect(policyChanges(await deployment.plan(`-replace=${role}`))).toEqual([
      "delete,create aws_iam_role_policy.recreated_on-failure-policy",
      "delete,create aws_iam_role_policy.recreated_policy-statements",
      "delete,create aws_iam_role_policy.recreated_role-policy",
      "delete,create aws_kinesis_resource_policy.recreated_consumer-policy",
      "update aws_kinesis_resource_policy.orders_stream-policy",
      "update aws_kms_key_policy.orders_key-policy",
    ]);
    await deployment.applyPending();

    await delivers("after");
    const { kinesis } = deployment.clients(PRODUCER);
    const { Policy } = await kinesis.send(
      new GetResourcePolicyCommand({ ResourceARN: streamArn("orders") }),
    );
    expect(Policy).toContain(`arn:aws:iam::${CONSUMER}:role/recreated`);
    expect(await deployment.pendingChanges()).toBe("");
  });

  it("keeps its policies when only its tags change", async () => {
    await deployment.resynthesize(readers({ team: "a" }));

    expect(policyChanges(await deployment.plan())).toEqual([]);
  });
});
