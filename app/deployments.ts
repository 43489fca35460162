import { describeValue, mustBe, render } from "../modules/properties/problems";
import { isPlainObject } from "../pipeline/values";
import { PropertyChecks } from "../modules/properties/property-checks";
import { accountResolver } from "./accounts";
import { readJson } from "./json";
import { MergedSettings } from "./merged-settings";
import { outputName } from "./outputs";
import { ConsumerInput, DeploymentInput, Settings } from "./settings";
import { deployment, deployments } from "./settings-properties";

/**
 * Reads and checks the settings of all deployments, from the JSON file that the environment variable
 * DEPLOYMENT names, or from cdktf.json's context. Both contain either one deployment (`deployment` in
 * the context), or a list under `deployments`, with shared settings under `shared`.
 *
 * @throws if the file cannot be read, or one error with every mistake and its path
 */
export function loadDeployments(context: Readonly<Record<string, unknown>>): Settings[] {
  const file = process.env.DEPLOYMENT;
  const { deployment: only, deployments: several, shared } = context;
  const ofList = several === undefined ? "shared" : "deployments";
  if (!file && only !== undefined && context[ofList] !== undefined) {
    throw new Error(
      `invalid settings in cdktf.json, context: 'deployment' and '${ofList}' are mutually exclusive, got both; move the one into a list under 'deployments'`,
    );
  }
  const fromContext = several === undefined ? only : { shared, deployments: several };
  const given = file ? readJson(file) : fromContext;
  const isList = isPlainObject(given) && "deployments" in given;
  const origin = file ?? `cdktf.json, context${isList ? "" : ".deployment"}`;
  const checks = new PropertyChecks();
  const settings = isPlainObject(given)
    ? readSettings(given, isList, checks)
    : notAnObject(given, checks);
  if (checks.errors.length > 0) {
    const mistakes = checks.errors.map((error) => `  - ${render(error)}`).join("\n");
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
  if (isList) {
    return readList(given, checks);
  }
  const read = deployment.validate(given, checks.report("", "correct the settings"));
  // Rules that span several properties need valid properties.
  return checks.errors.length > 0 ? [] : [resolveDeployment(read as CheckedDeployment, checks, "")];
}

function readList(given: unknown, checks: PropertyChecks): Settings[] {
  const { shared = {}, ...list } = deployments.validate(
    given,
    checks.report("", "correct the settings"),
  );
  if (checks.errors.length > 0) {
    return [];
  }
  const settings = list.deployments.flatMap((one, index) =>
    readListed(one, `deployments[${index}]`, shared, checks),
  );
  if (checks.errors.length === 0) {
    checkStates(settings, checks);
  }
  return settings;
}

/** The settings of one deployment in a list; none if there are mistakes. */
function readListed(
  given: Readonly<Record<string, unknown>>,
  path: string,
  shared: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  checks: PropertyChecks,
): Settings[] {
  const own = new PropertyChecks();
  const merged = new MergedSettings(given, path, shared, own);
  const hasMistakes = (): boolean => own.errors.length > 0;
  const read = hasMistakes()
    ? undefined
    : deployment.validate(merged.value, own.report(path, "correct the settings"));
  const settings =
    read && !hasMistakes() ? [resolveDeployment(read as CheckedDeployment, own, `${path}.`)] : [];
  // Deployments that extend the same settings have the same mistakes; each is reported once.
  const known = new Set(checks.errors.map(render));
  own.errors
    .map((error) =>
      typeof error === "string" ? error : { ...error, property: merged.pathInFile(error.property) },
    )
    .filter((error) => !known.has(render(error)))
    .forEach((error) => checks.addError(error));
  return settings;
}

/** Input whose properties have been checked, with the defaults set. */
type CheckedDeployment = Omit<DeploymentInput, "consumers"> &
  Required<Pick<DeploymentInput, "name" | "accounts" | "writers">> & {
    readonly consumers: readonly (ConsumerInput & { readonly code: string })[];
  };

/**
 * Checks the rules that span several properties of a deployment, and inserts its declared accounts.
 *
 * @param path of the deployment, ending in a dot; empty if it is the only one
 */
function resolveDeployment(
  { $schema: _schema, ...given }: CheckedDeployment,
  checks: PropertyChecks,
  path: string,
): Settings {
  const accountOf = accountResolver(given.accounts, checks);
  const producer = accountOf(given.producer, `${path}producer`);
  const consumers = given.consumers.map((one, index) => ({
    ...one,
    id: one.id ?? one.consumerName,
    account: accountOf(one.account, `${path}consumers[${index}].account`),
  }));
  for (const property of ["consumerName", "id"] as const) {
    consumers.forEach((one, index) => {
      const first = consumers.findIndex((other) => isSame(other[property], one[property]));
      if (first < index && (property === "consumerName" || !isSame(one.id, one.consumerName))) {
        checks.addError(
          mustBe(
            `${path}consumers[${index}].${property}`,
            "unique (dots count as hyphens)",
            `${one[property]} for consumers[${first}] as well`,
            "rename one of them",
          ),
        );
      }
    });
  }
  return { ...given, producer, consumers };
}

/** Names of Terraform outputs must not contain dots, so dots count as hyphens. */
const isSame = (one: string, other: string): boolean => outputName(one) === outputName(other);

/** Names and states of deployments must be unique. */
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
 * Finds the deployment for a command.
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
