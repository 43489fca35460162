import * as fs from "node:fs";
import * as path from "node:path";
import type { DeploymentSettings } from "../../cli/src/adopt/adoption";
import { programOf } from "../../cli/src/adopt/program";
import { compilerErrors, synthesizeProgram } from "../helpers/programs";
import { pathWithStandIn } from "../helpers/terraform-stand-in";
import { synthesizeMain } from "../terraform/harness";
import { PIPELINES } from "./adopted-pipelines";
import { adoption } from "./adoption";

const NAMES = Object.keys(PIPELINES) as (keyof typeof PIPELINES)[];

// cdktf asks Terraform for its version before it writes imports.
process.env.PATH = pathWithStandIn();

describe("adopt --program", () => {
  const settingsOf = async (name: keyof typeof PIPELINES): Promise<DeploymentSettings[]> => {
    const streams = await adoption(...PIPELINES[name]);
    expect(streams.flatMap(({ refused }) => refused)).toEqual([]);
    return streams.map((one) => one.settings!);
  };

  it("writes what compiles under strict", async () => {
    const all = await Promise.all(NAMES.map(settingsOf));

    expect(compilerErrors(...all.map(programOf))).toEqual([]);
  });

  it.each(NAMES)("imports and creates the same as the settings, for pipelines %s", async (name) => {
    const settings = await settingsOf(name);

    const own = synthesizeProgram(programOf(settings));
    const ofApp = path.join(synthesizeMain({ deployments: settings }), "stacks");

    expect(fs.readdirSync(own).sort()).toEqual(settings.map((one) => one.name).sort());
    for (const { name: stack, imports: ids } of settings) {
      const [written, expected] = [own, ofApp].map((stacks) => {
        const file = path.join(stacks, stack, "cdk.tf.json");
        const all = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
        const { import: imports, resource, data, provider } = all;
        return { imports, resource, data, provider };
      });
      expect(written?.imports).toHaveLength(Object.keys(ids).length);
      expect(written).toEqual(expected);
    }
  });
});
