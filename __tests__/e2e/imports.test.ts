import * as path from "node:path";
import { NAMED_RESOURCES } from "../../app/refusals/named-resources";
import { clientsOf, put, until } from "../local/two-accounts";
import { describeWithTerraform, STACK, synthesizeMain } from "../terraform/harness";
import { Deployed } from "./deployed";
import { CONSUMER, PRODUCER, REGION, streamArn } from "./deployment";

/** One consumer with a resource of every type that has a name, some of them twice. */
const SETTINGS = {
  region: REGION,
  producer: { accountId: PRODUCER },
  stream: { streamName: "orders", shardCount: 1 },
  consumers: [
    {
      id: "reader",
      account: { accountId: CONSUMER },
      consumerName: "orders-reader",
      alias: { name: "live" },
    },
  ],
  monitoring: {},
};

/** No import is printed for them: the plan goes on, and says so. */
const REPLACED = "aws_kinesis_resource_policy";

/** Terraform completes the names of queues and topics, so that no plan knows one that it creates. */
const COMPLETED = Object.keys(NAMED_RESOURCES).filter((type) => !NAMED_RESOURCES[type]?.find);

const typeOf = (address: string): string => address.split(".")[0] ?? "";

/** Every named resource, but only one alarm: each import starts the AWS provider once more. */
const leaving = (addresses: readonly string[]): string[] =>
  addresses
    .filter((one) => typeOf(one) in NAMED_RESOURCES && !COMPLETED.includes(typeOf(one)))
    .filter((one, index, all) =>
      one.startsWith("aws_cloudwatch_metric_alarm.")
        ? all.findIndex((other) => typeOf(other) === typeOf(one)) === index
        : true,
    );

describeWithTerraform("resources that left the state", () => {
  let deployed: Deployed;
  let stack: string;

  beforeAll(async () => {
    deployed = await Deployed.start();
    stack = path.join(synthesizeMain(SETTINGS), STACK);
  });
  afterAll(() => deployed.stop());

  let left: string[];
  const typed: string[] = [];

  it("are of every type that has a name", async () => {
    expect(await deployed.run(stack)).toBe("");
    const addresses = [...deployed.state().keys()];
    left = leaving(addresses);
    expect(COMPLETED.sort()).toEqual(["aws_sns_topic", "aws_sqs_queue"]);
    expect(addresses.map(typeOf)).toEqual(expect.arrayContaining(COMPLETED));
    expect([...new Set([...left.map(typeOf), ...COMPLETED])].sort()).toEqual(
      Object.keys(NAMED_RESOURCES).sort(),
    );
  });

  it("are imported by the lines that are printed", async () => {
    await deployed.terraform("state", "rm", ...left);

    let refusal: string;
    // A name that contains an attribute of another resource is known once that one is imported.
    while ((refusal = await deployed.run(stack, { command: "plan" })) !== "") {
      expect(refusal).toContain("what exists in the account already");
      const lines = await deployed.type(refusal);
      typed.push(...lines.filter((line) => line.includes(" import ")));
    }

    const imported = typed.map((line) => line.split(" ")[3] ?? "");
    expect(imported.sort()).toEqual(left.filter((one) => typeOf(one) !== REPLACED).sort());
    for (const address of left.filter((one) => typeOf(one) === REPLACED)) {
      expect(deployed.printed).toContainEqual(
        expect.stringMatching(new RegExp(`^ {2}- replaces the resource policy of .*${address}`)),
      );
    }
  });

  it("are neither created nor destroyed afterwards", async () => {
    expect(await deployed.pending()).toEqual([
      // Each is put once more, over itself.
      `create ${REPLACED}`,
      `create ${REPLACED}`,
      // AWS tells neither where the code came from nor that versions are published. The version is
      // published again, so that the alias moves.
      "read aws_lambda_function",
      "update aws_lambda_alias",
      "update aws_lambda_function filename publish source_code_hash",
    ]);
  });

  it("process records as before", async () => {
    expect(await deployed.run(stack)).toBe("");
    expect(await deployed.pending()).toEqual([]);
    const from = deployed.deliveries.length;
    await put(clientsOf(deployed.aws, PRODUCER), streamArn("orders"), [{ key: "a", data: "it" }]);
    await until(() => Promise.resolve(deployed.deliveries.length > from));
  });
});
