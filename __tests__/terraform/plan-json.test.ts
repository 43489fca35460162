import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { parsePlan } from "../../pipeline/terraform/parse-plan";
import { describeWithTerraform, scratch } from "./harness";

/** What this Terraform prints, with a resource that needs no provider. */
describeWithTerraform("the JSON of a plan of Terraform", () => {
  const directory = scratch();
  const resource = (name: string, more = ""): string =>
    `resource "terraform_data" "${name}" {\n  input = "${name}"\n${more}}\n`;
  const FAILS = `  lifecycle {
    precondition {
      condition     = terraform_data.one.input == "other"
      error_message = "no"
    }
  }
`;
  const write = (configuration: string): void =>
    fs.writeFileSync(path.join(directory, "main.tf"), configuration);

  const run = async (...args: string[]): Promise<string> => {
    const { environment } = await findTerraform();
    const { stdout } = spawnSync("terraform", args, {
      cwd: directory,
      env: { ...process.env, ...environment },
      encoding: "utf8",
    });
    return stdout;
  };
  const planned = async (...flags: string[]): Promise<string> => {
    await run("plan", "-input=false", "-out=it.tfplan", ...flags);
    return run("show", "-json", "it.tfplan");
  };
  const actionsIn = (json: string): string[] =>
    (parsePlan(json).resource_changes ?? []).map(({ change }) => change.actions.join());

  it("is read from a first apply to a last destroy", async () => {
    write("");
    expect(actionsIn(await planned())).toEqual([]);
    write(resource("one"));
    expect(actionsIn(await planned())).toEqual(["create"]);
    write(`${resource("one")}import {\n  to = terraform_data.one\n  id = "1"\n}\n`);
    expect(actionsIn(await planned())).toEqual(["update"]);

    write(resource("one"));
    await run("apply", "-auto-approve");
    expect(actionsIn(await planned())).toEqual(["no-op"]);
    write(resource("one") + resource("two"));
    expect(actionsIn(await planned("-target=terraform_data.two"))).toEqual(["create"]);
    expect(actionsIn(await planned("-destroy"))).toEqual(["delete"]);
  });

  it("is refused if planning failed, of a refresh, and of a state", async () => {
    write(resource("one"));
    await run("apply", "-auto-approve");
    const refresh = await planned("-refresh-only");
    expect(() => parsePlan(refresh)).toThrow(/^the plan compares no resource/);
    write(resource("one") + resource("two", FAILS));
    const failed = await planned();
    expect(() => parsePlan(failed)).toThrow(/^the plan is incomplete, since planning failed/);
    const state = await run("show", "-json");
    expect(() => parsePlan(state)).toThrow(/^the input is a state, /);
    const stateFile = fs.readFileSync(path.join(directory, "terraform.tfstate"), "utf8");
    expect(() => parsePlan(stateFile)).toThrow(/^the input is a state file/);
    const log = await run("plan", "-json");
    expect(() => parsePlan(log)).toThrow(/^the input is the log/);
    const planFile = fs.readFileSync(path.join(directory, "it.tfplan"), "utf8");
    expect(() => parsePlan(planFile)).toThrow(/^the input is a plan file/);
  });
});
