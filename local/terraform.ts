import { ChildProcess, execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The first version that has plantimestamp(), which the preconditions use. */
const OLDEST_TERRAFORM = "1.5.0";
const AWS = "hashicorp/aws";
const REGISTRY = "registry.terraform.io";
const INSTALL = "https://developer.hashicorp.com/terraform/install";

/** The installed Terraform. */
export interface Terraform {
  readonly hasArchiveProvider: boolean;
  /** Environment variables for running Terraform in the same way by hand. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a command in a directory. If the command fails, the error contains its output. */
  run(directory: string, ...args: string[]): Promise<string>;
  /** Like `run`, and calls `onLine` for each line of output. */
  follow(onLine: (line: string) => void, directory: string, ...args: string[]): Promise<string>;
}

let found: Promise<Terraform> | undefined;

/**
 * Finds Terraform and checks that it can install the AWS provider: from a mirror in one of
 * Terraform's usual directories or under /opt, or from the registry.
 *
 * @throws if it or the provider is missing, with how to install it
 */
export function findTerraform(): Promise<Terraform> {
  found ??= find();
  return found;
}

async function find(): Promise<Terraform> {
  await checkVersion();
  const environment = {
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    AWS_EC2_METADATA_DISABLED: "true",
    ...cliConfiguration(),
  };
  const follow: Terraform["follow"] = (onLine, directory, ...args) =>
    runTerraform(onLine, directory, args, environment);
  const terraform = {
    environment,
    follow,
    run: follow.bind(undefined, () => undefined),
  };
  const failure = await providerError(terraform, AWS, ">= 5.100");
  if (failure !== undefined) {
    throw new Error(
      `the AWS provider (${AWS} 5.100 or newer) cannot be installed: let Terraform reach its registry, or put a mirror where 'provider_installation' of the Terraform CLI configuration says\n${failure}`,
    );
  }
  const archive = await providerError(terraform, "hashicorp/archive", ">= 2.7");
  return { ...terraform, hasArchiveProvider: archive === undefined };
}

/**
 * Runs Terraform and its providers in a separate process group. Ctrl-C in the terminal does not
 * reach that group. stopTerraform() interrupts it, and it is killed when this process exits.
 */
async function runTerraform(
  onLine: (line: string) => void,
  directory: string,
  args: string[],
  environment: Record<string, string>,
): Promise<string> {
  const child = spawn("terraform", args, {
    cwd: directory,
    // A higher threshold for Go's garbage collector saves an eighth of the processor time of a start.
    env: { GOGC: "400", ...withoutEndpoints(process.env), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  running.add(child);
  let stdout = "";
  let stderr = "";
  createInterface(child.stdout).on("line", (line) => {
    stdout += `${line}\n`;
    onLine(line);
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await ended.finally(() => running.delete(child));
  if (code !== 0) {
    throw new Error(`terraform ${args.join(" ")} failed:\n${stderr.trim() || stdout}`);
  }
  return stdout;
}

/** Endpoints of the user's environment would replace those of a stack's profile. */
const withoutEndpoints = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(variables).filter(
      ([name]) =>
        !/^(AWS_ENDPOINT_URL|AWS_IGNORE_CONFIGURED_ENDPOINT_URLS|TF_AWS_\w+_ENDPOINT)/.test(name),
    ),
  );

const running = new Set<ChildProcess>();

const signal = (children: Iterable<ChildProcess>, name: NodeJS.Signals): void => {
  for (const { pid } of children) {
    if (pid !== undefined) {
      process.kill(-pid, name);
    }
  }
};

process.on("exit", () => signal(running, "SIGKILL"));

/** Interrupts running Terraform commands, as Ctrl-C does, and kills them after the grace period. */
export async function stopTerraform(graceSeconds = 20): Promise<void> {
  const stopping = [...running];
  const alive = (): ChildProcess[] => stopping.filter((child) => running.has(child));
  signal(stopping, "SIGINT");
  const deadline = Date.now() + graceSeconds * 1000;
  while (alive().length > 0 && Date.now() < deadline) {
    await setTimeout(100);
  }
  signal(alive(), "SIGKILL");
}

async function checkVersion(): Promise<void> {
  let version: string;
  try {
    const { stdout } = await execute("terraform", ["version", "-json"]);
    version = (JSON.parse(stdout) as { terraform_version: string }).terraform_version;
  } catch {
    throw new Error(
      `terraform is not on the PATH: install ${OLDEST_TERRAFORM} or newer from ${INSTALL}`,
    );
  }
  if (version.localeCompare(OLDEST_TERRAFORM, "en", { numeric: true }) < 0) {
    throw new Error(
      `terraform is ${version}, must be ${OLDEST_TERRAFORM} or newer: install one from ${INSTALL}`,
    );
  }
}

/** Terraform finds its CLI configuration, plugin cache and implied mirrors itself, but no mirror in /opt. */
function cliConfiguration(): Record<string, string> {
  const configured = process.env.TF_CLI_CONFIG_FILE;
  const own = configured ?? path.join(os.homedir(), ".terraformrc");
  const mirror = mirrorUnder(process.env.TF_PLUGIN_CACHE_DIR) ?? mirrorUnderOpt();
  if (fs.existsSync(own) || mirror === undefined) {
    return { TF_PLUGIN_CACHE_DIR: process.env.TF_PLUGIN_CACHE_DIR ?? cache() };
  }
  const root = path.join(mirror, REGISTRY);
  const providers = fs
    .readdirSync(root)
    .flatMap((owner) => fs.readdirSync(path.join(root, owner)).map((name) => `${owner}/${name}`));
  const file = inCache("terraformrc");
  const names = JSON.stringify(providers);
  const whole = `${file}.${process.pid}`;
  fs.writeFileSync(
    whole,
    `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = ${names}
  }
  direct {
    exclude = ${names}
  }
}
`,
  );
  // Another process may be reading the file, so it is replaced at once.
  fs.renameSync(whole, file);
  return { TF_CLI_CONFIG_FILE: file };
}

const mirrorUnder = (directory: string | undefined): string | undefined =>
  directory && fs.existsSync(path.join(directory, REGISTRY)) ? directory : undefined;

function mirrorUnderOpt(): string | undefined {
  const opt = "/opt";
  const children = fs.existsSync(opt) ? fs.readdirSync(opt) : [];
  return [opt, ...children.map((child) => path.join(opt, child))]
    .map(mirrorUnder)
    .find((mirror) => mirror !== undefined);
}

const inCache = (name: string): string => {
  const directory = path.resolve(__dirname, "..", ".cache");
  fs.mkdirSync(directory, { recursive: true });
  return path.join(directory, name);
};

/** Plugin cache, without which each working directory would download the provider again. */
function cache(): string {
  const directory = inCache("terraform-plugins");
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}

async function providerError(
  terraform: Pick<Terraform, "run">,
  source: string,
  version: string,
): Promise<string | undefined> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "terraform-"));
  const provider = { source, version };
  fs.writeFileSync(
    path.join(directory, "main.tf.json"),
    JSON.stringify({ terraform: { required_providers: { it: provider } } }),
  );
  try {
    await terraform.run(directory, "init", "-backend=false");
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
