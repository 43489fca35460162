import fc from "fast-check";
import { CrossAccountConsumer, LambdaCode, OnFailure, ProducerStream } from "../../modules";
import { CONSUMER_PROPERTIES } from "../../modules/cross-account-consumer/consumer-properties";
import { FUNCTION_PROPERTIES } from "../../modules/cross-account-consumer/function-properties";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping-properties";
import {
  STREAM_ATTRIBUTES,
  STREAM_PROPERTIES,
} from "../../modules/producer-stream/stream-properties";
import type { Kind } from "../../modules/properties/kinds";
import type { Property } from "../../modules/properties/property";
import { aConsumer, aStream, refusals, STREAM_ARN } from "../helpers/synthesize";

type Table = Readonly<Record<string, Property<unknown>>>;
type Refuse = (props: Record<string, unknown>) => string[];

const CONSTRUCTS: Record<string, readonly [Table, Refuse]> = {
  ProducerStream: [
    STREAM_PROPERTIES,
    (props) => refusals((stack, providers) => aStream(stack, providers, props)),
  ],
  "ProducerStream.fromAttributes": [
    STREAM_ATTRIBUTES,
    (props) =>
      refusals((stack) =>
        ProducerStream.fromAttributes(stack, "imported", { streamArn: STREAM_ARN, ...props }),
      ),
  ],
  CrossAccountConsumer: [
    { ...CONSUMER_PROPERTIES, ...FUNCTION_PROPERTIES, ...MAPPING_PROPERTIES },
    (props) => refusals((stack, providers) => aConsumer(stack, providers, props)),
  ],
};

/** Values of every type of JavaScript, and objects that only programs have. */
const anything = fc.oneof(
  fc.boolean(),
  fc.double(),
  fc.string(),
  fc.constantFrom("", "x y", -1, 1.5, NaN, Infinity, 10n, Symbol("x"), () => 1, new Date(0)),
  fc.array(fc.oneof(fc.integer(), fc.constant(null), fc.dictionary(fc.string(), fc.integer()))),
  fc.dictionary(fc.string(), fc.integer(), { minKeys: 1 }),
  fc.constantFrom({}, new Map(), LambdaCode, OnFailure, Object.create(null)),
);

/** The types of JSON Schema that a value has. */
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

/** A list of objects that JSON cannot express has no schema, but may be empty. */
const isEmptyList = ({ rule, schema }: Kind, value: unknown): boolean =>
  schema === undefined &&
  rule.startsWith("a list of") &&
  Array.isArray(value) &&
  value.length === 0;

const hasType = ({ kind }: Property<unknown>, value: unknown): boolean =>
  isEmptyList(kind, value) ||
  [kind.schema ?? {}, ...(kind.schema?.anyOf ?? [])].some(
    ({ type }) => type !== undefined && typesOf(value).includes(type),
  ) ||
  // A list of objects that JSON has not, such as resources, may be empty.
  (kind.rule.startsWith("a list of ") && Array.isArray(value) && value.length === 0);

describe.each(Object.entries(CONSTRUCTS))("%s", (_name, [table, refuse]) => {
  it.each(Object.keys(table))(
    "refuses %s of a wrong type with a sentence that names it",
    (name) => {
      const property = table[name]!;
      fc.assert(
        fc.property(anything, (value) => {
          fc.pre(!hasType(property, value));
          const sentences = refuse({ [name]: value });

          expect(sentences.length).toBeGreaterThan(0);
          expect(sentences.every((sentence) => sentence.startsWith(`'${name}`))).toBe(true);
          expect(sentences.every((sentence) => / must be .+, got .+; .+/.test(sentence))).toBe(
            true,
          );
        }),
        { numRuns: 25 },
      );
    },
  );

  it.each(Object.keys(table))("treats null as %s left out", (name) => {
    expect(refuse({ [name]: null })).toEqual(refuse({ [name]: undefined }));
  });

  it("names every required property that is missing", () => {
    const required = Object.entries(table).filter(([, property]) => property.required);
    const missing = Object.fromEntries(required.map(([name]) => [name, undefined]));

    expect(refuse(missing).map((sentence) => sentence.split(" ")[0])).toEqual(
      required.map(([name]) => `'${name}'`),
    );
  });
});

describe("nested properties", () => {
  const refusalOf = (props: Record<string, unknown>): string[] =>
    CONSTRUCTS.CrossAccountConsumer![1](props);

  it.each<[object, string]>([
    [{ vpc: {} }, "'vpc.subnetIds'"],
    [{ vpc: { subnetIds: "subnet-1", securityGroupIds: ["sg-1"] } }, "'vpc.subnetIds'"],
    [{ vpc: { subnetIds: [1], securityGroupIds: ["sg-1"] } }, "'vpc.subnetIds[0]'"],
    [{ vpc: { subnetIds: ["s"], securityGroupIds: null } }, "'vpc.securityGroupIds'"],
    [{ vpc: { subnetIds: ["s"], securityGroupIds: ["g"], subnets: [] } }, "'vpc.subnets'"],
    [{ environment: { NAME: 1 } }, "'environment.NAME'"],
    [{ environment: { "a b": "x" } }, "'environment.a b'"],
    [{ tags: { team: true } }, "'tags.team'"],
    [{ layers: [null] }, "'layers[0]'"],
    [{ existingFunction: { functionName: "f" }, code: undefined }, "'existingFunction.roleName'"],
  ])("are named by their path: %j", (props, path) => {
    expect(refusalOf(props as Record<string, unknown>)[0]).toContain(path);
  });

  it("leaves out entries that are null", () => {
    expect(refusalOf({ environment: { NAME: null }, tags: { team: null } })).toEqual([]);
  });
});

it("says that a stream must be one of the library's own", () => {
  const sentences = refusals(
    (stack, providers) =>
      new CrossAccountConsumer(stack, "consumer", {
        provider: providers.consumer,
        stream: Object.assign({}, aStream(stack, providers)),
        consumerName: "reader",
        code: LambdaCode.fromS3("bucket", "key"),
      }),
  );

  expect(sentences).toHaveLength(1);
  expect(sentences[0]).toContain(
    "'stream' must be a ProducerStream, or a stream from ProducerStream.fromAttributes, got ",
  );
});
