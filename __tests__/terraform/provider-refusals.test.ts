import * as fs from "node:fs";
import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { PipelineMonitoring, type PipelineMonitoringProps } from "../../modules";
import { MONITORING_PROPERTIES } from "../../modules/monitoring/monitoring";
import { oneOf } from "../../modules/properties/property-types";
import type { Property } from "../../modules/properties/property";
import { CONSTRUCTS, type Declared, errorsOf } from "../helpers/constructs";
import { REFUSED_BY_PROVIDER } from "../helpers/refused-by-provider";
import { aConsumer, type Json, ROLE_ARN } from "../helpers/synthesize";
import { type Props, tokenOf, withTokens } from "../helpers/tokens";
import { valuesAround } from "../helpers/values";
import { describeWithTerraform, initialize, synthesize } from "./harness";

type Value = string | number;

/** Leaves 124 of the 255 characters of an alarm's name. */
const LONG_ID = "a".repeat(109);

interface Checked {
  readonly name: string;
  readonly declaration: Property<unknown>;
  /** Instead of values around the declaration's bounds. */
  readonly values?: { readonly wrong: readonly Value[]; readonly valid: Value };
  /** Synthesizes a construct with a variable in this property. */
  readonly build: Parameters<typeof withTokens>[0];
}

function monitor(
  stack: Parameters<typeof aConsumer>[0],
  providers: Parameters<typeof aConsumer>[1],
  props: Partial<PipelineMonitoringProps>,
  id?: string,
): void {
  const consumer = aConsumer(stack, providers, {}, id);
  const { _stream: stream } = consumer;
  new PipelineMonitoring(stack, "monitoring", { stream, consumers: [consumer], ...props });
}

const CHECKED: readonly Checked[] = [
  ...Object.entries<Record<string, Props>>(REFUSED_BY_PROVIDER).flatMap(([construct, properties]) =>
    Object.entries(properties).map(([name, others]): Checked => {
      const declared: Declared = CONSTRUCTS[construct as keyof typeof CONSTRUCTS];
      const declaration = declared.properties[name]!;
      return {
        name,
        declaration,
        build: (tokens, stack, providers) => {
          const props = { ...others, [name]: tokenOf(declaration.type, tokens) };
          declared.create(stack, providers, props);
        },
      };
    }),
  ),
  {
    name: "metrics[0]",
    declaration: { type: oneOf(["EventCount"]), fix: "" },
    build: ({ text }, stack, providers) => void aConsumer(stack, providers, { metrics: [text] }),
  },
  {
    name: "name of a PipelineMonitoring",
    declaration: MONITORING_PROPERTIES.name,
    build: ({ text: name }, stack, providers) => monitor(stack, providers, { name }),
  },
  {
    name: "name of a PipelineMonitoring with a long id of a consumer",
    declaration: MONITORING_PROPERTIES.name,
    values: { wrong: [125, 126, 128].map((length) => "n".repeat(length)), valid: "n".repeat(124) },
    build: ({ text: name }, stack, providers) =>
      monitor(stack, providers, { name, dashboards: false }, LONG_ID),
  },
];

/** Wrong values on every side of the rule, and one valid value. */
function valuesOf({ name, declaration, values }: Checked): NonNullable<Checked["values"]> {
  if (values) {
    return values;
  }
  const { schema = {} } = declaration.type;
  const isNumber = [schema, ...(schema.anyOf ?? [])].some(({ type }) => type === "integer");
  const candidates = [
    ...valuesAround(schema).filter((one) => !Array.isArray(one)),
    ...(isNumber ? [-2, 100000] : ["x".repeat(600)]),
  ] as Value[];
  const isWrong = (one: Value): boolean => errorsOf(name, declaration, one).length > 0;
  const wrong = [...new Set(candidates.filter(isWrong))];
  const byDefault = (declaration.default ?? declaration.implicitDefault) as Value | undefined;
  const [valid = byDefault ?? ""] = candidates.filter((one) => !isWrong(one));
  return { wrong: [...wrong.slice(0, 2), ...wrong.slice(-4)], valid: byDefault ?? valid };
}

/** Stands for an attribute of another resource, whose error would keep this one from being planned. */
const ATTRIBUTES = { good_name: { default: "good" }, good_arn: { default: ROLE_ARN } };

/** The resources that use the variable, each with a variable of its own for each value. */
function resourcesFor({ build }: Checked, variable: string): [address: string, Json][] {
  return Object.entries<Record<string, Json>>(withTokens(build).resources)
    .flatMap(([type, named]) => Object.values(named).map((one) => [type, one] as const))
    .map(([type, { lifecycle: _, depends_on: __, ...rest }], index) => [
      `${type}.${variable}_${index}`,
      JSON.stringify(rest),
    ])
    .filter(([, text]) => text!.includes("var.given"))
    .map(([address, text]) => [
      address!,
      JSON.parse(
        text!
          .replaceAll("var.given", `var.${variable}`)
          .replace(/(?:data\.)?aws_\w+\.[\w-]+\.(\w+)/g, (_all, attribute: string) =>
            attribute === "name" ? "var.good_name" : "var.good_arn",
          ),
      ),
    ]);
}

describeWithTerraform("a value that only Terraform knows, without a precondition", () => {
  const cases = CHECKED.flatMap((checked, row) => {
    const { wrong, valid } = valuesOf(checked);
    return [valid, ...wrong].map((value, index) => {
      const variable = `v${row}_${index}`;
      const resources = resourcesFor(checked, variable);
      return { name: checked.name, value, isValid: index === 0, variable, resources };
    });
  });
  /** The addresses of resources that the provider refuses. */
  let refused: ReadonlySet<string>;

  /** One plan of all resources, since Terraform reports the errors of each. */
  beforeAll(async () => {
    const directory = await initialize(
      synthesize((_stack, provider) => {
        provider("producer", "111111111111");
        provider("consumer", "222222222222");
      }),
    );
    const file = path.join(directory, "cdk.tf.json");
    const resource: Record<string, Record<string, Json>> = {};
    for (const [address, body] of cases.flatMap(({ resources }) => resources)) {
      const [type = "", name = ""] = address.split(".");
      (resource[type] ??= {})[name] = body;
    }
    const variable = Object.fromEntries(
      cases.map((one) => [one.variable, { default: one.value }] as const),
    );
    const empty = JSON.parse(fs.readFileSync(file, "utf8")) as object;
    fs.writeFileSync(
      file,
      JSON.stringify({ ...empty, resource, variable: { ...variable, ...ATTRIBUTES } }),
    );
    const terraform = await findTerraform();
    const output = await terraform
      .run(directory, "plan", "-json")
      .catch((error: unknown) => (error as Error).message);
    refused = new Set(
      output
        .split("\n")
        .filter((line) => line.includes('"@level":"error"'))
        .map((line) => JSON.parse(line).diagnostic.address as string),
    );
  });

  const valuesRefused = (name: string, isValid: boolean): [Value[], Value[]] => {
    const all = cases.filter((one) => one.name === name && one.isValid === isValid);
    const found = all.filter(({ resources }) => resources.some(([one]) => refused.has(one)));
    return [all.map(({ value }) => value), found.map(({ value }) => value)];
  };

  it.each(CHECKED.map(({ name }) => name))("is refused by the provider at plan: %s", (name) => {
    const [wrong, found] = valuesRefused(name, false);
    const [, validButRefused] = valuesRefused(name, true);

    expect(wrong.length).toBeGreaterThan(2);
    expect(found).toEqual(wrong);
    expect(validButRefused).toEqual([]);
  });
});
