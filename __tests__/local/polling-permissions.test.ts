import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { DeleteResourcePolicyCommand } from "@aws-sdk/client-kinesis";
import { HANDLER, loggedData, records } from "./batch-handler";
import {
  allow,
  connect,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeStream,
  mapping,
  messages,
  policy,
  put,
  setResourcePolicy,
  STREAM_ACTIONS,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { aws, producer, consumer } = useTwoAccounts();

describe("permissions while polling", () => {
  const cases: [string, (stream: string, arn: string, role: string) => Promise<unknown>, RegExp][] =
    [
      [
        "the stream's policy",
        (stream) => producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: stream })),
        /kinesis:DescribeStreamSummary on resource: arn:aws:kinesis:eu-west-1:111111111111:stream\/taken-\d$/,
      ],
      [
        "the consumer's policy",
        (_, arn) => producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: arn })),
        /kinesis:SubscribeToShard on resource: .*\/consumer\/taken-\d:\d+$/,
      ],
      [
        "the role's policy",
        (_, __, role) =>
          consumer.iam.send(
            new PutRolePolicyCommand({
              RoleName: role,
              PolicyName: "own",
              PolicyDocument: policy(allow(["logs:*"], "*")),
            }),
          ),
        /kinesis:DescribeStreamSummary on resource/,
      ],
    ];
  it.each(cases.map((one, at) => [one[0], at] as const))(
    "stop delivery without %s, set the result, and resume when it is back",
    async (_, at) => {
      const [, take, words] = cases[at]!;
      const name = `taken-${at}`;
      const stream = await makeStream(producer, name);
      const arn = await makeConsumer(producer, stream, name);
      const { uuid, role } = await connect(producer, consumer, name, arn, HANDLER);
      await put(producer, stream, records("before"));
      await until(async () => (await loggedData(consumer, name)).length === 1);

      await take(stream, arn, name);
      await put(producer, stream, records("while"));
      const result = await until(async () => {
        const { LastProcessingResult: last = "" } = await mapping(consumer, uuid);
        return last.startsWith("PROBLEM: User: arn:aws:sts::") && last;
      });
      expect(result).toContain(`assumed-role/${name}/${name} is not authorized to perform: `);
      expect(result).toMatch(words);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await loggedData(consumer, name)).toEqual(["before"]);

      await setResourcePolicy(producer, stream, allow(STREAM_ACTIONS, stream, role));
      await setResourcePolicy(producer, arn, allow(CONSUMER_ACTIONS, arn, role));
      await consumer.iam.send(
        new PutRolePolicyCommand({
          RoleName: name,
          PolicyName: "own",
          PolicyDocument: policy(
            allow(STREAM_ACTIONS, stream),
            allow(CONSUMER_ACTIONS, arn),
            allow(["logs:*"], "*"),
          ),
        }),
      );
      await until(async () => (await loggedData(consumer, name)).length === 2);
      expect(await loggedData(consumer, name)).toEqual(["before", "while"]);
    },
  );

  it("clear the problem and resume delivery once they are back", async () => {
    const stream = await makeStream(producer, "given-back");
    const { uuid, role } = await connect(producer, consumer, "given-back", stream, HANDLER);
    const result = async () => (await mapping(consumer, uuid)).LastProcessingResult;
    await producer.kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: stream }));
    await until(async () => (await result())?.startsWith("PROBLEM: User: arn:aws:sts::"));
    await setResourcePolicy(producer, stream, allow(STREAM_ACTIONS, stream, role));
    const cleared = await until(async () => {
      const now = await result();
      return now?.startsWith("PROBLEM") ? undefined : now;
    });
    expect(cleared).toBe("No records processed");
    await put(producer, stream, records("after"));
    await until(async () => (await loggedData(consumer, "given-back")).length > 0);
    expect(await loggedData(consumer, "given-back")).toEqual(["after"]);
  });

  it("do not write logs without the role's permission", async () => {
    const stream = await makeStream(producer, "silent");
    const { uuid } = await connect(producer, consumer, "silent", stream, HANDLER);
    await consumer.iam.send(
      new PutRolePolicyCommand({
        RoleName: "silent",
        PolicyName: "own",
        PolicyDocument: policy(allow(STREAM_ACTIONS, stream)),
      }),
    );
    await put(producer, stream, records("1"));
    await until(async () => (await mapping(consumer, uuid)).LastProcessingResult === "OK");
    await aws().flushLogs();
    expect(await messages(consumer, "silent")).toEqual([]);
  });
});
