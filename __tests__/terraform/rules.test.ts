import { App, TerraformLocal, TerraformOutput, TerraformStack } from "cdktf";
import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { CONSUMER_PROPERTIES } from "../../modules/cross-account-consumer/consumer-properties";
import { FUNCTION_PROPERTIES } from "../../modules/lambda-function/function-properties";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping";
import { MONITORING_PROPERTIES } from "../../modules/monitoring/monitoring";
import { principalArn } from "../../modules/policies/principals";
import { STREAM_PROPERTIES } from "../../modules/producer-stream/stream";
import * as formats from "../../modules/properties/formats";
import { PropertyType, nonEmptyString, Pattern } from "../../modules/properties/property-types";
import { PropertyChecks } from "../../modules/properties/property-checks";
import { valuesAround } from "../helpers/values";
import { describeWithTerraform, scratch } from "./harness";

const KINDS: Record<string, PropertyType> = {
  ...Object.fromEntries(
    Object.entries({
      ...STREAM_PROPERTIES,
      ...CONSUMER_PROPERTIES,
      ...FUNCTION_PROPERTIES,
      ...MAPPING_PROPERTIES,
      ...MONITORING_PROPERTIES,
    }).map(([name, { type }]) => [name, type as PropertyType]),
  ),
  ...Object.fromEntries(
    Object.entries(formats).filter(
      (entry): entry is [string, Pattern] => typeof entry[1] !== "string",
    ),
  ),
  principalArn,
  nonEmptyString: nonEmptyString(),
};

const valuesFor = (type: PropertyType): (string | number)[] =>
  type === MAPPING_PROPERTIES.startingPositionTimestamp.type
    ? ["2026-01-31T08:00:00Z", "2026-02-30T08:00:00Z", "2999-01-01T00:00:00Z", "2026-01-31", ""]
    : valuesAround(type.schema ?? {}).filter((one): one is string | number => !Array.isArray(one));

const isValid = (type: PropertyType, value: string | number): boolean => {
  const checks = new PropertyChecks();
  type.validate(value, checks.report("property", "fix"));
  return checks.errors.length === 0;
};

/** Escapes `\${` and `%{`, which start an expression in a string of Terraform's configuration. */
const escaped = (value: string | number): string | number =>
  typeof value === "string" ? value.replace(/([$%])\{/g, "$1$1{") : value;

describeWithTerraform("the precondition of a token", () => {
  it("agrees with the check of a literal, for every rule, below, at and above its bounds", async () => {
    const cases = Object.entries(KINDS)
      .filter(([, type]) => type.condition)
      .flatMap(([name, type]) => valuesFor(type).map((value) => ({ name, type, value })));
    const app = new App({ outdir: scratch() });
    const stack = new TerraformStack(app, "rules");
    cases.forEach(({ type, value }, index) => {
      const local = new TerraformLocal(stack, `value${index}`, escaped(value));
      const token = typeof value === "number" ? local.asNumber : local.asString;
      new TerraformOutput(stack, `rule${index}`, { value: type.condition?.(token) });
    });
    app.synth();
    const directory = path.join(app.outdir, "stacks", "rules");
    const terraform = await findTerraform();
    await terraform.run(directory, "init");
    await terraform.run(directory, "apply", "-auto-approve");
    const outputs = JSON.parse(await terraform.run(directory, "output", "-json")) as Record<
      string,
      { value: boolean }
    >;
    const described = cases.map(({ name, value }) => `${name}: ${JSON.stringify(value)}`);

    expect(cases.length).toBeGreaterThan(300);
    expect(described.filter((_, index) => outputs[`rule${index}`]?.value)).toEqual(
      described.filter((_, index) => isValid(cases[index]!.type, cases[index]!.value)),
    );
  });
});
