import * as fs from "node:fs";
import * as path from "node:path";

const LOCK_FILE = ".terraform.lock.hcl";
const DATA = ".terraform";
const PROVIDERS = "providers";
/** Modules that Terraform installed, and the workspace that `terraform workspace select` chose. */
const COPIED = ["modules", "environment"];
/** The backend that Terraform was initialized with. */
const BACKEND = "terraform.tfstate";

/** A path as a user types it where cdktf.json is. */
export const shown = (file: string): string => path.relative(process.cwd(), file) || ".";

/** cdktf's output directory, in which users run Terraform themselves. */
export class OutputDirectory {
  public readonly path: string;

  constructor(outdir: string) {
    fs.mkdirSync(outdir, { recursive: true });
    // Terraform resolves the relative path of a local state from the real directory.
    this.path = fs.realpathSync(outdir);
  }

  public stack(name: string): string {
    return path.join(this.path, "stacks", name);
  }

  /** Replaces the synthesized stacks by those of a run. What Terraform wrote beside them stays. */
  public publishStacks(runDirectory: string): void {
    const stacks = path.join(runDirectory, "stacks");
    for (const name of fs.readdirSync(stacks)) {
      const stack = path.join(stacks, name);
      fs.rmSync(path.join(this.stack(name), "assets"), { recursive: true, force: true });
      for (const entry of ["cdk.tf.json", "assets"]) {
        copy(path.join(stack, entry), path.join(this.stack(name), entry));
      }
    }
    copy(path.join(runDirectory, "manifest.json"), path.join(this.path, "manifest.json"));
  }

  /** Makes a stack ready for Terraform's other commands, such as `terraform output`. */
  public publishInstallation(name: string, stackDirectory: string): void {
    const data = this.dataDirectory(name);
    copyInstallation(path.join(stackDirectory, DATA), data, [...COPIED, BACKEND]);
    copy(path.join(stackDirectory, LOCK_FILE), path.join(this.stack(name), LOCK_FILE));
  }

  /** Has Terraform use the providers that it has installed before, in the versions that it locked. */
  public lendInstallation(name: string, stackDirectory: string): void {
    const data = path.join(stackDirectory, DATA);
    copy(path.join(this.stack(name), LOCK_FILE), path.join(stackDirectory, LOCK_FILE));
    try {
      copyInstallation(this.dataDirectory(name), data, COPIED);
    } catch {
      // It is being changed by another command, or is on another disk: Terraform installs anew.
      fs.rmSync(data, { recursive: true, force: true });
    }
  }

  /** The backend that users' own Terraform commands work with; undefined before `terraform init`. */
  public backendOf(name: string): RememberedBackend | undefined {
    return rememberedBackend(this.dataDirectory(name));
  }

  private dataDirectory(name: string): string {
    return path.resolve(this.stack(name), process.env.TF_DATA_DIR ?? DATA);
  }
}

/** A backend, as `terraform init` writes it down. */
export interface RememberedBackend {
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The backend that a stack's private copy was initialized with. */
export const backendIn = (stackDirectory: string): RememberedBackend | undefined =>
  rememberedBackend(path.join(stackDirectory, DATA));

function rememberedBackend(data: string): RememberedBackend | undefined {
  const file = path.join(data, BACKEND);
  return fs.existsSync(file)
    ? (JSON.parse(fs.readFileSync(file, "utf8")) as { backend?: RememberedBackend }).backend
    : undefined;
}

function copyInstallation(from: string, to: string, entries: readonly string[]): void {
  link(path.join(from, PROVIDERS), path.join(to, PROVIDERS));
  entries.forEach((entry) => copy(path.join(from, entry), path.join(to, entry)));
}

function copy(from: string, to: string): void {
  if (fs.existsSync(from)) {
    fs.cpSync(from, to, { recursive: true });
  }
}

/** Hard links, since providers are large, and must outlive the directory they were installed in. */
function link(from: string, to: string): void {
  if (fs.statSync(from, { throwIfNoEntry: false })?.isDirectory() && !isLink(from)) {
    fs.mkdirSync(to, { recursive: true });
    fs.readdirSync(from).forEach((name) => link(path.join(from, name), path.join(to, name)));
  } else if (fs.existsSync(from) && !fs.lstatSync(to, { throwIfNoEntry: false })) {
    // Terraform links to a plugin cache or a mirror.
    (isLink(from) ? fs.symlinkSync : fs.linkSync)(fs.realpathSync(from), to);
  }
}

const isLink = (file: string): boolean => fs.lstatSync(file).isSymbolicLink();
