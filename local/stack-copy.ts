import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { localProvider, type ProviderOptions } from "./provider";
import { listOf } from "../pipeline/values";

/** A `provider "aws"` block, as far as it is read here. */
interface AwsProvider {
  readonly alias?: string;
  readonly region?: string;
  readonly endpoints?: unknown;
  readonly allowed_account_ids?: unknown;
  readonly assume_role?: unknown;
}

interface Module {
  readonly provider?: { readonly aws?: AwsProvider | AwsProvider[] };
  readonly module?: Record<string, { readonly source?: string } | { readonly source?: string }[]>;
}

export interface Account {
  readonly id: string;
  readonly region: string;
}

interface StackCopyOptions extends ProviderOptions {
  /** Account IDs by provider alias, for providers that do not contain their account's ID. */
  readonly accounts: ReadonlyMap<string, string>;
}

interface StackCopy {
  /** Directory of the copied root module. */
  readonly directory: string;
  readonly accounts: readonly Account[];
}

// Terraform merges override files in alphabetical order, so that this one comes last.
const OVERRIDE = "zz_local_aws_override.tf.json";

/**
 * Copies a Terraform root module with its local modules, and adds an override file that replaces only
 * the backend and the endpoints and credentials of each AWS provider. The original is not changed.
 */
export async function copyAnyStack(stack: string, options: StackCopyOptions): Promise<StackCopy> {
  const root = path.resolve(stack);
  if (!fs.existsSync(root) || configurationFiles(root).length === 0) {
    throw new Error(`'--stack' must be a directory with Terraform files, got ${stack}`);
  }
  const modules = await localModules(root);
  const base = commonParent([...modules.keys()]);
  for (const module of modules.keys()) {
    fs.cpSync(module, path.join(options.directory, path.relative(base, module)), {
      recursive: true,
      filter: (file) => !/(^|\/)(\.terraform|\.git|[^/]*\.tfstate[^/]*)$/.test(file),
    });
  }
  const providers = listOf(modules.get(root)?.flatMap(({ provider }) => listOf(provider?.aws)));
  if (providers.length === 0) {
    throw new Error(`${stack} must have a 'provider "aws"' block for each account, got none`);
  }
  const accounts = providers.map((provider) => accountOf(provider, options.accounts));
  const directory = path.join(options.directory, path.relative(base, root));
  const overrides = providers.map(async ({ alias, endpoints }, index) => ({
    ...(alias && { alias }),
    ...(endpoints !== undefined && { endpoints: {} }),
    ...(await localProvider(accounts[index]?.id ?? "", { ...options, directory })),
  }));
  const override = {
    terraform: { backend: { local: {} } },
    provider: { aws: await Promise.all(overrides) },
  };
  fs.writeFileSync(path.join(directory, OVERRIDE), JSON.stringify(override, undefined, 2));
  return { directory, accounts };
}

function accountOf(provider: AwsProvider, given: ReadonlyMap<string, string>): Account {
  const { alias = "default" } = provider;
  const region = /^[\w-]+$/.exec(provider.region ?? "")?.[0] ?? "us-east-1";
  const text = JSON.stringify([provider.allowed_account_ids, provider.assume_role]);
  const id =
    given.get(alias) ?? /"(\d{12})"|arn:aws[\w-]*:iam::(\d{12}):/.exec(text)?.slice(1).join("");
  if (!id) {
    throw new Error(
      `provider aws.${alias} must contain its account ID in 'allowed_account_ids' or 'assume_role': ` +
        `add it there, or pass it as '--account ${alias}=111111111111'`,
    );
  }
  return { id, region };
}

/** The parsed files of the root module and of each module that it uses by a relative path. */
async function localModules(root: string): Promise<Map<string, Module[]>> {
  const found = new Map<string, Module[]>();
  const visit = async (directory: string): Promise<void> => {
    if (found.has(directory)) {
      return;
    }
    const files = await Promise.all(configurationFiles(directory).map(parseFile));
    found.set(directory, files);
    const sources = files
      .flatMap(({ module = {} }) => Object.values(module).flatMap((one) => listOf(one)))
      .flatMap(({ source = "" }) => (/^\.\.?(\/|$)/.test(source) ? [source] : []));
    for (const source of sources) {
      await visit(path.resolve(directory, source));
    }
  };
  await visit(root);
  return found;
}

const configurationFiles = (directory: string): string[] =>
  fs
    .readdirSync(directory)
    .filter((file) => /\.tf(\.json)?$/.test(file))
    .map((file) => path.join(directory, file));

async function parseFile(file: string): Promise<Module> {
  const text = fs.readFileSync(file, "utf8");
  return (file.endsWith(".json") ? JSON.parse(text) : await hcl().parse(file, text)) as Module;
}

/** Loaded without its types, which add the DOM's to the whole program, and only for HCL files. */
const hcl = () =>
  createRequire(__filename)("@cdktf/hcl2json") as {
    parse(file: string, text: string): Promise<unknown>;
  };

function commonParent([first = "/", ...others]: string[]): string {
  const contains = (parent: string) =>
    others.every((other) => !path.relative(parent, other).startsWith(".."));
  let parent = first;
  while (!contains(parent)) {
    parent = path.dirname(parent);
  }
  return parent;
}
