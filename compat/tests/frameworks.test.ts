import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, scratch, STACK } from "../../__tests__/terraform/harness";

/** What cdktf writes into a stack, where frameworks and providers may differ. */
interface Stack {
  readonly "//": { metadata: { version: string } };
  readonly terraform: {
    required_providers: Record<string, { source: string; version: string }>;
  };
}

const json = (...file: string[]) => JSON.parse(fs.readFileSync(path.join(...file), "utf8"));

/** A package's version, and that of the Terraform provider that it is made of. */
const installed = (name: string): { version: string; provider?: string } => {
  const { version, cdktf } = json(path.join(ROOT, "compat", "node_modules", name, "package.json"));
  return { version, provider: cdktf?.provider?.version };
};

describe.each([
  ["cdktf", "@cdktf", "aws"],
  ["cdktn", "@cdktn", "hashicorp/aws"],
])("on %s and the providers of %s in compat/", (framework, scope, source) => {
  const tsconfig = path.join(ROOT, "compat", `tsconfig.${framework}.json`);
  const node = (args: string[], env: NodeJS.ProcessEnv = {}): string =>
    execFileSync(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      encoding: "utf8",
    });

  it("the sources compile", () => {
    const tsc = require.resolve("typescript/bin/tsc");

    expect(node([tsc, "--noEmit", "--pretty", "-p", tsconfig])).toBe("");
  });

  it("main.ts synthesizes what it does on cdktf and AWS provider 6, but for versions", () => {
    const outdir = scratch();
    node(["--import", "tsx", "main.ts"], {
      TSX_TSCONFIG_PATH: tsconfig,
      CDKTF_OUTDIR: outdir,
    });

    const expected: Stack = json(ROOT, "__tests__", "golden", "cdk.tf.json");
    expected["//"].metadata.version = installed(framework).version;
    const { aws, archive } = expected.terraform.required_providers;
    aws!.source = source;
    aws!.version = installed(`${scope}/provider-aws`).provider!;
    archive!.version = installed(`${scope}/provider-archive`).provider!;
    expect(json(outdir, STACK, "cdk.tf.json")).toEqual(expected);
  });
});
