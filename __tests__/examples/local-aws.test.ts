import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import * as fs from "node:fs";
import * as path from "node:path";
import { LocalAws, startLocalAws } from "../../local/aws";
import { findTerraform, stopTerraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import { clientsOf, CONSUMER, PRODUCER, put, until } from "../local/two-accounts";
import { describeWithTerraform } from "../terraform/harness";
import { Example, synthesizeExample } from "./examples";

let aws: LocalAws;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  if (process.env.MOTO_URL) {
    aws = await startLocalAws({
      rolePropagationSeconds: 1,
      consumerCreatingSeconds: 1,
    });
    stop = () => aws.stop();
  }
});

afterAll(() => stop?.());

const run = async (directory: string, ...args: string[]): Promise<string> =>
  (await findTerraform()).run(directory, ...args);

/** A copy of an example for the local AWS, with values for its variables. */
async function prepare(example: Example, variables = {}): Promise<string> {
  const directory = await copyStack(await findTerraform(), synthesizeExample(example)[0]!, {
    url: aws.url,
    credentials: (account) => aws.credentials(account),
  });
  setVariables(directory, variables);
  await run(directory, "init");
  return directory;
}

const setVariables = (directory: string, variables: object): void =>
  fs.writeFileSync(path.join(directory, "terraform.tfvars.json"), JSON.stringify(variables));

const apply = (directory: string): Promise<string> => run(directory, "apply", "-auto-approve");

const expectNothingLeft = (directory: string): Promise<string> =>
  run(directory, "plan", "-detailed-exitcode");

async function outputs(directory: string): Promise<Record<string, string>> {
  const shown = JSON.parse(await run(directory, "output", "-json")) as Record<
    string,
    { value: string }
  >;
  return Object.fromEntries(Object.entries(shown).map(([name, { value }]) => [name, value]));
}

/** Puts a record with credentials of account 1, and returns the log entry of the function in account 2. */
async function deliver(
  streamArn: string,
  functionName: string,
  partitionKey: string,
): Promise<unknown> {
  const data = `data of ${partitionKey}`;
  await put(clientsOf(aws, PRODUCER), streamArn, [{ key: partitionKey, data }]);
  const { logs } = clientsOf(aws, CONSUMER);
  const line = await until(async () => {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${functionName}` }),
    );
    return events.find(({ message }) => message?.includes(partitionKey))?.message;
  });
  return (JSON.parse(line) as { message: unknown }).message;
}

const logged = (partitionKey: string): object => ({
  kinesis: expect.objectContaining({
    partitionKey,
    data: `data of ${partitionKey}`,
  }) as object,
});

describeWithTerraform("split-ownership", () => {
  let producer: string;

  it("cannot grant the role before it exists, since AWS refuses an unknown role", async () => {
    producer = await prepare("split-ownership/producer", {
      reader: `arn:aws:iam::${CONSUMER}:role/analytics`,
    });

    // The provider would retry the key policy for minutes.
    const stopped = expect(apply(producer)).rejects.toThrow(/^terraform apply .* failed/);
    const refusal = await until(() =>
      Promise.resolve(aws.refusals.find(({ operation }) => operation === "PutKeyPolicy")),
    );
    await stopTerraform();
    await stopped;

    expect(refusal.message).toContain("invalid principals");
  });

  it("delivers although the producer's team applies before the role exists", async () => {
    setVariables(producer, {});
    await apply(producer);
    const { stream_arn = "", ...others } = await outputs(producer);
    const consumer = await prepare("split-ownership/consumer", {
      stream_arn,
      ...others,
    });
    await apply(consumer);

    expect(await deliver(stream_arn, "analytics", "step2")).toMatchObject(logged("step2"));
    await expectNothingLeft(consumer);
  });

  it("still delivers once the producer's team grants only the role", async () => {
    setVariables(producer, {
      reader: `arn:aws:iam::${CONSUMER}:role/analytics`,
    });
    await apply(producer);

    const { stream_arn = "" } = await outputs(producer);
    expect(await deliver(stream_arn, "analytics", "step3")).toMatchObject(logged("step3"));
    await expectNothingLeft(producer);
  });
});
