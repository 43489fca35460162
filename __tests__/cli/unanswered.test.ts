import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { CONSUMER, REGION } from "../local/two-accounts";
import { scratch } from "../terraform/harness";
import { invocationRecord } from "./redrive-records";
import { useWorld } from "./use-world";
import { build, fromBoth, runCli, type Built, type Outcome } from "./world";

const NAME = "unanswered";
/** More than the attempts of one call take together. */
const NEVER_SECONDS = 10;

const world = useWorld();
let built: Built;

beforeAll(async () => {
  built = await build(world, NAME);
});

/** Runs a command while the local AWS does not answer calls of one operation. */
async function without(service: string, operation: string, ...args: string[]): Promise<Outcome> {
  process.env.XDG_STATE_HOME = scratch();
  world.aws.delay(service, operation, NEVER_SECONDS);
  const named = [...args, ...fromBoth(NAME), "--endpoint-url", world.aws.url];
  const outcome = await runCli(named, { answerMilliseconds: 1500 });
  world.aws.delay(service, operation, 0);
  return outcome;
}

describe("a call that is not answered", () => {
  it("is unknown to doctor", async () => {
    const { exitCode, stdout } = await without("kms", "GetKeyPolicy", "doctor");

    expect(stdout).toContain("kms:GetKeyPolicy was not answered in time");
    expect(exitCode).toBe(3);
  });

  it("leaves a dash in status, and is named", async () => {
    const { exitCode, stdout } = await without("sqs", "GetQueueAttributes", "status");

    expect(stdout).toMatch(new RegExp(`${NAME} +Enabled( +-){7}\\n`));
    expect(stdout).toContain("sqs:GetQueueAttributes was not answered in time");
    expect(exitCode).toBe(3);
  });

  it("ends a redrive with its name", async () => {
    const functionArn = `arn:aws:lambda:${REGION}:${CONSUMER}:function:${NAME}`;
    const report = invocationRecord(
      { requestContext: { functionArn } },
      { streamArn: built.streamArn },
    );
    const { sqs } = world.consumer;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: NAME }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(report) }));

    const { exitCode, stderr } = await without("kinesis", "ListShards", "redrive", "--dry-run");

    expect(stderr).toMatch(
      /^kinesis:ListShards was not answered in time; .*; no report was deleted/m,
    );
    expect(exitCode).toBe(3);
  });
});
