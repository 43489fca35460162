import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { chooseDeployment, loadDeployments } from "../../app/deployments";
import { contextOf } from "../../app/json";
import { onFailureOf } from "../../app/on-failure";
import type { Settings } from "../../app/settings";
import { OnFailure } from "../../modules";
import { propertiesOf } from "../helpers/sentences";

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

/** The paths of the properties with a mistake. */
const wrongProperties = (message: string): (string | undefined)[] =>
  propertiesOf(message.split("\n  - ").slice(1));

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

  it("come from cdktf.json, with the defaults of omitted properties", () => {
    expect(loadSettings(valid)).toEqual({
      ...valid,
      name: "cross-account-kinesis",
      accounts: {},
      writers: [],
      consumers: [{ id: "analytics", account, consumerName: "analytics", code: "handler/dist" }],
    });
  });

  it("come from the file that the environment variable DEPLOYMENT names", () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "settings-")), "prod.json");
    fs.writeFileSync(file, JSON.stringify({ ...valid, region: "eu-west-1" }));
    process.env.DEPLOYMENT = file;

    expect(loadSettings(valid).region).toBe("eu-west-1");
  });

  it("name the file that cannot be read", () => {
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

    expect(message).toMatch(/^invalid settings in cdktf\.json, context\.deployment:\n/);
    expect(wrongProperties(message)).toEqual([
      "reigon",
      "producer.accountId",
      "stream.shards",
      "stream.streamMode",
      "consumers[0].onFailure",
      "consumers[0].batchSize",
    ]);
  });

  it("refuse a missing `deployment`", () => {
    expect(mistakes(undefined)).toContain("the settings must be an object, got nothing");
  });

  it("refuse an account id that lost its leading zero", () => {
    const message = mistakes({ ...valid, producer: { accountId: "11111111111" } });
    expect(wrongProperties(message)).toEqual(["producer.accountId"]);
  });

  it("refuse an empty list of consumers", () => {
    expect(wrongProperties(mistakes(withConsumers()))).toEqual(["consumers"]);
  });

  it("refuse two consumers with the same name", () => {
    expect(
      mistakes(withConsumers({ account, consumerName: "a" }, { account, consumerName: "a" })),
    ).toContain(
      "'consumers[1].consumerName' must be unique (dots count as hyphens), got a for consumers[0] as well",
    );
  });

  it("accept a consumer in the stream's own account", () => {
    expect(mistakes(withConsumers({ account: valid.producer, consumerName: "a" }))).toBe("");
  });

  it("refuse names that differ only in dots and hyphens, since their outputs would have the same names", () => {
    expect(
      mistakes(withConsumers({ account, consumerName: "a.b" }, { account, consumerName: "a-b" })),
    ).toContain("'consumers[1].consumerName' must be unique (dots count as hyphens), got a-b");
  });

  it("refuse an id that another consumer has", () => {
    expect(
      mistakes(
        withConsumers({ account, consumerName: "a" }, { account, consumerName: "b", id: "a" }),
      ),
    ).toContain("'consumers[1].id' must be unique");
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

    it("refuse a name that is not declared, and list the declared names", () => {
      expect(
        mistakes({ ...valid, accounts, consumers: [{ account: "fraud", consumerName: "a" }] }),
      ).toContain(
        "'consumers[0].account' must be an account or the name of one under 'accounts' (analytics), got fraud",
      );
    });

    it("refuse an inline account with other credentials", () => {
      expect(wrongProperties(mistakes({ ...valid, accounts }))).toEqual(["consumers[0].account"]);
    });

    it("refuse a wrong account with its path", () => {
      const message = mistakes({ ...valid, accounts: { analytics: { accountId: "1" } } });
      expect(wrongProperties(message)).toEqual(["accounts.analytics.accountId"]);
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

    it("refuse the same name for two, and report every mistake with its path", () => {
      const message = mistakesIn({ deployments: [dev, { ...dev }] });
      expect(message).toContain(
        "'deployments[1].name' must be unique, got dev for deployments[0] as well",
      );
      const mistaken = mistakesIn({ deployments: [dev, { ...prod, reigon: "" }] });
      expect(wrongProperties(mistaken)).toEqual(["deployments[1].reigon"]);
    });

    it("refuse the same state for two", () => {
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
      expect(wrongProperties(mistakes({ ...valid, name }))).toEqual(["name"]);
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

    it("report a mistake once, at the place where it is written", () => {
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

      expect(wrongProperties(mistakesFound)).toEqual([
        "shared.orders.stream.shards",
        "shared.orders.stream.streamName",
        "deployments[0].consumers[1].memorySizeMb",
        "deployments[0].consumers[0].batchSize",
        "deployments[0].consumers[2].account",
      ]);
    });

    it.each([
      ["shared.orders.consumers[0].account", ["orders"]],
      ["deployments[0].region", ["production"]],
      ["deployments[0].extends", "orders"],
    ])("refuse %s, which is missing or wrong if one extends %j", (property, names) => {
      const message = mistakesIn({ shared, deployments: [{ name: "a", extends: names }] });
      expect(wrongProperties(message)).toContain(property);
    });

    it("refuse a name that is not under `shared`, and list the names that are", () => {
      expect(mistakesIn({ shared, deployments: [{ name: "a", extends: ["prod"] }] })).toContain(
        "'deployments[0].extends[0]' must be a name under 'shared' (orders, production), got prod; declare it there, or correct its name",
      );
    });

    it("refuse the same name for two consumers of a list", () => {
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
      "'consumers[1].account' must have the same profile, role and external id wherever account 222222222222 is named",
    );
  });

  it("accept an existing stream, and refuse properties that only a new stream has", () => {
    const streamArn = "arn:aws:kinesis:us-east-1:111111111111:stream/orders";

    expect(loadSettings({ ...valid, stream: { streamArn } }).stream).toEqual({
      streamArn,
    });
    const message = mistakes({ ...valid, stream: { streamArn, shardCount: 2 } });
    expect(wrongProperties(message)).toEqual(["stream.shardCount"]);
  });

  it("are valid in cdktf.json", () => {
    expect(mistakes(contextOf("cdktf.json").deployment)).toBe("");
  });
});

describe("onFailure in the settings", () => {
  const arn = "arn:aws:sqs:us-east-1:222222222222:failures";
  const kmsKeyArn = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222";

  it.each([
    [undefined, undefined],
    ["queue", undefined],
  ] as const)("%s leaves the default, a queue created for the consumer", (setting, expected) => {
    expect(onFailureOf(setting)).toBe(expected);
  });

  it("none is a destination of its own, which warns at synth", () => {
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
  ])("%j sends reports to that destination", (setting, expected, actions) => {
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

  it("are read unchanged", () => {
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

  it("are refused with the path of each wrong property", () => {
    const onFailure = { queue: { kmsKeyArn: "alias/failures" } };
    const message = mistakes({
      ...withConsumers({ account, consumerName: "a", onFailure, dependsOn: [] }),
      writers: [{ principal: "*", listShards: "yes" }],
    });

    expect(wrongProperties(message).sort()).toEqual([
      "consumers[0].dependsOn",
      "consumers[0].onFailure.queue.kmsKeyArn",
      "writers[0].listShards",
      "writers[0].principal",
    ]);
  });
});
