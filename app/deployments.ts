import { describeValue } from "../modules/properties/sentences";
import { isPlainObject } from "../modules/properties/kinds";
import { PropertyChecks } from "../modules/properties/property-checks";
import { readJson } from "./json";
import { CheckedDeployment, resolveDeployment, Settings } from "./settings";
import { deployment, deployments } from "./settings-properties";

/**
 * The settings of every deployment, checked: those of the JSON file that the environment variable
 * DEPLOYMENT names, else those in cdktf.json's context. Either place has one deployment
 * (`deployment` in the context), or a list under `deployments`.
 *
 * @throws if the file cannot be read, or one error with every mistake and its path
 */
export function loadDeployments(context: Readonly<Record<string, unknown>>): Settings[] {
  const file = process.env.DEPLOYMENT;
  if (!file && context.deployment !== undefined && context.deployments !== undefined) {
    throw new Error(
      "invalid settings in cdktf.json, context: 'deployment' and 'deployments' are mutually exclusive, got both; move the one into the list",
    );
  }
  const fromContext =
    context.deployments === undefined ? context.deployment : { deployments: context.deployments };
  const given = file ? readJson(file) : fromContext;
  const isList = isPlainObject(given) && "deployments" in given;
  const origin = file ?? `cdktf.json, context${isList ? "" : ".deployment"}`;
  const checks = new PropertyChecks();
  const settings = isPlainObject(given)
    ? readSettings(given, isList, checks)
    : notAnObject(given, checks);
  if (checks.errors.length > 0) {
    const mistakes = checks.errors.map((error) => `  - ${error}`).join("\n");
    throw new Error(`invalid settings in ${origin}:\n${mistakes}`);
  }
  return settings;
}

function notAnObject(given: unknown, checks: PropertyChecks): Settings[] {
  checks.addError(
    `the settings must be an object, got ${describeValue(given)}; see 'context.deployment' in cdktf.json for an example`,
  );
  return [];
}

function readSettings(given: unknown, isList: boolean, checks: PropertyChecks): Settings[] {
  const report = checks.report("", "correct the settings", "");
  const all = isList
    ? deployments.read(given, report).deployments
    : [deployment.read(given, report)];
  // Rules that span properties rely on the properties.
  if (checks.errors.length > 0) {
    return [];
  }
  const settings = all.map((one, index) =>
    resolveDeployment(one as CheckedDeployment, checks, isList ? `deployments[${index}].` : ""),
  );
  checkStates(settings, checks);
  return settings;
}

/** Each deployment has a name and a state of its own. */
function checkStates(all: readonly Settings[], checks: PropertyChecks): void {
  const stateOf = ({ name, backend }: Settings): string =>
    backend ? `${backend.bucket}/${backend.key}` : name;
  all.forEach((one, index) => {
    const first = all.findIndex(({ name }) => name === one.name);
    const sharing = all.findIndex((other) => stateOf(other) === stateOf(one));
    if (first < index) {
      checks.addError(
        `'deployments[${index}].name' must be unique, got ${one.name} for deployments[${first}] as well; rename one of them`,
      );
    } else if (sharing < index) {
      checks.addError(
        `'deployments[${index}].backend.key' must be another one for each deployment, got ${one.backend?.key} for deployments[${sharing}] as well; change one of them`,
      );
    }
  });
}

/**
 * The one deployment that a command is about.
 *
 * @throws if there are several and none is named, or none has the name
 */
export function chooseDeployment(deployments: readonly Settings[], name?: string): Settings {
  const [only, ...others] = deployments.filter((one) => name === undefined || one.name === name);
  if (!only || others.length > 0) {
    const names = deployments.map((one) => one.name).join(", ");
    throw new Error(`'--name' must be one of ${names}, got ${name ?? "none"}`);
  }
  return only;
}
