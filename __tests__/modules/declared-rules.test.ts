import Ajv2020 from "ajv/dist/2020";
import { fixOf, type Property } from "../../modules/properties/property";
import { describeValue, mustBe } from "../../modules/properties/sentences";
import { CONSTRUCTS, type Declared } from "../helpers/constructs";
import { sentenceAbout } from "../helpers/sentences";
import { valuesAround } from "../helpers/values";

const ajv = new Ajv2020({ allowUnionTypes: true });

/** The sentences about a property alone. Rules about Regions compare it with other properties. */
const aboutAlone = (sentences: readonly string[], name: string): string[] =>
  sentences.filter((one) => one.startsWith(`'${name}`) && / must be (?!in )/.test(one));

const expectedFor = (name: string, declaration: Property<unknown>, value: unknown): unknown => {
  const { kind } = declaration;
  if (ajv.validate(kind.schema ?? {}, value)) {
    return [];
  }
  if (!Array.isArray(value)) {
    return [sentenceAbout(name, declaration, value)];
  }
  const { maxItems = Infinity, uniqueItems, items } = kind.schema ?? {};
  const [property, rule, got] =
    value.length > maxItems
      ? [name, kind.rule.replace("a list of", `a list of at most ${maxItems}`), value.length]
      : uniqueItems && new Set(value).size < value.length
        ? [name, "a list without duplicates", value]
        : [`${name}[0]`, `one of ${items?.enum?.join(", ")}`, value[0]];
  return expect.arrayContaining([mustBe(property, rule, describeValue(got), fixOf(declaration))]);
};

/**
 * The JSON Schema decides which values are valid; docstrings.test.ts compares its bounds with the
 * docstrings. It cannot decide about times: the pattern also matches times that do not exist.
 */
describe.each(Object.entries<Declared>(CONSTRUCTS))("%s", (_construct, { properties, refuse }) => {
  const names = Object.keys(properties).filter(
    (name) =>
      valuesAround(properties[name]!.kind.schema ?? {}).length > 0 &&
      name !== "startingPositionTimestamp",
  );

  it.each(names)(
    "accepts what the declaration of %s allows, and refuses the rest with its rule and fix",
    (name) => {
      const declaration = properties[name]!;
      const values = valuesAround(declaration.kind.schema ?? {});

      expect(values.map((value) => [value, aboutAlone(refuse({ [name]: value }), name)])).toEqual(
        values.map((value) => [value, expectedFor(name, declaration, value)]),
      );
    },
  );
});
