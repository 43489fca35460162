import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describeWithTerraform, plan, ROOT, scratch, STACK, synthesizeMain } from "./harness";
import { analytics, archive, fraud, settings } from "./settings";

const files = (directory: string): Record<string, string> =>
  Object.fromEntries(
    fs
      .readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((file) => fs.statSync(path.join(directory, file)).isFile())
      .filter((file) => file !== "settings.json")
      .sort()
      .map((file) => [file, fs.readFileSync(path.join(directory, file), "base64")]),
  );

describe("main.ts's output", () => {
  it("has the same bytes when synthesized twice", () => {
    const three = settings(analytics, archive, fraud);

    expect(files(synthesizeMain(three))).toEqual(files(synthesizeMain(three)));
  });

  it("contains no absolute path", () => {
    const outdir = synthesizeMain();

    for (const file of ["manifest.json", `${STACK}/cdk.tf.json`]) {
      const text = fs.readFileSync(path.join(outdir, file), "utf8");
      expect(text).not.toContain(ROOT);
      expect(text).not.toContain(outdir);
      expect(text).not.toContain(os.homedir() + path.sep);
    }
  });

  it("equals the golden file for the default settings", () => {
    const text = fs.readFileSync(path.join(synthesizeMain(), STACK, "cdk.tf.json"), "utf8");

    expect(text).toEqual(
      fs.readFileSync(path.join(ROOT, "__tests__", "golden", "cdk.tf.json"), "utf8"),
    );
  });
});

/** The addresses of the resources in a synthesized stack. */
function addressesIn(outdir: string): string[] {
  const text = fs.readFileSync(path.join(outdir, STACK, "cdk.tf.json"), "utf8");
  const { resource } = JSON.parse(text) as { resource: Record<string, object> };
  return Object.entries(resource)
    .flatMap(([type, resources]) => Object.keys(resources).map((id) => `${type}.${id}`))
    .sort();
}

it("keeps every consumer's addresses when another is added, removed or moved", () => {
  const two = addressesIn(synthesizeMain(settings(analytics, archive)));
  const more = addressesIn(synthesizeMain(settings(fraud, archive, analytics)));

  expect(more).toEqual(expect.arrayContaining(two));
  for (const address of more) {
    if (!two.includes(address)) {
      expect(address).toContain("consumers_fraud_");
    }
  }
});

describeWithTerraform("a plan of main.ts's output", () => {
  it("creates every resource of it after cdktf.out was moved to another directory", async () => {
    const outdir = synthesizeMain();
    const elsewhere = path.join(scratch(), "moved");
    const addresses = addressesIn(outdir);
    fs.renameSync(outdir, elsewhere);

    const created = await plan(path.join(elsewhere, STACK));

    expect(created.sort()).toEqual(addresses);
  });
});
