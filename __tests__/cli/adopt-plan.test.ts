import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../../app/terraform";
import type { RunOptions } from "../../cli/src/command";
import { startCommand } from "../helpers/terminal";
import { pathWithStandIn } from "../helpers/terraform-stand-in";
import { ROOT, scratch } from "../terraform/harness";
import { FIRST_PLAN } from "./adopted-pipelines";
import { useWorld } from "./use-world";
import { build, type Built, fromBoth, runCli } from "./world";

const world = useWorld();
let clicks: Built;
beforeAll(async () => {
  clicks = await build(world, "clicks", { isShared: true });
});

const newFile = (): string => join(scratch(), "settings.json");
const adopt = (file: string, plan: RunOptions["plan"], ...options: string[]) =>
  runCli(
    [
      ...["adopt", ...fromBoth("clicks"), "--endpoint-url", world.aws.url],
      ...["--output", file, ...options],
    ],
    { plan, settings: () => ({ references: [], credentials: [] }) },
  );
/** What is printed once the file is written. */
const ending = (stdout: string, file: string): string =>
  (stdout.split("written to ")[1] ?? "").replaceAll(file, "FILE").replaceAll(world.aws.url, "URL");

describe("adopt, where the library's repository is at hand", () => {
  it("plans what it has written, and says what the plan does in 80 columns", async () => {
    const file = newFile();
    const plan: RunOptions["plan"] = ({ name, environment, print }) => {
      expect([name, environment]).toEqual([
        "clicks",
        { AWS_ENDPOINT_URL: world.aws.url, DEPLOYMENT: file },
      ]);
      expect(existsSync(file)).toBe(true);
      print("terraform plan");
      print(`  - changes nothing for ${clicks.role}, which ${"goes on ".repeat(8)}reading`);
      return Promise.resolve(FIRST_PLAN);
    };

    const { exitCode, stdout } = await adopt(file, plan);

    expect([exitCode, ending(stdout, file)]).toEqual([
      0,
      `FILE

terraform plan
  - changes nothing for arn:aws:iam::222222222222:role/clicks, which goes on
    goes on goes on goes on goes on goes on goes on goes on reading
2 to import, 2 to add, 1 to change, 0 to destroy

Next:
  AWS_ENDPOINT_URL=URL DEPLOYMENT=FILE npm run deploy
`,
    ]);
  });

  it("ends with the exit code of the signal that interrupts planning", async () => {
    const controller = new AbortController();
    const reason = Object.assign(new Error("interrupted by SIGINT"), { exitCode: 130 });

    const { exitCode, stderr } = await runCli(
      ["adopt", ...fromBoth("clicks"), "--endpoint-url", world.aws.url, "--output", newFile()],
      {
        interruption: () => controller.signal,
        plan: () => {
          controller.abort(reason);
          return Promise.reject(reason);
        },
      },
    );

    expect([exitCode, stderr.split("\n").slice(-2)]).toEqual([130, ["interrupted by SIGINT", ""]]);
  });

  it("does not plan with --no-plan, and prints the lines that plan and deploy", async () => {
    const file = newFile();
    const plan = () => Promise.reject(new Error("planned"));

    const { exitCode, stdout } = await adopt(file, plan, "--no-plan");

    expect([exitCode, ending(stdout, file)]).toEqual([
      0,
      `FILE

Next:
  AWS_ENDPOINT_URL=URL DEPLOYMENT=FILE npm run plan
  AWS_ENDPOINT_URL=URL DEPLOYMENT=FILE npm run deploy
`,
    ]);
  });
});

describe("npm run adopt", () => {
  it("plans with Terraform, and prints only words of the plan", async () => {
    const standIn = scratch();
    writeFileSync(join(standIn, "plan.json"), JSON.stringify(FIRST_PLAN));
    const file = newFile();
    const args = [...fromBoth("clicks"), "--endpoint-url", world.aws.url, "--output", file];
    const command = startCommand(["npm", "run", "--silent", "adopt", "--", ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        CDKTF_OUTDIR: join(scratch(), "cdktf.out"),
        STAND_IN: standIn,
        PATH: pathWithStandIn(),
      },
    });

    const { code, output } = await command.ended;

    expect(ending(output, file)).toBe(`FILE

synthesize clicks
terraform init
terraform plan
This plan changes nothing for records: none is lost, none is delivered again.
2 to import, 2 to add, 1 to change, 0 to destroy

Next:
  AWS_ENDPOINT_URL=URL DEPLOYMENT=FILE npm run deploy
`);
    expect(code).toBe(0);
  });

  it.each([
    [true, pathWithStandIn],
    [false, scratch],
  ])("finds out whether Terraform is installed: %s", async (expected, path) => {
    const env = { ...process.env, PATH: path(), STAND_IN: scratch() };
    const replaced = jest.replaceProperty(process, "env", env);

    expect(await isInstalled()).toBe(expected);

    replaced.restore();
  });
});
