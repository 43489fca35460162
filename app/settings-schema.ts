import * as fs from "node:fs";
import * as path from "node:path";
import { format, resolveConfig } from "prettier";
import type { JsonSchema } from "../modules/properties/kinds";
import { Docstring, docstringsOf } from "./docstrings";
import { deployment, deployments } from "./settings-properties";

/** Writes settings.schema.json from the declarations of the properties and their docstrings. */

const FILES = [
  "app/settings.ts",
  "app/accounts.ts",
  "modules/cross-account-consumer/cross-account-consumer-props.ts",
  "modules/cross-account-consumer/function-props.ts",
  "modules/cross-account-consumer/mapping-props.ts",
  "modules/producer-stream/producer-stream-props.ts",
];

/** Interfaces that together describe one object of the settings. */
const OBJECTS = [
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

const docstrings = docstringsOf(FILES);
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

async function write(file: string): Promise<void> {
  const style = await resolveConfig(__filename);
  fs.writeFileSync(
    file,
    await format(JSON.stringify(settingsSchema()), { ...style, parser: "json" }),
  );
}

void write(path.resolve(process.argv[2] ?? path.join(__dirname, "..", "settings.schema.json")));
