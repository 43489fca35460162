import type { Resource, Values } from "./resource";

/** A state without its data sources, and without the objects that Terraform still has to destroy. */
export interface State {
  /** Stays the same for all versions of one state; empty if it is not known. */
  readonly lineage: string;
  /** Number of the version. */
  readonly serial: number;
  readonly resources: readonly Resource[];
}

/** https://developer.hashicorp.com/terraform/internals/json-format */
export interface ShownState {
  readonly values?: { readonly root_module?: Module };
}

interface Module {
  readonly resources?: readonly ShownResource[];
  readonly child_modules?: readonly Module[];
}

interface ShownResource {
  readonly address: string;
  readonly mode?: string;
  readonly type: string;
  readonly name?: string;
  readonly values: Values;
  readonly depends_on?: readonly string[];
  readonly deposed_key?: string;
}

/** A state file of Terraform 0.12 or newer. */
interface StateFile {
  readonly lineage?: string;
  readonly serial?: number;
  readonly resources?: readonly {
    readonly module?: string;
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly provider?: string;
    readonly instances: readonly {
      readonly index_key?: string | number;
      readonly attributes?: Values;
      readonly dependencies?: readonly string[];
      readonly deposed?: string;
    }[];
  }[];
}

/**
 * Reads a state file, or what `terraform show -json` prints. An empty text is the state before the
 * first apply.
 *
 * @param origin where the text is from, for the error
 * @throws if the text is neither
 */
export function parseState(json: string, origin: string): State {
  let state: StateFile & ShownState;
  try {
    state = JSON.parse(json.trim() || "{}") as StateFile & ShownState;
  } catch (error) {
    throw new Error(
      `cannot read the state in ${origin}: ${(error as Error).message}; it must be Terraform's own file (restore it from a backup), or what 'terraform show -json' prints`,
    );
  }
  const { lineage = "", serial = 0 } = state;
  const resources = "format_version" in state ? shownResources(state) : resourcesOf(state);
  return { lineage, serial, resources };
}

const resourcesOf = ({ resources = [] }: StateFile): Resource[] =>
  resources
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ module, type, name, provider, instances }) =>
      instances
        .filter(({ deposed }) => deposed === undefined)
        .map(({ index_key: key, attributes: values = {}, dependencies: dependsOn = [] }) => {
          const address = [module, type, name].filter((part) => part !== undefined).join(".");
          return {
            address: key === undefined ? address : `${address}[${JSON.stringify(key)}]`,
            type,
            name,
            values,
            dependsOn,
            provider,
          };
        }),
    );

/** The resources in a state as Terraform shows it, also as a part of a plan. */
export const shownResources = ({ values }: ShownState): Resource[] =>
  inModule(values?.root_module ?? {});

const inModule = ({ resources = [], child_modules: children = [] }: Module): Resource[] => [
  ...resources
    .filter(({ mode, deposed_key: deposed }) => mode !== "data" && deposed === undefined)
    .map(({ address, type, name = "", values, depends_on: dependsOn = [] }) => ({
      address,
      type,
      name,
      values,
      dependsOn,
    })),
  ...children.flatMap(inModule),
];
