import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { chooseDeployment, loadDeployments } from "../../app/deployments";
import { contextOf } from "../../app/json";
import { onFailureOf, type Settings } from "../../app/settings";
import { OnFailure } from "../../modules";

const account = { accountId: "222222222222" };
const valid = {
  region: "us-east-1",
  producer: { accountId: "111111111111" },
  stream: { streamName: "orders" },
  consumers: [{ account, consumerName: "analytics" }],
};

const loadSettings = (deployment: unknown): Settings => loadDeployments({ deployment })[0]!;

const mistakesIn = (context: Record<string, unknown>): string => {
  try {
    loadDeployments(context);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

const mistakes = (deployment: unknown): string => mistakesIn({ deployment });

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
      name: "cross-account-kinesis",
      accounts: {},
      writers: [],
      consumers: [{ id: "analytics", account, consumerName: "analytics", code: "handler/dist" }],
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

    expect(message.split("\n").map((line) => line.split(/ must be | is not /)[0])).toEqual([
      "invalid settings in cdktf.json, context.deployment:",
      "  - 'reigon'",
      "  - 'producer.accountId'",
      "  - 'stream.shards'",
      "  - 'stream.streamMode'",
      "  - 'consumers[0].onFailure'",
      "  - 'consumers[0].batchSize'",
    ]);
  });

  it("refuse a missing `deployment`", () => {
    expect(mistakes(undefined)).toContain("the settings must be an object, got nothing");
  });

  it("refuse an account id that lost its leading zero", () => {
    expect(mistakes({ ...valid, producer: { accountId: "11111111111" } })).toContain(
      "'producer.accountId' must be",
    );
  });

  it("refuse an empty list of consumers", () => {
    expect(mistakes(withConsumers())).toContain(
      "'consumers' must be a non-empty list of consumers",
    );
  });

  it("refuse two consumers of one name", () => {
    expect(
      mistakes(withConsumers({ account, consumerName: "a" }, { account, consumerName: "a" })),
    ).toContain(
      "'consumers[1].consumerName' must be unique, also with hyphens for dots, got a for consumers[0] as well",
    );
  });

  it("accept a consumer in the stream's own account", () => {
    expect(mistakes(withConsumers({ account: valid.producer, consumerName: "a" }))).toBe("");
  });

  it("refuse names that only differ in dots and hyphens, which names of outputs cannot tell apart", () => {
    expect(
      mistakes(withConsumers({ account, consumerName: "a.b" }, { account, consumerName: "a-b" })),
    ).toContain(
      "'consumers[1].consumerName' must be unique, also with hyphens for dots, got a-b for consumers[0] as well",
    );
  });

  it("refuse an id that another consumer has", () => {
    expect(
      mistakes(
        withConsumers({ account, consumerName: "a" }, { account, consumerName: "b", id: "a" }),
      ),
    ).toContain("'consumers[1].id' must be unique, also with hyphens for dots, got a for");
  });

  describe("of declared accounts", () => {
    const accounts = { analytics: { ...account, profile: "two" } };

    it("are found by their names", () => {
      const settings = loadSettings({
        ...valid,
        accounts: { ...accounts, stream: valid.producer },
        producer: "stream",
        consumers: [{ account: "analytics", consumerName: "a" }],
      });
      expect(settings.producer).toEqual(valid.producer);
      expect(settings.consumers[0]?.account).toEqual(accounts.analytics);
    });

    it("refuse a name that is not declared, with those that are", () => {
      expect(
        mistakes({ ...valid, accounts, consumers: [{ account: "fraud", consumerName: "a" }] }),
      ).toContain(
        "'consumers[0].account' must be an account or the name of one under 'accounts' (analytics), got fraud",
      );
    });

    it("refuse an inline account with other credentials", () => {
      expect(mistakes({ ...valid, accounts })).toContain(
        "'consumers[0].account' must have the same profile and role wherever account 222222222222 is named",
      );
    });

    it("refuse a wrong account with its path", () => {
      expect(mistakes({ ...valid, accounts: { analytics: { accountId: "1" } } })).toContain(
        "'accounts.analytics.accountId' must be a 12-digit AWS account id in quotes",
      );
    });
  });

  describe("of several deployments", () => {
    const dev = { ...valid, name: "dev" };
    const prod = { ...valid, name: "prod" };

    it("are read from the context", () => {
      const names = loadDeployments({ deployments: [dev, prod] }).map(({ name }) => name);
      expect(names).toEqual(["dev", "prod"]);
    });

    it("are read from a file", () => {
      const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "settings-")), "all.json");
      fs.writeFileSync(file, JSON.stringify({ deployments: [dev, prod] }));
      process.env.DEPLOYMENT = file;

      expect(loadDeployments({}).map(({ name }) => name)).toEqual(["dev", "prod"]);
    });

    it("refuse `deployment` beside `deployments`", () => {
      expect(mistakesIn({ deployment: valid, deployments: [dev] })).toContain(
        "'deployment' and 'deployments' are mutually exclusive, got both",
      );
    });

    it("refuse one name for two, and report every mistake with its path", () => {
      const message = mistakesIn({ deployments: [dev, { ...dev }] });
      expect(message).toContain(
        "'deployments[1].name' must be unique, got dev for deployments[0] as well",
      );
      const mistaken = mistakesIn({ deployments: [dev, { ...prod, reigon: "" }] });
      expect(mistaken).toContain("'deployments[1].reigon' is not a property");
    });

    it("refuse one state for two", () => {
      const backend = { bucket: "states", key: "kinesis", region: "eu-west-1" };
      expect(
        mistakesIn({
          deployments: [
            { ...dev, backend },
            { ...prod, backend },
          ],
        }),
      ).toContain(
        "'deployments[1].backend.key' must be another one for each deployment, got kinesis for deployments[0] as well",
      );
    });

    it("need a name to choose one", () => {
      const all = loadDeployments({ deployments: [dev, prod] });
      expect(chooseDeployment(all, "prod").name).toBe("prod");
      expect(() => chooseDeployment(all)).toThrow("'--name' must be one of dev, prod, got none");
      expect(() => chooseDeployment(all, "test")).toThrow("must be one of dev, prod, got test");
      expect(chooseDeployment(all.slice(0, 1)).name).toBe("dev");
    });

    it.each(["", "a b", "a/b", "a".repeat(65)])("refuse the name %j", (name) => {
      expect(mistakes({ ...valid, name })).toContain(
        "'name' must be 1 to 64 letters, digits, hyphens or underscores",
      );
    });
  });

  describe("of deployments that extend shared settings", () => {
    const shared = {
      orders: {
        ...valid,
        stream: { streamName: "orders", tags: { team: "orders" } },
        consumers: [
          { account: "readers", consumerName: "fraud", memorySizeMb: 512 },
          { account: "readers", consumerName: "report" },
        ],
      },
      production: {
        accounts: { readers: account },
        stream: { retentionPeriodHours: 72, tags: { stage: "production" } },
      },
    };
    const production = { name: "production", extends: ["orders", "production"] };

    it("merge objects, and consumers by their id, in the order of the names", () => {
      const own = {
        ...production,
        region: "eu-west-1",
        consumers: [
          { account: "readers", consumerName: "audit" },
          { id: "fraud", consumerName: "fraud-detection", memorySizeMb: null },
        ],
      };

      expect(loadDeployments({ shared, deployments: [own] })).toEqual([
        {
          name: "production",
          region: "eu-west-1",
          producer: valid.producer,
          accounts: { readers: account },
          writers: [],
          stream: {
            streamName: "orders",
            retentionPeriodHours: 72,
            tags: { team: "orders", stage: "production" },
          },
          consumers: [
            {
              id: "fraud",
              account,
              consumerName: "fraud-detection",
              memorySizeMb: 512,
              code: "handler/dist",
            },
            { id: "report", account, consumerName: "report", code: "handler/dist" },
            { id: "audit", account, consumerName: "audit", code: "handler/dist" },
          ],
        },
      ]);
    });

    it("replace lists and failure destinations", () => {
      const base = {
        ...valid,
        writers: ["444444444444"],
        consumers: [
          { ...valid.consumers[0], onFailure: { sqs: "arn:aws:sqs:us-east-1:222222222222:q" } },
        ],
      };
      const own = {
        extends: ["base"],
        writers: ["555555555555"],
        consumers: [{ consumerName: "analytics", onFailure: { s3: "arn:aws:s3:::failures" } }],
      };

      const [settings] = loadDeployments({ shared: { base }, deployments: [own] });

      expect(settings?.writers).toEqual(["555555555555"]);
      expect(settings?.consumers[0]?.onFailure).toEqual({ s3: "arn:aws:s3:::failures" });
    });

    it("report a mistake once, where it is written", () => {
      const wrong = {
        ...shared,
        orders: { ...shared.orders, stream: { streamName: "or ders", shards: 1 } },
      };
      const consumers = [
        { account: "readers", consumerName: "audit", batchSize: 0 },
        { consumerName: "fraud", memorySizeMb: 1 },
        { consumerName: "audit" },
      ];

      const mistakesFound = mistakesIn({
        shared: wrong,
        deployments: [
          { ...production, consumers },
          { ...production, name: "dev" },
        ],
      });

      expect(mistakesFound.match(/'(shared|deployments)[^']*'/g)).toEqual([
        "'shared.orders.stream.shards'",
        "'shared.orders.stream.streamName'",
        "'deployments[0].consumers[1].memorySizeMb'",
        "'deployments[0].consumers[0].batchSize'",
        "'deployments[0].consumers[2].account'",
      ]);
    });

    it.each([
      [
        { name: "a", extends: ["orders"] },
        "'shared.orders.consumers[0].account' must be an account",
      ],
      [{ name: "a", extends: ["production"] }, "'deployments[0].region' must be an AWS Region"],
      [
        { name: "a", extends: ["prod"] },
        "'deployments[0].extends[0]' must be a name under 'shared' (orders, production), got prod; declare it there, or correct its name",
      ],
      [
        { name: "a", extends: "orders" },
        `'deployments[0].extends' must be a list of names of shared settings, got "orders"`,
      ],
    ])("refuse %j", (own, sentence) => {
      expect(mistakesIn({ shared, deployments: [own] })).toContain(sentence);
    });

    it("refuse one name for two consumers of the same list", () => {
      const consumers = [{ consumerName: "fraud" }, { account: "readers", consumerName: "fraud" }];

      expect(mistakesIn({ shared, deployments: [{ ...production, consumers }] })).toContain(
        "'deployments[0].consumers[1].consumerName' must be unique",
      );
    });

    it("refuse `shared` for a single deployment", () => {
      expect(mistakesIn({ deployment: valid, shared })).toContain(
        "'deployment' and 'shared' are mutually exclusive",
      );
      expect(mistakesIn({ shared: [], deployments: [valid] })).toContain(
        "'shared' must be an object",
      );
    });
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
      "'consumers[1].account' must have the same profile and role wherever account 222222222222 is named",
    );
  });

  it("take a stream that is there already, and refuse what only a new one has", () => {
    const streamArn = "arn:aws:kinesis:us-east-1:111111111111:stream/orders";

    expect(loadSettings({ ...valid, stream: { streamArn } }).stream).toEqual({
      streamArn,
    });
    expect(mistakes({ ...valid, stream: { streamArn, shardCount: 2 } })).toContain(
      "'stream.shardCount' is not a property",
    );
  });

  it("are valid as they stand in cdktf.json", () => {
    expect(mistakes(contextOf("cdktf.json").deployment)).toBe("");
  });
});

