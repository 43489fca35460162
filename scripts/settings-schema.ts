import { deployment, deployments, partOfDeployment } from "../app/settings-properties";
import type { JsonSchema } from "../modules/properties/json-schema";
import { docstringsOf } from "./docstrings";
import { LIBRARY_FILES } from "./documented-properties";
import { writeFormatted } from "./write-formatted";

/** Writes settings.schema.json from the declarations of the properties and their docstrings. */

/** Interfaces that together describe one object of the settings; every other one does alone. */
const COMBINED = [
  ["ListedDeployment", "DeploymentInput"],
  ["OnFailureOptions", "NewQueue", "ExistingQueue", "ExistingTopic", "ExistingBucket"],
  ["WriterOptions", "GrantWriteOptions"],
  ["AliasSetting", "FunctionAlias"],
  ["ConsumerInput", "CrossAccountConsumerProps", "FunctionProps", "MappingProps"],
];

const docstrings = docstringsOf(["app/settings.ts", "app/accounts.ts", ...LIBRARY_FILES]);
const documented = [
  ...COMBINED.map(
    (names) => new Map([...names].reverse().flatMap((name) => [...(docstrings.get(name) ?? [])])),
  ),
  ...docstrings.values(),
];

/** Adds docstrings to the properties of every object in a schema. */
function describe(schema: JsonSchema): JsonSchema {
  const { properties, items, anyOf, additionalProperties } = schema;
  const docs = documented.find((one) => Object.keys(properties ?? {}).every((key) => one.has(key)));
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [
          name,
          { description: docs?.get(name)?.text, ...describe(property) },
        ]),
      ),
    }),
    ...(items && { items: describe(items) }),
    ...(anyOf && { anyOf: anyOf.map(describe) }),
    ...(typeof additionalProperties === "object" && {
      additionalProperties: describe(additionalProperties),
    }),
  };
}

/** The schema without its lists of required properties, at any depth. */
const withoutRequired = (schema: JsonSchema): JsonSchema =>
  JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === "required" && Array.isArray(value) ? undefined : value,
    ),
  ) as JsonSchema;

function settingsSchema(): Record<string, unknown> {
  const { properties = {}, ...list } = describe(deployments.schema ?? {});
  const { additionalProperties: _closed, ...part } = describe(
    withoutRequired(deployment.schema ?? {}),
  );
  const { extends: names } = describe(partOfDeployment.schema ?? {}).properties ?? {};
  const reference = {
    $ref: "#/$defs/partOfDeployment",
    type: "object",
    unevaluatedProperties: false,
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Settings of one deployment, or of several under `deployments`",
    $defs: { deployment: describe(deployment.schema ?? {}), partOfDeployment: part },
    anyOf: [
      { $ref: "#/$defs/deployment" },
      {
        ...list,
        properties: {
          ...properties,
          shared: { ...properties.shared, additionalProperties: reference },
          deployments: {
            ...properties.deployments,
            items: {
              if: { type: "object", required: ["extends"] },
              then: { properties: { extends: names }, ...reference },
              else: { $ref: "#/$defs/deployment" },
            },
          },
        },
      },
    ],
  };
}

void writeFormatted(
  process.argv[2] ?? "settings.schema.json",
  JSON.stringify(settingsSchema()),
  "json",
);
