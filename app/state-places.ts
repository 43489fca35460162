import * as fs from "node:fs";
import * as path from "node:path";
import { backendIn, type OutputDirectory, type RememberedBackend, shown } from "./output-directory";
import { parseState, type State } from "../pipeline/terraform/state";
import { shellWord } from "../pipeline/shell-word";
import { localStateFile } from "./state";
import type { TerraformCommands } from "./terraform";

interface StatePlacesOptions {
  /** Name of the deployment. */
  readonly name: string;
  readonly output: OutputDirectory;
  /** The private copy of the stack, in which Terraform is initialized. */
  readonly directory: string;
  /** The state that Terraform plans with. */
  readonly state: State;
  readonly terraformIn: (directory: string) => TerraformCommands;
  readonly interruption: AbortSignal;
}

/**
 * Refuses to plan without the state of what is deployed. Terraform itself compares the backend with
 * the one it was initialized with, but cannot once its directory is gone, and then plans to create
 * everything a second time.
 *
 * @throws if the state would be removed with the private copy, or if the local state file or the
 *   backend that the output directory was initialized with has a newer state
 */
export async function checkStatePlaces(options: StatePlacesOptions): Promise<void> {
  const { name, output, directory, state } = options;
  const backend = backendIn(directory) ?? { type: "local", config: { path: "terraform.tfstate" } };
  checkLocalState(backend, options);
  const local = { type: "local", config: { path: `../../../${localStateFile(name)}` } };
  const target = place(backend, output.stack(name));
  const others = [local, output.backendOf(name) ?? local]
    .map((other) => place(other, output.stack(name)))
    .filter((other) => other.id !== target.id);
  for (const other of new Map(others.map((one) => [one.id, one])).values()) {
    const found = await readState(other, options);
    if (found === undefined ? !hasResources(state) : isNewer(found, state)) {
      throw new Error(refusal({ from: other, to: target, found, state }, options));
    }
  }
}

/** A place for a state. */
interface Place extends RememberedBackend {
  readonly id: string;
  /** The file, if it is a local one. */
  readonly file?: string;
  /** The place in an error. */
  readonly shown: string;
}

function place(backend: RememberedBackend, stack: string): Place {
  const { type, config } = backend;
  if (type === "local") {
    const file = path.resolve(stack, (config.path as string | null) ?? "terraform.tfstate");
    return { ...backend, id: file, file, shown: shown(file) };
  }
  if (type === "s3") {
    const id = `s3://${String(config.bucket)}/${String(config.key)}`;
    return { ...backend, id, shown: id };
  }
  return { ...backend, id: JSON.stringify(backend), shown: `the backend "${type}"` };
}

/** @throws if Terraform would write a local state to the private copy of the stack */
function checkLocalState({ type, config }: RememberedBackend, options: StatePlacesOptions): void {
  const { name, output, directory } = options;
  if (type !== "local") {
    return;
  }
  const selected = path.join(directory, ".terraform", "environment");
  const workspace =
    process.env.TF_WORKSPACE ??
    (fs.existsSync(selected) ? fs.readFileSync(selected, "utf8").trim() : "default");
  if (workspace !== "default") {
    throw new Error(
      `the Terraform workspace must be default with a local state, got ${workspace}: its state would be in ${shown(output.path)}, which may be deleted; give these settings a 'name' or a 'backend' of their own instead`,
    );
  }
  const file = path.resolve(directory, (config.path as string | null) ?? "terraform.tfstate");
  if (!path.relative(directory, file).startsWith("..")) {
    throw new Error(
      `the local state must be outside ${shown(output.path)}, which may be deleted, got ${path.relative(directory, file)} for ${name}; correct the path of its backend in main.ts`,
    );
  }
}

const hasResources = ({ resources }: State): boolean => resources.length > 0;

