import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadDeployments } from "../../app/deployments";
import { refusals, aConsumer } from "../helpers/synthesize";

const SECRET = "hunter2";
const producer = { accountId: "111111111111" };
const account = { accountId: "222222222222" };
const settings = (consumer: object, rest: object = {}): object => ({
  region: "us-east-1",
  producer,
  stream: { streamName: "orders" },
  consumers: [{ account, consumerName: "a", ...consumer }],
  ...rest,
});
const roleArn = "arn:aws:iam::222222222222:role/deployer";
const assuming = (externalId: unknown) => ({ ...account, assumeRole: { roleArn, externalId } });

function mistakes(deployment: unknown): string {
  try {
    loadDeployments({ deployment });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const WRONG_ENVIRONMENTS: readonly [string, unknown, RegExp][] = [
  ["a string", `PASSWORD=${SECRET}`, /environment' must be an object .*, got a string that is/],
  ["a list", [SECRET], /environment' must be .*, got a list that is not shown/],
  [
    "an object in it",
    { PASSWORD: { v: SECRET } },
    /environment\.PASSWORD' must be a string, got an/,
  ],
  ["a list in it", { PASSWORD: [SECRET] }, /environment\.PASSWORD' must be a string, got a list/],
  ["a name with the value", { [`PASSWORD=${SECRET}`]: 1 }, /environment\[0\]' must be named with/],
];

describe("secrets in settings", () => {
  it.each(WRONG_ENVIRONMENTS)(
    "are not shown if 'environment' is %s",
    (_what, environment, said) => {
      const message = mistakes(settings({ environment }));

      expect(message).toMatch(said);
      expect(message).not.toContain(SECRET);
    },
  );

  it.each(WRONG_ENVIRONMENTS)(
    "are not shown to users of the library if 'environment' is %s",
    (_what, environment, said) => {
      const [message = ""] = refusals((stack, providers) =>
        aConsumer(stack, providers, { environment: environment as Record<string, string> }),
      );

      expect(message).toMatch(said);
      expect(message).not.toContain(SECRET);
    },
  );

  it.each<[string, unknown]>([
    ["the external id has a wrong type", settings({ account: assuming([SECRET]) })],
    [
      "the role is a list",
      settings({ account: { ...account, assumeRole: [{ externalId: SECRET }] } }),
    ],
    ["accounts are a list", settings({}, { accounts: [assuming(SECRET)] })],
    ["consumers are an object", settings({}, { consumers: { environment: { PASSWORD: SECRET } } })],
    [
      "consumers are nested",
      settings({}, { consumers: [[{ environment: { PASSWORD: SECRET } }]] }),
    ],
    ["all settings are a list", [{ environment: { PASSWORD: SECRET } }]],
    [
      "an account has two external ids",
      settings({ account: assuming(SECRET) }, { accounts: { reader: assuming(`${SECRET}-2`) } }),
    ],
  ])("are not shown if %s", (_what, given) => {
    const message = mistakes(given);

    expect(message).toContain("not shown");
    expect(message).not.toContain(SECRET);
  });

  it("are not shown if the file is not JSON, and its line is", () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "settings-")), "prod.json");
    fs.writeFileSync(file, `{\n  "environment": {\n    "PASSWORD": ${SECRET}\n  }\n}`);
    process.env.DEPLOYMENT = file;
    const message = mistakes(undefined);
    delete process.env.DEPLOYMENT;

    expect(message).toContain("Unexpected token in line 3; it must be a JSON file");
    expect(message).not.toContain(SECRET);
  });
});

it.each(["toString", "constructor", "__proto__", "hasOwnProperty"])(
  "an account that is named like JavaScript's own %s must be declared",
  (name) => {
    expect(mistakes(settings({}, { producer: name }))).toContain(
      `'producer' must be an account or the name of one under 'accounts' (none), got ${name}`,
    );
  },
);
