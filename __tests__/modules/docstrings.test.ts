import { fixOf } from "../../modules/properties/property";
import { DOCUMENTED } from "../../scripts/documented-properties";

const cases = [...DOCUMENTED].flatMap(([name, properties]) =>
  properties.map(
    ({ name: property, declaration, docstring }) =>
      [`${name}.${property}`, declaration, docstring] as const,
  ),
);

const namedDefaults = cases.flatMap(([name, declaration]) => {
  const [, number] = /omit it for (\d+(?:\.\d+)?)/.exec(fixOf(declaration)) ?? [];
  return number ? [[name, number, declaration.default ?? declaration.implicitDefault]] : [];
});

it.each(namedDefaults)("an error about %s names its default, %s", (_name, number, value) => {
  expect(number).toBe(String(value));
});

describe("the docstring of a property agrees with its declaration", () => {
  it.each(cases)("%s", (_name, { type, required, default: value, implicitDefault }, docstring) => {
    const bounds = [type.schema ?? {}, ...(type.schema?.anyOf ?? [])].filter(
      ({ minimum }) => minimum !== undefined,
    );
    for (const { minimum, maximum } of bounds) {
      expect(docstring.text).toContain(`${minimum}`);
      expect(docstring.text).toMatch(new RegExp(`\\b${minimum}\\b.*\\b(to ${maximum}|or more)\\b`));
    }
    if (type.schema?.maxItems) {
      expect(docstring.text).toContain(`at most ${type.schema.maxItems}`);
    }
    if (type.schema?.type === "integer" && type.schema.enum) {
      type.schema.enum.forEach((one) => {
        expect(docstring.text).toMatch(new RegExp(`\\b${one}\\b`));
      });
    }
    expect(docstring.default === undefined).toBe(required === true);
    const declared = value ?? implicitDefault;
    if (declared !== undefined) {
      // Architecture.ARM_64 is "arm64": constants are compared without case and underscores.
      const plain = (text: string): string => text.toLowerCase().replace(/_/g, "");
      const documented = plain(docstring.default ?? "").replace(
        /^[a-z]+\.(?=[a-z]+[a-z0-9]*$)/,
        "",
      );
      expect(documented.replace(/"/g, "").replace(/ - .*$/, "")).toBe(
        plain((declared as string | number | boolean).toString()),
      );
    }
  });
});
