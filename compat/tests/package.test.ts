import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { manifest, pack, ROOT } from "../../__tests__/package/pack";
import { describeWithTerraform, plan, scratch } from "../../__tests__/terraform/harness";
import { Framework, Stranger } from "./stranger";

const FRAMEWORKS: Framework[] = ["cdktf", "cdktn"];

let tarball: string;
const strangers = new Map<Framework, Stranger>();
beforeAll(() => {
  ({ tarball } = pack(scratch()));
  for (const framework of FRAMEWORKS) {
    strangers.set(framework, new Stranger(tarball, framework));
  }
});

/** What a tool has to say; nothing, where it is content. */
function complaints(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: "utf8",
  });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

const tool = (file: string): string => path.join(ROOT, "compat", "node_modules", file);

describe("the packed package", () => {
  it("is what publint asks for", () => {
    expect(complaints(tool("publint/src/cli.js"), tarball, "--strict")).toBe("");
  });

  it("has types that are found and right in every kind of module resolution", () => {
    expect(complaints(tool("@arethetypeswrong/cli/dist/index.js"), tarball)).toBe("");
  });

  it("exports what etc/*.api.md say: whatever else is breaking", () => {
    expect(complaints("scripts/api-report.mjs", "--check")).toBe("");
  });
});

describe.each(FRAMEWORKS)("in a stranger's project on %s", (framework) => {
  const stranger = (): Stranger => strangers.get(framework)!;
  const stackOf = (program: string): string =>
    fs.readFileSync(path.join(stranger().synthesize(program), "cdk.tf.json"), "utf8");

  it("installs without a word about it", () => {
    expect(stranger().warnings).not.toContain(manifest.name);
    expect(stranger().warnings).not.toMatch(/ERESOLVE|peer/);
    expect(stranger().run("npm", "ls", "--all", "--depth=0")).toContain(`${manifest.name}@`);
  });

  it("is installed with one of each dependency, and one framework", () => {
    const { packages } = JSON.parse(stranger().read("node_modules/.package-lock.json")) as {
      packages: Record<string, unknown>;
    };
    const names = Object.keys(packages).map((at) => at.replace(/^.*node_modules\//, ""));
    const ours = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];

    expect(names.filter((name) => ours.includes(name)).sort()).toEqual(
      [
        "@types/aws-lambda",
        `@${framework}/provider-archive`,
        `@${framework}/provider-aws`,
        framework,
        "constructs",
      ].sort(),
    );
  });

  it("compiles README's examples under strict, as CommonJS and as ES module", () => {
    const tsc = spawnSync("npx", ["tsc"], {
      cwd: stranger().directory,
      encoding: "utf8",
    });

    expect(tsc.stdout).toBe("");
  });

  it("synthesizes the same from TypeScript, ES modules and plain JavaScript", () => {
    const [commonJs, ...others] = ["main.js", "typed.mjs", "plain.mjs", "plain.cjs"].map(stackOf);

    expect(others).toEqual([commonJs, commonJs, commonJs]);
  });

  describeWithTerraform("with the real provider", () => {
    it("plans README's example", async () => {
      const directory = stranger().synthesize("main.js");
      const file = path.join(directory, "cdk.tf.json");
      const stack = JSON.parse(fs.readFileSync(file, "utf8")) as {
        provider: { aws: Record<string, unknown>[] };
      };
      // Terraform is asked for these accounts' credentials by the harness.
      stack.provider.aws.forEach((provider, index) => {
        provider.allowed_account_ids = [`${index + 1}`.repeat(12)];
      });
      fs.writeFileSync(file, JSON.stringify(stack));

      const created = await plan(directory);

      expect(created).toHaveLength(14);
    });
  });
});
