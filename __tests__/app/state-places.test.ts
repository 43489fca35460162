import * as fs from "node:fs";
import * as path from "node:path";
import { OutputDirectory } from "../../app/output-directory";
import { parseState } from "../../pipeline/terraform/state";
import { checkStatePlaces } from "../../app/state-places";
import { scratch } from "../terraform/harness";

const bucket = (key: string): object => ({
  type: "s3",
  config: { bucket: "states", key, profile: null },
});
const LOCAL = { type: "local", config: { path: "../../../terraform.orders.tfstate" } };

const stateOf = (lineage: string, serial: number, resources = 1): object => ({
  ...{ version: 4, lineage, serial },
  resources: Array.from({ length: resources }, () => ({ mode: "managed", instances: [{}] })),
});

interface Situation {
  /** The backend that the output directory was initialized with. */
  readonly remembered?: object;
  /** The backend of the settings. */
  readonly backend?: object;
  /** The state in the backend of the settings. */
  readonly state?: object;
  /** The local state file. */
  readonly local?: object;
  /** The state in the remembered bucket; `null` if it cannot be read. */
  readonly other?: object | null;
  readonly workspace?: string;
}

/** The refusal, if there is one. */
async function check({ remembered, backend = LOCAL, state, local, other, workspace }: Situation) {
  const root = scratch();
  const output = new OutputDirectory(path.join(root, "cdktf.out"));
  const directory = path.join(root, ".cdktf.run-1", "stacks", "orders");
  const write = (file: string, content: unknown): void => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  };
  write(path.join(directory, ".terraform", "terraform.tfstate"), { backend });
  if (remembered) {
    write(path.join(output.stack("orders"), ".terraform", "terraform.tfstate"), {
      backend: remembered,
    });
  }
  if (local) {
    write(path.join(root, "terraform.orders.tfstate"), local);
  }
  if (workspace) {
    write(path.join(directory, ".terraform", "environment"), workspace);
  }
  return checkStatePlaces({
    ...{ name: "orders", output, directory, interruption: new AbortController().signal },
    state: parseState(state ? JSON.stringify(state) : "", "the backend"),
    terraformIn: () => ({
      show: () => Promise.reject(new Error("not used")),
      read: (command) =>
        other === null
          ? Promise.reject(new Error("AccessDenied"))
          : Promise.resolve(command === "state" ? JSON.stringify(other) : ""),
    }),
  }).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}

describe("the place of the state", () => {
  it.each<[string, Situation]>([
    ["nothing is deployed", {}],
    [
      "the bucket of before was never used",
      { remembered: bucket("a"), backend: bucket("b"), other: stateOf("a", 1, 0) },
    ],
    [
      "the state was moved and nothing has changed since",
      { backend: bucket("a"), state: stateOf("a", 3), local: stateOf("a", 3) },
    ],
    [
      "the state was moved and everything was destroyed since",
      { backend: bucket("a"), state: stateOf("a", 9, 0), local: stateOf("a", 3) },
    ],
    [
      "the local file belongs to something else",
      { backend: bucket("a"), state: stateOf("a", 3), local: stateOf("b", 9) },
    ],
    [
      "only the profile of the backend has changed",
      {
        remembered: bucket("a"),
        backend: { type: "s3", config: { bucket: "states", key: "a", profile: "b" } },
        other: null,
      },
    ],
    [
      "the bucket of before cannot be read, but there is a state",
      { remembered: bucket("a"), backend: bucket("b"), state: stateOf("a", 3), other: null },
    ],
  ])("is accepted if %s", async (_situation, situation) => {
    expect(await check(situation)).toBeUndefined();
  });

  it.each<[string, Situation, RegExp]>([
    [
      "the local state has resources and the bucket is empty",
      { backend: bucket("a"), local: stateOf("a", 3, 2) },
      /terraform\.orders\.tfstate has 2 resource\(s\), and s3:\/\/states\/a, .*has none/,
    ],
    [
      "the local file is an older copy of the state in the bucket",
      { remembered: bucket("a"), other: stateOf("a", 5), state: stateOf("a", 3) },
      /s3:\/\/states\/a has 1 resource\(s\), and .*terraform\.orders\.tfstate, .*has an older state/,
    ],
    [
      "the bucket of before cannot be read, and there is no state",
      { remembered: bucket("a"), backend: bucket("b"), other: null },
      /was initialized with the state in s3:\/\/states\/a, which cannot be read/,
    ],
    [
      "a workspace would keep a local state in the directory of the run",
      { workspace: "dev" },
      /workspace must be default with a local state, got dev/,
    ],
    [
      "the local state would be in the directory of the run",
      { backend: { type: "local", config: { path: null } } },
      /must be outside .*cdktf\.out, .*got terraform\.tfstate for orders/,
    ],
  ])("is refused if %s", async (_situation, situation, message) => {
    expect(await check(situation)).toMatch(message);
  });
});
