import { z } from "zod";
import { readJson } from "./json";
import { deployment, Settings } from "./settings";

/** One deployment, or several, each with a name and a state of its own. */
const list = z
  .object({ deployments: z.array(deployment).min(1) })
  .superRefine(({ deployments }, context) => {
    const stateOf = ({ name, backend }: Settings): string =>
      backend ? `${backend.bucket}/${backend.key}` : name;
    deployments.forEach((one, index) => {
      const path = ["deployments", index];
      const first = deployments.findIndex(({ name }) => name === one.name);
      const sharing = deployments.findIndex((other) => stateOf(other) === stateOf(one));
      if (first < index) {
        context.addIssue({
          code: "custom",
          path: [...path, "name"],
          message: `must be unique, got ${one.name} for deployments[${first}] as well`,
        });
      } else if (sharing < index) {
        context.addIssue({
          code: "custom",
          path: [...path, "backend", "key"],
          message: `must be another one for each deployment, got ${one.backend?.key} for deployments[${sharing}] as well`,
        });
      }
    });
  });

/**
 * The settings of every deployment, checked: those of the JSON file that the environment variable
 * DEPLOYMENT names, else those in cdktf.json's context. Either place has one deployment
 * (`deployment` in the context), or a list under `deployments`.
 *
 * @throws if the file cannot be read, or with every mistake and its path
 */
export function loadDeployments(context: Readonly<Record<string, unknown>>): Settings[] {
  const file = process.env.DEPLOYMENT;
  if (!file && context.deployment !== undefined && context.deployments !== undefined) {
    throw new Error(
      "invalid settings in cdktf.json, context: 'deployment' and 'deployments' are mutually exclusive, got both; move the one into the list",
    );
  }
  const isList = (given: unknown): boolean =>
    typeof given === "object" && given !== null && "deployments" in given;
  const fromContext = context.deployments === undefined ? context.deployment : context;
  const given = file ? readJson(file) : fromContext;
  const origin = file ?? `cdktf.json, context${isList(given) ? "" : ".deployment"}`;
  const result = isList(given) ? list.safeParse(given) : deployment.safeParse(given);
  if (!result.success) {
    throw new Error(`invalid settings in ${origin}:\n${z.prettifyError(result.error)}`);
  }
  return "deployments" in result.data ? result.data.deployments : [result.data];
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
