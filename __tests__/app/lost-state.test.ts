import * as fs from "node:fs";
import * as path from "node:path";
import { checkLostState } from "../../app/lost-state";
import { runDeployment } from "../../app/plan-and-apply";
import { scratch } from "../terraform/harness";

const STATE = JSON.stringify({
  version: 4,
  lineage: "l",
  serial: 7,
  resources: [{ mode: "managed", type: "aws_sqs_queue", name: "q", instances: [{}] }],
});
const NOTHING = JSON.stringify({ version: 4, lineage: "l", serial: 8, resources: [] });

/** The directory of a stack, whose local state is three levels above it. */
function stackWith(files: Readonly<Record<string, string>>, backend?: object): string {
  const root = scratch();
  const directory = path.join(root, ".cdktf.run-1", "stacks", "orders");
  fs.mkdirSync(path.join(directory, ".terraform"), { recursive: true });
  if (backend) {
    const remembered = path.join(directory, ".terraform", "terraform.tfstate");
    fs.writeFileSync(remembered, JSON.stringify({ backend }));
  }
  for (const [name, content] of Object.entries(files)) {
    fs.writeFileSync(path.join(backend ? root : directory, name), content);
  }
  fs.writeFileSync(path.join(directory, "cdk.tf.json"), "{}");
  return directory;
}

const LOCAL = { type: "local", config: { path: "../../../terraform.orders.tfstate" } };
const [FILE, BACKUP] = ["terraform.orders.tfstate", "terraform.orders.tfstate.backup"];

describe("a local state file that a killed apply left empty", () => {
  it("is named, with the command that puts its backup back", () => {
    const directory = stackWith({ [FILE]: "", [BACKUP]: STATE }, LOCAL);
    const file = path.relative(process.cwd(), path.resolve(directory, "../../..", FILE));

    expect(() => checkLostState(directory)).toThrow(
      `the state file ${file} is empty, and its backup has 1 resource(s): an apply was killed while Terraform wrote the file. Without its state, Terraform would create what is deployed a second time.
Put the backup back, and run this again; it names what that apply had created by then:
  cp ${file}.backup ${file}
If all of it was removed on purpose, delete the empty file instead.`,
    );
  });

  it("is found without a backend of its own", () => {
    const directory = stackWith({ "terraform.tfstate": "", "terraform.tfstate.backup": STATE });

    expect(() => checkLostState(directory)).toThrow("terraform.tfstate is empty");
  });

  it.each<[string, Readonly<Record<string, string>>, object]>([
    ["a state", { [FILE]: STATE, [BACKUP]: STATE }, LOCAL],
    ["a state after destroy", { [FILE]: NOTHING, [BACKUP]: STATE }, LOCAL],
    ["no state yet", {}, LOCAL],
    ["an empty file without a backup", { [FILE]: "" }, LOCAL],
    ["a backup without resources", { [FILE]: "", [BACKUP]: NOTHING }, LOCAL],
    ["another backend", { [FILE]: "", [BACKUP]: STATE }, { type: "s3", config: {} }],
  ])("is not %s", (_, files, backend) => {
    expect(() => checkLostState(stackWith(files, backend))).not.toThrow();
  });

  it("stops a deployment before it plans", async () => {
    const typed: string[] = [];
    const deployment = runDeployment(
      stackWith({ [FILE]: "", [BACKUP]: STATE }, LOCAL),
      {
        show: (...args) => Promise.resolve(void typed.push(args.join(" "))),
        read: (...args) => Promise.resolve((typed.push(args.join(" ")), "")),
      },
      { command: "plan", replay: [], print: () => undefined, approve: () => Promise.resolve(true) },
    );

    await expect(deployment).rejects.toThrow("is empty, and its backup has 1 resource(s)");
    expect(typed).toEqual(["init -input=false"]);
  });
});
