import { deployment, deployments } from "../app/settings-properties";
import type { JsonSchema } from "../modules/properties/kinds";
import { Docstring, docstringsOf } from "./docstrings";
import { LIBRARY_FILES } from "./documented-properties";
import { writeFormatted } from "./write-formatted";

/** Writes settings.schema.json from the declarations of the properties and their docstrings. */

/** Interfaces that together describe one object of the settings. */
const OBJECTS = [
  ["OnFailureOptions", "NewQueue", "ExistingQueue", "ExistingTopic", "ExistingBucket"],
  ["TagsByResource"],
  ["WriterOptions", "GrantWriteOptions"],
  ["DeploymentInput"],
  ["ConsumerInput", "CrossAccountConsumerProps", "FunctionProps", "MappingProps"],
  ["ProducerStreamProps"],
  ["ProducerStreamAttributes"],
  ["Account"],
  ["AssumeRole"],
  ["Backend"],
  ["FunctionVpc"],
  ["ExistingFunction"],
];

const docstrings = docstringsOf(["app/settings.ts", "app/accounts.ts", ...LIBRARY_FILES]);
const documented = OBJECTS.map(
  (names) =>
    new Map(
      [...names]
        .reverse()
        .flatMap((name) => [...(docstrings.get(name) ?? new Map<string, Docstring>())]),
    ),
);

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

function settingsSchema(): Record<string, unknown> {
  const one = { $ref: "#/$defs/deployment" };
  const { properties = {} } = deployments.schema ?? {};
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Settings of one deployment, or of several under `deployments`",
    $defs: { deployment: describe(deployment.schema ?? {}) },
    anyOf: [
      one,
      {
        ...deployments.schema,
        properties: { ...properties, deployments: { ...properties.deployments, items: one } },
      },
    ],
  };
}

void writeFormatted(
  process.argv[2] ?? "settings.schema.json",
  JSON.stringify(settingsSchema()),
  "json",
);
