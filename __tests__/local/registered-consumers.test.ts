import {
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  GetResourcePolicyCommand,
  ListStreamConsumersCommand,
  ListTagsForResourceCommand,
  RegisterStreamConsumerCommand,
} from "@aws-sdk/client-kinesis";
import { refusal } from "./refusal";
import {
  allow,
  CONSUMER,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeStream,
  setResourcePolicy,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { producer } = useTwoAccounts({ rolePropagationSeconds: 1, consumerCreatingSeconds: 0.5 });

describe("registered consumers", () => {
  let stream: string;
  beforeAll(async () => {
    stream = await makeStream(producer, "registry");
  });

  it("have AWS's ARN and are CREATING before they are ACTIVE", async () => {
    const { Consumer: created } = await producer.kinesis.send(
      new RegisterStreamConsumerCommand({
        StreamARN: stream,
        ConsumerName: "first",
        Tags: { team: "a" },
      }),
    );
    expect(created?.ConsumerStatus).toBe("CREATING");
    expect(created?.ConsumerARN).toMatch(new RegExp(`^${stream}/consumer/first:\\d{10}$`));
    const describe = new DescribeStreamConsumerCommand({
      ConsumerARN: created?.ConsumerARN,
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
    expect(byName.ConsumerDescription?.ConsumerARN).toBe(created?.ConsumerARN);
    const tags = await producer.kinesis.send(
      new ListTagsForResourceCommand({ ResourceARN: created?.ConsumerARN }),
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

  it("fail when the name has characters that AWS does not allow", async () => {
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
    for (let at = 7; at <= 20; at++) {
      await until(async () => (await register(`n${at}`)) === "accepted");
    }
    expect(await register("too-many")).toMatch(
      /^LimitExceededException: .*20 registered consumers/,
    );
  });

  it("prevent the deletion of their stream unless it is enforced", async () => {
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

  it("are deleted with their policy after deregistration", async () => {
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
