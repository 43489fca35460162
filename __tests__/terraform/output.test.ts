import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describeWithTerraform, plan, ROOT, scratch, STACK, synthesizeMain } from "./harness";
import { analytics, archive, fraud, settings } from "./settings";

jest.setTimeout(240_000);

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

describeWithTerraform("a plan of main.ts's output", () => {
  const planOf = async (...consumers: object[]): Promise<string[]> =>
    (await plan(path.join(synthesizeMain(settings(...consumers)), STACK))).created;

  it("is the same after cdktf.out was moved to another directory", async () => {
    const outdir = synthesizeMain();
    const elsewhere = path.join(scratch(), "moved");
    const before = await plan(path.join(outdir, STACK));
    fs.renameSync(outdir, elsewhere);

    const after = await plan(path.join(elsewhere, STACK));

    expect(after.created).toEqual(before.created);
  });

  it("keeps every consumer's addresses when another is added, removed or moved", async () => {
    const two = await planOf(analytics, archive);
    const more = await planOf(fraud, archive, analytics);

    expect(more).toEqual(expect.arrayContaining(two));
    for (const address of more) {
      if (!two.includes(address)) {
        expect(address).toContain("consumers_fraud_");
      }
    }
  });
});
