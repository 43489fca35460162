import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { isKinesisArn, parseArn } from "./arns";
import { misuse } from "./errors";
import type { Reference } from "./pipeline";

/** One resource of a state, in whatever module, under whatever address. */
export interface StateResource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Addresses of the resources that it was created after, without their index keys. */
  readonly dependsOn: readonly string[];
}

interface StateFile {
  readonly resources?: readonly {
    readonly module?: string;
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly index_key?: string | number;
      readonly attributes?: Record<string, unknown>;
      readonly dependencies?: readonly string[];
    }[];
  }[];
}

interface ShownResource extends Omit<StateResource, "dependsOn"> {
  readonly mode: string;
  readonly depends_on?: readonly string[];
}

interface Module {
  readonly resources?: readonly ShownResource[];
  readonly child_modules?: readonly Module[];
}

interface ShownState {
  readonly format_version?: string;
  readonly values?: { readonly root_module?: Module };
}

/**
 * Reads the state of a Terraform directory: its `terraform.tfstate`, else what `terraform show`
 * tells of it. A file is read as either of them.
 */
export async function readState(directory: string): Promise<StateResource[]> {
  if (!existsSync(directory)) {
    throw misuse(
      `'--state' must be a Terraform directory or a state file, got ${directory}, which does not exist; correct the path`,
    );
  }
  const isFile = statSync(directory).isFile();
  const file = isFile ? directory : join(directory, "terraform.tfstate");
  return resourcesOf(
    existsSync(file) ? readFileSync(file, "utf8") : await show(directory),
    directory,
  );
}

async function show(directory: string): Promise<string> {
  if (!readdirSync(directory).some((name) => /\.tf(\.json)?$/.test(name))) {
    throw misuse(
      `'--state' must be a Terraform directory or a state file, got ${directory}, which has neither configuration nor terraform.tfstate; name the directory where 'terraform apply' ran`,
    );
  }
  try {
    const { stdout } = await promisify(execFile)("terraform", ["show", "-json", "-no-color"], {
      cwd: directory,
      maxBuffer: 1024 ** 3,
    });
    return stdout;
  } catch (error) {
    const { code, stderr = "" } = error as NodeJS.ErrnoException & { stderr?: string };
    throw misuse(
      code === "ENOENT"
        ? `'--state' requires 'terraform' on the PATH to read the state of ${directory}; install it, or name a state file`
        : `'terraform show' failed in ${directory}: ${stderr.trim()}; run 'terraform init' there, or name a state file`,
    );
  }
}

function resourcesOf(text: string, origin: string): StateResource[] {
  let state: StateFile & ShownState;
  try {
    state = JSON.parse(text) as StateFile & ShownState;
  } catch (error) {
    throw misuse(
      `cannot read the state in ${origin}: ${(error as Error).message}; it must be Terraform's own file, or what 'terraform show -json' prints`,
    );
  }
  if (state.format_version !== undefined) {
    return shownResources(state.values?.root_module ?? {});
  }
  return (state.resources ?? [])
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ module, type, name, instances }) =>
      instances.map(({ index_key: key, attributes = {}, dependencies = [] }) => {
        const address = [module, type, name].filter((part) => part !== undefined).join(".");
        return {
          address: key === undefined ? address : `${address}[${JSON.stringify(key)}]`,
          type,
          values: attributes,
          dependsOn: dependencies,
        };
      }),
    );
}

const shownResources = ({
  resources = [],
  child_modules: children = [],
}: Module): StateResource[] => [
  ...resources
    .filter(({ mode }) => mode === "managed")
    .map(({ address, type, values, depends_on: dependsOn = [] }) => ({
      address,
      type,
      values,
      dependsOn,
    })),
  ...children.flatMap(shownResources),
];

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** The mappings in a state that read a Kinesis stream. */
export function referencesInState(
  resources: readonly StateResource[],
  origin: string,
): Reference[] {
  const functions = resources.filter(({ type }) => type === "aws_lambda_function");
  const references = resources
    .filter(({ type }) => type === "aws_lambda_event_source_mapping")
    .flatMap(({ values }): Reference[] => {
      const sourceArn = text(values.event_source_arn);
      const functionArn = text(values.function_arn);
      if (sourceArn === undefined || functionArn === undefined || !isKinesisArn(sourceArn)) {
        return [];
      }
      const [own] = functions.filter(
        ({ values: { arn } }) =>
          typeof arn === "string" && (functionArn === arn || functionArn.startsWith(`${arn}:`)),
      );
      return [
        {
          region: parseArn(sourceArn).region,
          functionArn,
          sourceArn,
          uuid: text(values.uuid) ?? text(values.id),
          roleArn: text(own?.values.role),
          destinationArn: destinationIn(values.destination_config),
        },
      ];
    });
  if (references.length === 0) {
    throw misuse(
      `the state in ${origin} has ${resources.length} resources, but no event source mapping that reads a Kinesis stream; name the directory of the stack that has one, or use --function`,
    );
  }
  return references;
}

function destinationIn(config: unknown): string | undefined {
  const [block] = (config ?? []) as { on_failure?: { destination_arn?: string }[] }[];
  return text(block?.on_failure?.[0]?.destination_arn);
}
