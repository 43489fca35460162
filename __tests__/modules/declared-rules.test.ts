import Ajv2020 from "ajv/dist/2020";
import { fixOf, type Property } from "../../modules/properties/property";
import { describeValue, mustBe } from "../../modules/properties/problems";
import { CONSTRUCTS, type Declared, errorsOf, problemsOf } from "../helpers/constructs";
import { valuesAround } from "../helpers/values";

const ajv = new Ajv2020({ allowUnionTypes: true });

const expectedFor = (name: string, declaration: Property<unknown>, value: unknown): unknown => {
  const { type } = declaration;
  if (ajv.validate(type.schema ?? {}, value)) {
    return [];
  }
  if (!Array.isArray(value)) {
    return [mustBe(name, type.rule, describeValue(value), fixOf(declaration))];
  }
  const { maxItems = Infinity, uniqueItems, items } = type.schema ?? {};
  const [property, rule, got] =
    value.length > maxItems
      ? [name, `a list of at most ${maxItems} `, value.length]
      : uniqueItems && new Set(value).size < value.length
        ? [name, "a list without duplicates", value]
        : [`${name}[0]`, `one of ${items?.enum?.join(", ")}`, value[0]];
  return expect.arrayContaining([
    {
      ...mustBe(property, "", describeValue(got), fixOf(declaration)),
      rule: expect.stringContaining(`must be ${rule}`),
    },
  ]);
};

/**
 * The JSON Schema decides which values are valid; docstrings.test.ts compares its bounds with the
 * docstrings. It cannot decide about times: the pattern also matches times that do not exist.
 */
describe.each(Object.entries<Declared>(CONSTRUCTS))("%s", (_construct, { properties, refuse }) => {
  const valuesOf = (name: string) => valuesAround(properties[name]!.type.schema ?? {});
  const names = Object.keys(properties).filter(
    (name) => valuesOf(name).length > 0 && name !== "startingPositionTimestamp",
  );

  it.each(names)(
    "accepts what the declaration of %s allows, and refuses the rest with its rule and fix",
    (name) => {
      const declaration = properties[name]!;
      const values = valuesOf(name);

      expect(values.map((value) => [value, problemsOf(name, declaration, value)])).toEqual(
        values.map((value) => [value, expectedFor(name, declaration, value)]),
      );
    },
  );

  it("refuses a wrong value of every property at once", () => {
    const wrong = names.map(
      (name) =>
        [
          name,
          valuesOf(name).find((value) => errorsOf(name, properties[name]!, value).length > 0),
        ] as const,
    );

    expect(refuse(Object.fromEntries(wrong))).toEqual(
      expect.arrayContaining(
        wrong.flatMap(([name, value]) => errorsOf(name, properties[name]!, value)),
      ),
    );
  });
});
