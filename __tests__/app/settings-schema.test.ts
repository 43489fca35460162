import Ajv2020 from "ajv/dist/2020";
import * as path from "node:path";
import { loadDeployments } from "../../app/deployments";
import { readJson } from "../../app/json";
import { deployment } from "../../app/settings-properties";
import type { JsonSchema } from "../../modules/properties/json-schema";
import { valuesAround } from "../helpers/values";
import { analytics, archive, fraud, settings } from "../terraform/settings";

const SCHEMA = path.resolve(__dirname, "../../settings.schema.json");

const matchesSchema = new Ajv2020({ allowUnionTypes: true }).compile(readJson(SCHEMA) as object);

const isAccepted = (given: unknown): boolean => {
  try {
    loadDeployments({ deployment: given });
    return true;
  } catch {
    return false;
  }
};

const valuesFor = (name: string, schema: JsonSchema): unknown[] => [
  // RFC 3339 as a pattern also matches times that do not exist.
  ...(name === "startingPositionTimestamp" ? [] : valuesAround(schema)),
  ...["", "x y", "a".repeat(129), 1.5, true, [], [1], {}, { a: 1 }, { "a b": "x" }],
];

const [consumer] = [deployment.schema?.properties?.consumers?.items];
const [newStream] = deployment.schema?.properties?.stream?.anyOf ?? [];
const base = {
  region: "eu-west-1",
  producer: { accountId: "111111111111" },
  stream: { streamName: "orders" },
  consumers: [{ account: { accountId: "222222222222" }, consumerName: "analytics" }],
};

describe("settings.schema.json", () => {
  it.each<[string, unknown]>([
    [
      "cdktf.json",
      (readJson("cdktf.json") as { context: { deployment: unknown } }).context.deployment,
    ],
    ["three consumers with every option", settings(analytics, archive, fraud)],
    [
      "several deployments",
      { $schema: "settings.schema.json", deployments: [base, { ...base, name: "b" }] },
    ],
    ["deployments with shared settings", readJson("examples/several-streams/two-streams.json")],
    [
      "streams and environments that are shared",
      readJson("examples/several-streams/dev-and-production.json"),
    ],
  ])("accepts %s", (_what, given) => {
    matchesSchema(given);

    expect(matchesSchema.errors).toBeNull();
  });

  it.each([
    [
      "a consumer",
      consumer,
      (one: object) => ({ ...base, consumers: [{ ...base.consumers[0], ...one }] }),
    ],
    ["a stream", newStream, (one: object) => ({ ...base, stream: { ...base.stream, ...one } })],
    ["a deployment", deployment.schema, (one: object) => ({ ...base, ...one })],
  ])("agrees with the app's own check about every property of %s", (_what, schema, withOne) => {
    const disagreements = Object.entries(schema?.properties ?? {}).flatMap(([name, property]) =>
      valuesFor(name, property)
        // JSON Schema cannot compare a name with those under `accounts`.
        .filter((value) => !["account", "producer"].includes(name) || typeof value !== "string")
        .map((value) => withOne({ [name]: value }))
        .filter((given) => matchesSchema(given) !== isAccepted(given))
        .map(
          (given) => `${name}: ${JSON.stringify(given)} (schema: ${String(matchesSchema(given))})`,
        ),
    );

    expect(disagreements).toEqual([]);
  });

  it("describes every property", () => {
    const undescribed = (schema: JsonSchema): string[] => [
      ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
        ...(property.description ? [] : [name]),
        ...undescribed(property),
      ]),
      ...[schema.items, ...(schema.anyOf ?? [])].flatMap((one) => (one ? undescribed(one) : [])),
    ];
    const { $defs } = readJson(SCHEMA) as { $defs: { deployment: JsonSchema } };

    expect(undescribed($defs.deployment)).toEqual([]);
  });

  it.each([
    ["a missing property without `extends`", { deployments: [{ region: "eu-west-1" }] }],
    [
      "an unknown property beside `extends`",
      { deployments: [{ extends: [], reigon: "eu-west-1" }] },
    ],
    ["an unknown shared property", { shared: { a: { reigon: "" } }, deployments: [base] }],
    ["`extends` in shared settings", { shared: { a: { extends: [] } }, deployments: [base] }],
  ])("refuses %s", (_what, given) => {
    expect(matchesSchema(given)).toBe(false);
  });

  it("refuses a property that does not exist", () => {
    const given = { ...base, reigon: "eu-west-1" };

    expect(matchesSchema(given)).toBe(false);
    expect(isAccepted(given)).toBe(false);
  });
});

describe("the editor's schema of cdktf.json", () => {
  const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });
  ajv.addSchema(readJson(SCHEMA) as object, "file:///settings.schema.json");
  const validate = ajv.compile({
    ...(readJson(".vscode/cdktf.schema.json") as object),
    $id: "file:///.vscode/cdktf.schema.json",
  });
  const cdktf = readJson("cdktf.json") as { context: object };

  it.each([
    ["cdktf.json as it stands", cdktf.context, true],
    ["several deployments", { deployments: [base] }, true],
    ["a wrong Region", { deployment: { ...base, region: 1 } }, false],
    ["an unknown property of a deployment in a list", { deployments: [{ ...base, x: 1 }] }, false],
  ])("judges %s", (_what, context, isValid) => {
    expect(validate({ ...cdktf, context })).toBe(isValid);
  });
});
