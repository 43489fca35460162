import fc from "fast-check";
import { CrossAccountConsumer, LambdaCode, OnFailure } from "../../modules";
import type { Property } from "../../modules/properties/property";
import { CONSTRUCTS, type Declared, errorsOf } from "../helpers/constructs";
import { propertiesOf } from "../helpers/sentences";
import { aStream, refusals, synthesize } from "../helpers/synthesize";

/** Values of every JavaScript type, including objects that JSON cannot express. */
const anything = fc.oneof(
  fc.boolean(),
  fc.double(),
  fc.string(),
  fc.constantFrom("", "x y", -1, 1.5, NaN, Infinity, 10n, Symbol("x"), () => 1, new Date(0)),
  fc.array(fc.oneof(fc.integer(), fc.constant(null), fc.dictionary(fc.string(), fc.integer()))),
  fc.dictionary(fc.string(), fc.integer(), { minKeys: 1 }),
  fc.constantFrom({}, new Map(), LambdaCode, OnFailure, Object.create(null)),
);

/** The JSON Schema types of a value. */
const typesOf = (value: unknown): string[] => {
  if (Array.isArray(value)) {
    return ["array"];
  }
  if (typeof value === "number") {
    return Number.isInteger(value) ? ["integer"] : [];
  }
  const isPlain =
    typeof value === "object" &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value));
  return typeof value === "object" ? (isPlain ? ["object"] : []) : [typeof value];
};

const hasType = ({ type }: Property<unknown>, value: unknown): boolean =>
  [type.schema ?? {}, ...(type.schema?.anyOf ?? [])].some(
    ({ type }) => type !== undefined && typesOf(value).includes(type),
  ) ||
  // A list of objects that JSON cannot express, such as resources, has no schema, but may be empty.
  (type.rule.startsWith("a list of ") && Array.isArray(value) && value.length === 0);

describe.each(Object.entries<Declared>(CONSTRUCTS))("%s", (_name, declared) => {
  const { properties, create, refuse } = declared;
  const names = Object.keys(properties);

  it.each(names)("refuses a %s of a wrong type with a sentence that names the property", (name) => {
    const property = properties[name]!;
    fc.assert(
      fc.property(anything, (value) => {
        fc.pre(!hasType(property, value));
        const sentences = errorsOf(name, property, value);

        expect(sentences.length).toBeGreaterThan(0);
        expect(sentences.every((sentence) => sentence.startsWith(`'${name}`))).toBe(true);
        expect(sentences.every((sentence) => / must be .+, got .+; .+/.test(sentence))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it("refuses every property of a wrong type at once", () => {
    const sentences = refuse(Object.fromEntries(names.map((name) => [name, 10n])));

    expect(propertiesOf(sentences)).toEqual(names);
    expect(sentences.filter((sentence) => !sentence.includes(", got a bigint"))).toEqual([]);
  });

  it.each(names)("treats null as an omitted %s", (name) => {
    const property = properties[name]!;

    expect(errorsOf(name, property, null)).toEqual(errorsOf(name, property, undefined));
  });

  it("is the same with null for every optional property as without them", () => {
    const optional = names.filter((name) => !properties[name]!.required && name !== "code");
    const nulls = Object.fromEntries(optional.map((name) => [name, null]));
    const documentWith = (props: object) =>
      synthesize((stack, providers) => void create(stack, providers, { ...props })).document;

    expect(documentWith(nulls)).toEqual(documentWith({}));
  });

  it("names every required property that is missing", () => {
    const required = names.filter((name) => properties[name]!.required);
    const missing = Object.fromEntries(required.map((name) => [name, undefined]));

    expect(propertiesOf(refuse(missing))).toEqual(required);
  });
});

describe("nested properties", () => {
  const { refuse } = CONSTRUCTS.CrossAccountConsumer;

  it.each<[object, string]>([
    [{ vpc: {} }, "vpc.subnetIds"],
    [{ vpc: { subnetIds: "subnet-1", securityGroupIds: ["sg-1"] } }, "vpc.subnetIds"],
    [{ vpc: { subnetIds: [1], securityGroupIds: ["sg-1"] } }, "vpc.subnetIds[0]"],
    [{ vpc: { subnetIds: ["s"], securityGroupIds: null } }, "vpc.securityGroupIds"],
    [{ vpc: { subnetIds: ["s"], securityGroupIds: ["g"], subnets: [] } }, "vpc.subnets"],
    [{ environment: { NAME: 1 } }, "environment.NAME"],
    [{ environment: { "a b": "x" } }, "environment[0]"],
    [{ tags: { team: true } }, "tags.team"],
    [{ layers: [null] }, "layers[0]"],
    [{ existingFunction: { functionName: "f" }, code: undefined }, "existingFunction.roleName"],
  ])("are named by their path: %j", (props, path) => {
    expect(propertiesOf(refuse(props as Record<string, unknown>))[0]).toBe(path);
  });

  it("treat entries that are null as omitted", () => {
    expect(refuse({ environment: { NAME: null }, tags: { team: null } })).toEqual([]);
  });
});

it("refuses an object that only looks like a stream of the library", () => {
  const sentences = refusals(
    (stack, providers) =>
      new CrossAccountConsumer(stack, "consumer", {
        provider: providers.consumer,
        stream: Object.assign({}, aStream(stack, providers)),
        consumerName: "reader",
        code: LambdaCode.fromS3("bucket", "key"),
      }),
  );

  expect(propertiesOf(sentences)).toEqual(["stream"]);
});