describe("onFailure in the settings", () => {
  const arn = "arn:aws:sqs:us-east-1:222222222222:failures";
  const kmsKeyArn = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222";

  it.each([
    [undefined, undefined],
    ["queue", undefined],
  ] as const)("%s leaves the default, a queue made here", (setting, expected) => {
    expect(onFailureOf(setting)).toBe(expected);
  });

  it("none warns at synth", () => {
    expect(onFailureOf("none")?._isNone).toBe(true);
  });

  it.each([
    [{ sqs: arn }, OnFailure.sqs(arn), ["sqs:SendMessage"]],
    [{ sns: arn }, OnFailure.sns(arn), ["sns:Publish"]],
    [
      { s3: "arn:aws:s3:::bucket", bucketAccountId: "333333333333" },
      OnFailure.s3("arn:aws:s3:::bucket", "333333333333"),
      ["s3:PutObject", "s3:ListBucket"],
    ],
    [
      { sqs: arn, kmsKeyArn },
      OnFailure.sqs(arn, { kmsKeyArn }),
      ["sqs:SendMessage", "kms:GenerateDataKey", "kms:Decrypt"],
    ],
    [
      { sns: arn, kmsKeyArn },
      OnFailure.sns(arn, { kmsKeyArn }),
      ["sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"],
    ],
    [
      { s3: "arn:aws:s3:::bucket", kmsKeyArn },
      OnFailure.s3("arn:aws:s3:::bucket", undefined, { kmsKeyArn }),
      ["s3:PutObject", "s3:ListBucket", "kms:GenerateDataKey"],
    ],
  ])("%j is that destination", (setting, expected, actions) => {
    const bound = (destination: OnFailure | undefined) =>
      destination?._bind(
        undefined as never,
        {
          roleArn: "arn:aws:iam::222222222222:role/a",
          dnsSuffix: () => "amazonaws.com",
        } as never,
      );

    expect(bound(onFailureOf(setting))).toEqual(bound(expected));
    expect(bound(onFailureOf(setting))?.statements.flatMap((one) => one.Action)).toEqual(actions);
  });
});

