import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { contextOf, loadSettings, onFailureOf } from "../../app/settings";
import { OnFailure } from "../../modules";

const account = { accountId: "222222222222" };
const valid = {
  region: "us-east-1",
  producer: { accountId: "111111111111" },
  stream: { streamName: "orders" },
  consumers: [{ account, consumerName: "analytics" }],
};

const mistakes = (settings: unknown): string => {
  try {
    loadSettings(settings);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

const withConsumers = (...consumers: object[]): object => ({
  ...valid,
  consumers,
});

describe("settings", () => {
  const before = process.env.DEPLOYMENT;

  afterEach(() => {
    if (before === undefined) {
      delete process.env.DEPLOYMENT;
    } else {
      process.env.DEPLOYMENT = before;
    }
  });

  it("come from cdktf.json, and what is left out gets its default", () => {
    expect(loadSettings(valid)).toEqual({
      ...valid,
      writers: [],
      consumers: [{ account, consumerName: "analytics", code: "handler/dist" }],
    });
  });

  it("come from the file that DEPLOYMENT names, where it names one", () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "settings-")), "prod.json");
    fs.writeFileSync(file, JSON.stringify({ ...valid, region: "eu-west-1" }));
    process.env.DEPLOYMENT = file;

    expect(loadSettings(valid).region).toBe("eu-west-1");
  });

  it("say which file cannot be read, and what it should be", () => {
    process.env.DEPLOYMENT = "no/such/file.json";

    expect(mistakes(valid)).toMatch(
      /^cannot read settings from no\/such\/file\.json: ENOENT.*; it must be a JSON file \(environment variable DEPLOYMENT names it\)$/,
    );
  });

  it("refuse unknown keys and wrong types, each with its path, in one error", () => {
    const message = mistakes({
      ...valid,
      reigon: "us-east-1",
      producer: { accountId: 111111111111 },
      stream: { streamName: "orders", shards: 2, streamMode: "SOMETIMES" },
      consumers: [{ account, consumerName: "a", batchSize: "10", onFailure: "sqs" }],
    });

    expect(message.split("\n")).toEqual([
      "invalid settings in cdktf.json, context.deployment:",
      '✖ Unrecognized key: "reigon"',
      '✖ Unrecognized key: "shards"',
      "  → at stream",
      "✖ must be a 12-digit AWS account id in quotes",
      "  → at producer.accountId",
      '✖ Invalid option: expected one of "ON_DEMAND"|"PROVISIONED"',
      "  → at stream.streamMode",
      "✖ Invalid input: expected number, received string",
      "  → at consumers[0].batchSize",
      '✖ must be "queue", "none", {"sqs": ARN}, {"sns": ARN} or {"s3": bucket ARN}',
      "  → at consumers[0].onFailure",
    ]);
  });

  it("refuse a missing `deployment`", () => {
    expect(mistakes(undefined)).toContain("expected object");
  });

  it("refuse an account id that lost its leading zero", () => {
    expect(mistakes({ ...valid, producer: { accountId: "11111111111" } })).toContain(
      "→ at producer.accountId",
    );
  });

  it("refuse an empty list of consumers", () => {
    expect(mistakes(withConsumers())).toContain("→ at consumers");
  });

  it("refuse two consumers of one name", () => {
    expect(
      mistakes(withConsumers({ account, consumerName: "a" }, { account, consumerName: "a" })),
    ).toContain("must be unique, got a for consumers[0] as well\n  → at consumers[1].consumerName");
  });

  it("refuse a consumer in the producer's account", () => {
    expect(mistakes(withConsumers({ account: valid.producer, consumerName: "a" }))).toContain(
      "must be another account than the producer's, got 111111111111 for both\n  → at consumers[0].account.accountId",
    );
  });

  it("refuse one account with two sets of credentials", () => {
    expect(
      mistakes(
        withConsumers(
          { account: { ...account, profile: "one" }, consumerName: "a" },
          { account: { ...account, profile: "two" }, consumerName: "b" },
        ),
      ),
    ).toContain(
      "must have the same profile and role as the other consumers of account 222222222222\n  → at consumers[1].account",
    );
  });

  it("take a stream that is there already, and refuse what only a new one has", () => {
    const streamArn = "arn:aws:kinesis:us-east-1:111111111111:stream/orders";

    expect(loadSettings({ ...valid, stream: { streamArn } }).stream).toEqual({
      streamArn,
    });
    expect(mistakes({ ...valid, stream: { streamArn, shardCount: 2 } })).toContain(
      'Unrecognized key: "shardCount"\n  → at stream',
    );
  });

  it("are valid as they stand in cdktf.json", () => {
    expect(mistakes(contextOf("cdktf.json").deployment)).toBe("");
  });
});

describe("onFailure in the settings", () => {
  const arn = "arn:aws:sqs:us-east-1:222222222222:failures";

  it.each([
    [undefined, undefined],
    ["queue", undefined],
  ] as const)("%s leaves the default, a queue made here", (setting, expected) => {
    expect(onFailureOf(setting)).toBe(expected);
  });

  it("none warns at synth", () => {
    expect(onFailureOf("none")?.isNone).toBe(true);
  });

  it.each([
    [{ sqs: arn }, OnFailure.sqs(arn), ["sqs:SendMessage"]],
    [{ sns: arn }, OnFailure.sns(arn), ["sns:Publish"]],
    [
      { s3: "arn:aws:s3:::bucket", bucketAccountId: "333333333333" },
      OnFailure.s3("arn:aws:s3:::bucket", "333333333333"),
      ["s3:PutObject", "s3:ListBucket"],
    ],
  ])("%j is that destination", (setting, expected, actions) => {
    const bound = (destination: OnFailure | undefined) =>
      destination?.bind(
        undefined as never,
        {
          roleArn: "arn:aws:iam::222222222222:role/a",
        } as never,
      );

    expect(bound(onFailureOf(setting))).toEqual(bound(expected));
    expect(bound(onFailureOf(setting))?.statements.flatMap((one) => one.Action)).toEqual(actions);
  });
});
