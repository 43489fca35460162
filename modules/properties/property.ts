import type { JsonSchema } from "./json-schema";
import { PropertyType } from "./property-types";
import { isGiven, isPlainObject } from "../../pipeline/values";
import type { Problem } from "./problems";
import { PropertyChecks, PropertyReport } from "./property-checks";

/** The declaration of one property. */
export interface Property<T> {
  readonly type: PropertyType<T>;
  readonly required?: true;
  /** The value that is used if the property is left out. */
  readonly default?: T;
  /** The default that applies if nothing is passed on, for example the default of AWS. */
  readonly implicitDefault?: T;
  /** Completes an error with what to do. By default, to omit the property for its default. */
  readonly fix?: string;
}

/**
 * A declaration for each property of an interface. Used with `satisfies`, so that a property that
 * is missing here, or in the interface, does not compile.
 */
export type Properties<P> = {
  readonly [K in keyof P]-?: Property<NonNullable<P[K]>> &
    (undefined extends P[K]
      ? { readonly required?: never } & (
          | { readonly fix: string }
          | { readonly default: NonNullable<P[K]> }
          | { readonly implicitDefault: NonNullable<P[K]> }
        )
      : { readonly required: true; readonly fix: string });
};

type Table = Readonly<Record<string, Property<unknown>>>;

/** The properties of P, of which those that have a default in the table are always given. */
export type WithDefaults<P, T> = Omit<P, Defaulted<T>> & {
  readonly [K in Defaulted<T> & keyof P]-?: NonNullable<P[K]>;
};
type Defaulted<T> = {
  [K in keyof T]: T[K] extends { readonly default: unknown } ? K : never;
}[keyof T];

/** Checks each property by its declaration, and returns them with defaults and without nulls. */
export function readProperties<P extends object, T extends Table>(
  table: T & Properties<P>,
  given: P,
  checks: PropertyChecks,
): WithDefaults<P, T> {
  const entries = Object.entries<Property<unknown>>(table).map(([name, property]) => {
    const report = () => checks.report(name, fixOf(property));
    return [name, readProperty(property, (given as Record<string, unknown>)[name], report)];
  });
  return Object.fromEntries(entries) as WithDefaults<P, T>;
}

/** `report` is a function, since most properties are omitted and need none. */
function readProperty(
  property: Property<unknown>,
  value: unknown,
  report: () => PropertyReport,
): unknown {
  if (isGiven(value)) {
    return property.type.validate(value, report());
  }
  if (property.required) {
    report().addWrongType(property.type.rule, undefined);
  }
  return property.default;
}

/** The same properties without defaults, for settings that are passed on to a construct, which sets them. */
export const withoutDefaults = <T extends Table>(table: T): T =>
  Object.fromEntries(
    Object.entries(table).map(([name, { default: value, ...property }]) => [
      name,
      value === undefined ? property : { ...property, implicitDefault: value },
    ]),
  ) as unknown as T;

/** Completes an error about the property with what to do. */
export function fixOf(property: Property<unknown>): string {
  return property.fix ?? `omit it for ${String(property.default ?? property.implicitDefault)}`;
}

/** An object with these properties and no others. */
export function object<P extends object>(table: Properties<P>): PropertyType<P> {
  const declared = table as Readonly<Record<string, Property<unknown>>>;
  const names = Object.keys(declared);
  const rule = `an object with ${names.map((name) => `'${name}'`).join(", ")}`;
  return {
    rule,
    get schema(): JsonSchema {
      return objectSchema(declared);
    },
    validate: (value, report) => {
      if (!isPlainObject(value)) {
        report.addWrongType(rule, value);
        return value as P;
      }
      for (const name of Object.keys(value).filter((one) => !names.includes(one))) {
        report.at(dotted(report, name)).add(unknown(name, names));
      }
      return Object.fromEntries(
        Object.entries(declared).map(([name, property]) => {
          const part = () => report.at(dotted(report, name), fixOf(property));
          return [name, readProperty(property, value[name], part)];
        }),
      ) as P;
    },
  };
}

function unknown(name: string, known: readonly string[]): Pick<Problem, "rule" | "fix"> {
  const similar = known.find((one) => one.toLowerCase() === name.toLowerCase());
  const fix = similar ? `write '${similar}'` : `use one of ${known.join(", ")}`;
  return { rule: "is not a property", fix };
}

const dotted = ({ property }: PropertyReport, name: string): string =>
  property === "" ? name : `.${name}`;

/** The JSON Schema of an object with these properties; those of the program itself are left out. */
function objectSchema(table: Readonly<Record<string, Property<unknown>>>): JsonSchema {
  const inJson = Object.entries(table).filter(([, { type }]) => type.schema);
  return {
    type: "object",
    properties: Object.fromEntries(
      inJson.map(([name, property]) => {
        const value = property.default ?? property.implicitDefault;
        return [name, { ...property.type.schema, ...(value !== undefined && { default: value }) }];
      }),
    ),
    required: inJson.filter(([, { required }]) => required).map(([name]) => name),
    additionalProperties: false,
  };
}