/** Terraform raises the serial at each change of a state, and keeps its lineage. */
const isNewer = (other: State, state: State): boolean =>
  hasResources(other) &&
  (other.lineage === state.lineage ? other.serial > state.serial : !hasResources(state));

/** The state in another place; undefined if it cannot be read. */
async function readState(
  other: Place,
  { directory, terraformIn, interruption }: StatePlacesOptions,
): Promise<State | undefined> {
  if (other.file !== undefined) {
    return parseState(
      fs.existsSync(other.file) ? fs.readFileSync(other.file, "utf8") : "",
      shown(other.file),
    );
  }
  const reader = path.join(directory, "..", "..", "other-state");
  fs.mkdirSync(reader, { recursive: true });
  fs.writeFileSync(path.join(reader, "main.tf.json"), configurationOf(other));
  const terraform = terraformIn(reader);
  try {
    await terraform.read("init", "-input=false");
    return parseState(await terraform.read("state", "pull"), other.shown);
  } catch {
    interruption.throwIfAborted();
    return undefined;
  }
}

/** A configuration with nothing but the backend. */
function configurationOf({ type, config }: RememberedBackend): string {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
  return JSON.stringify({ terraform: { backend: { [type]: given } } });
}

interface Refusal {
  readonly from: Place;
  readonly to: Place;
  readonly found: State | undefined;
  readonly state: State;
}

function refusal({ from, to, found, state }: Refusal, options: StatePlacesOptions): string {
  const { name, output } = options;
  const stack = output.stack(name);
  const has = hasResources(state) ? "an older state" : "none";
  const seen = found
    ? `the state of ${name} in ${from.shown} has ${String(found.resources.length)} resource(s), and ${to.shown}, where these settings store it, has ${has}`
    : `${shown(stack)} was initialized with the state in ${from.shown}, which cannot be read (see the message above), and ${to.shown}, where these settings store it, has none`;
  return [
    `${seen}: Terraform would create what is deployed a second time.`,
    "To move the state, type where cdktf.json is:",
    ...moveCommands(from, to, options).map((line) => `  ${line}`),
    "To leave it where it is, restore the 'backend' of the settings. If it belongs to something else, type:",
    from.file
      ? `  mv ${typed(from.file)} ${typed(`${from.file}.old`)}`
      : `  rm -r ${typed(path.join(stack, ".terraform"))}`,
  ].join("\n");
}

/** Commands that need neither the former settings nor an initialized output directory. */
function moveCommands(from: Place, to: Place, { name, output }: StatePlacesOptions): string[] {
  if (from.file && to.file) {
    return [`mv ${typed(from.file)} ${typed(to.file)}`];
  }
  const reader = ".cache/other-state";
  const file = from.file ?? to.file ?? path.resolve(reader, localStateFile(name));
  const pull = [
    `mkdir -p ${reader}`,
    `echo ${shellWord(configurationOf(from))} > ${reader}/main.tf.json`,
    `terraform -chdir=${reader} init -reconfigure`,
    `terraform -chdir=${reader} state pull > ${typed(file)}`,
  ];
  const terraform = `terraform -chdir=${typed(output.stack(name))}`;
  const push = [
    `${environment()}npm run --silent synth`,
    `${terraform} init -reconfigure`,
    `${terraform} state push "$PWD"/${typed(file)}`,
  ];
  return [
    ...(from.file ? [] : pull),
    ...(to.file ? [] : push),
    // A local file would seem to be the state again once 'backend' is removed.
    from.file ? `mv ${typed(file)} ${typed(`${file}.moved`)}` : `rm -r ${reader}`,
  ];
}

/** The variables that a user may have set for this command only. */
const environment = (): string =>
  ["DEPLOYMENT", "CDKTF_OUTDIR"]
    .filter((variable) => process.env[variable] !== undefined)
    .map((variable) => `${variable}=${shellWord(process.env[variable] ?? "")} `)
    .join("");

/** A path in a command. */
const typed = (file: string): string => shellWord(shown(file));