describe("destinations and writers with options", () => {
  const kmsKeyArn = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222";
  const principal = "arn:aws:iam::333333333333:role/web";

  it("are read as they are given", () => {
    const onFailure = { queue: { kmsKeyArn } };
    const settings = loadSettings({
      ...withConsumers({ account, consumerName: "a", onFailure }),
      writers: ["444444444444", { principal, listShards: true }, { principal }],
    });

    expect(settings.consumers[0]?.onFailure).toEqual(onFailure);
    expect(settings.writers).toEqual([
      "444444444444",
      { principal, listShards: true },
      { principal },
    ]);
  });

  it("are refused by the name of what is wrong", () => {
    const onFailure = { queue: { kmsKeyArn: "alias/failures" } };
    const message = mistakes({
      ...withConsumers({ account, consumerName: "a", onFailure, dependsOn: [] }),
      writers: [{ principal: "*", listShards: "yes" }],
    });

    expect(message).toMatch(/'consumers\[0\]\.onFailure\.queue\.kmsKeyArn' must be a key ARN/);
    expect(message).toMatch(/'consumers\[0\]\.dependsOn' is not a property/);
    expect(message).toMatch(/'writers\[0\]\.principal' must name one principal/);
    expect(message).toMatch(/'writers\[0\]\.listShards' must be true or false/);
  });
});
