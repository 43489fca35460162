import { docstringsOf } from "../../app/docstrings";
import { CONSUMER_PROPERTIES } from "../../modules/cross-account-consumer/consumer-properties";
import { FUNCTION_PROPERTIES } from "../../modules/cross-account-consumer/function-properties";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping-properties";
import {
  STREAM_ATTRIBUTES,
  STREAM_PROPERTIES,
} from "../../modules/producer-stream/stream-properties";
import type { Property } from "../../modules/properties/property";

const TABLES: Record<string, Readonly<Record<string, Property<unknown>>>> = {
  ProducerStreamProps: STREAM_PROPERTIES,
  ProducerStreamAttributes: STREAM_ATTRIBUTES,
  CrossAccountConsumerProps: CONSUMER_PROPERTIES,
  FunctionProps: FUNCTION_PROPERTIES,
  MappingProps: MAPPING_PROPERTIES,
};

const docstrings = docstringsOf([
  "modules/cross-account-consumer/cross-account-consumer-props.ts",
  "modules/cross-account-consumer/function-props.ts",
  "modules/cross-account-consumer/mapping-props.ts",
  "modules/producer-stream/producer-stream-props.ts",
]);

const cases = Object.entries(TABLES).flatMap(([name, table]) =>
  Object.entries(table).map(
    ([property, declared]) =>
      [`${name}.${property}`, declared, docstrings.get(name)?.get(property)] as const,
  ),
);

describe("the docstring of a property agrees with its declaration", () => {
  it.each(cases)("%s", (_name, { kind, required, default: value, implicitDefault }, docstring) => {
    const bounds = [kind.schema ?? {}, ...(kind.schema?.anyOf ?? [])].filter(
      ({ minimum }) => minimum !== undefined,
    );
    for (const { minimum, maximum } of bounds) {
      expect(docstring?.text).toContain(`${minimum}`);
      expect(docstring?.text).toMatch(
        new RegExp(`\\b${minimum}\\b.*\\b(to ${maximum}|or more)\\b`),
      );
    }
    if (kind.schema?.type === "integer" && kind.schema.enum) {
      kind.schema.enum.forEach((one) => {
        expect(docstring?.text).toMatch(new RegExp(`\\b${one}\\b`));
      });
    }
    expect(docstring?.default === undefined).toBe(required === true);
    const declared = value ?? implicitDefault;
    if (declared !== undefined) {
      // Architecture.ARM_64 is "arm64": constants are compared without case and underscores.
      const plain = (text: string): string => text.toLowerCase().replace(/_/g, "");
      const documented = plain(docstring?.default ?? "").replace(
        /^[a-z]+\.(?=[a-z]+[a-z0-9]*$)/,
        "",
      );
      expect(documented.replace(/"/g, "").replace(/ - .*$/, "")).toBe(
        plain((declared as string | number | boolean).toString()),
      );
    }
  });
});
