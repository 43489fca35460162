import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findTerraform } from "../local/terraform";
import { writeFormatted } from "../scripts/write-formatted";
import type { Row } from "./benchmark";
import { ROOT } from "./measure";

/** What was measured where, when and with what. Each benchmark has its own, since each may run alone. */
export interface Result {
  readonly date: string;
  readonly commit: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly system: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

/** By the benchmark's name. */
export type Results = Readonly<Record<string, Result>>;

const FILE = path.join(ROOT, "bench", "results.json");

export const readResults = (): Results =>
  fs.existsSync(FILE) ? (JSON.parse(fs.readFileSync(FILE, "utf8")) as Results) : {};

export const writeResults = (results: Results): Promise<void> =>
  writeFormatted(FILE, JSON.stringify(results), "json");

/** Everything of a result but its rows. */
export async function environment(): Promise<Omit<Result, "rows">> {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" });
  // What the run itself writes is no change of what is measured.
  const changes = git("status", "--porcelain", "--", ".", ":!bench/results.json", ":!docs");
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: `${git("rev-parse", "HEAD").slice(0, 12)}${changes ? " with changes" : ""}`,
    machine: {
      processor: os.cpus()[0]?.model ?? "unknown",
      cores: os.cpus().length,
      memoryGiB: Math.round(os.totalmem() / 2 ** 30),
      system: `${os.type()} ${os.release()} ${os.arch()}`,
    },
    versions: {
      node: process.versions.node,
      ...(await terraformVersions()),
      ...installed(ROOT, ["cdktf", "cdktf-cli", "@cdktf/provider-aws", "esbuild"]),
      ...installed(path.join(ROOT, "bench"), Object.keys(dependencies("bench"))),
    },
  };
}

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = (directory: string): Manifest =>
  JSON.parse(fs.readFileSync(path.join(directory, "package.json"), "utf8")) as Manifest;

const dependencies = (directory: string) => manifest(path.join(ROOT, directory)).dependencies;

const installed = (directory: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => [name, manifest(path.join(directory, "node_modules", name)).version]),
  );

/** The versions of Terraform and of the AWS provider that it installs here. */
async function terraformVersions(): Promise<Record<string, string>> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "versions-"));
  try {
    const terraform = await findTerraform();
    const required = { aws: { source: "hashicorp/aws", version: ">= 5.100" } };
    const file = path.join(directory, "main.tf.json");
    fs.writeFileSync(file, JSON.stringify({ terraform: { required_providers: required } }));
    await terraform.run(directory, "init");
    const found = JSON.parse(await terraform.run(directory, "version", "-json")) as {
      terraform_version: string;
      provider_selections: Record<string, string>;
    };
    const [provider = "unknown"] = Object.values(found.provider_selections);
    return { terraform: found.terraform_version, "AWS provider": provider };
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
