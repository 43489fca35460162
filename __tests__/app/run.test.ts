import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { OutputDirectory } from "../../app/output-directory";
import { inRunDirectory } from "../../app/run-directory";
import { type RunningCommand, startCommand } from "../helpers/terminal";
import { pathWithStandIn } from "../helpers/terraform-stand-in";
import { until } from "../local/two-accounts";
import { ROOT, scratch, STACK } from "../terraform/harness";

const PROMPT = "Apply this plan?";
const PLAN = {
  format_version: "1.2",
  resource_changes: [{ address: "a.b", type: "a", name: "b", change: { actions: ["create"] } }],
};
/** A plan that destroys stream orders. */
const LOSES = {
  format_version: "1.2",
  resource_changes: [
    {
      address: "aws_kinesis_stream.stream",
      mode: "managed",
      type: "aws_kinesis_stream",
      name: "stream",
      change: { actions: ["delete"], before: { name: "orders" }, after: null },
    },
  ],
  prior_state: {
    values: {
      root_module: {
        resources: [
          {
            address: "aws_kinesis_stream.stream",
            mode: "managed",
            type: "aws_kinesis_stream",
            name: "stream",
            values: { name: "orders" },
          },
        ],
      },
    },
  },
};

/** A place with an output directory and a stand-in for Terraform, which writes down what it is told. */
class Place {
  public readonly root = scratch();
  public readonly out = path.join(this.root, "cdktf.out");
  private readonly standIn = path.join(this.root, "stand-in");

  public readonly env = {
    ...process.env,
    CDKTF_OUTDIR: this.out,
    STAND_IN: this.standIn,
    PATH: pathWithStandIn(),
  };

  constructor() {
    fs.mkdirSync(this.standIn);
    this.tell("plan.json", JSON.stringify(PLAN));
  }

  public start(
    command: string,
    terminal = true,
    options = terminal ? [] : ["--auto-approve"],
  ): RunningCommand {
    return startCommand(["npm", "run", "--silent", command, "--", ...options], {
      ...{ cwd: ROOT, env: this.env, terminal },
    });
  }

  public tell(file: string, text = ""): void {
    fs.writeFileSync(path.join(this.standIn, file), text);
  }

  public async applying(): Promise<void> {
    await until(async () => Promise.resolve(fs.existsSync(path.join(this.standIn, "applying"))));
  }

  public get log(): string[] {
    const file = path.join(this.standIn, "log");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
  }

  public get runDirectories(): string[] {
    return fs.readdirSync(this.root).filter((name) => name.startsWith(".cdktf.run-"));
  }
}

describe("a run of plan, deploy or destroy", () => {
  it("works in a directory that only its user can read, and removes it", async () => {
    const place = new Place();

    expect((await place.start("plan").ended).code).toBe(0);

    expect(place.log).toHaveLength(4);
    for (const line of place.log) {
      expect(line).toMatch(/^(init|state|plan|show) in drwx------ .*\/\.cdktf\.run-[^/]+$/);
    }
    expect(place.runDirectories).toEqual([]);
  });

  it("applies what it has shown, although another command synthesizes and deletes cdktf.out", async () => {
    const place = new Place();
    const deploy = place.start("deploy");
    await deploy.printed(PROMPT);
    expect((await place.start("plan").ended).code).toBe(0);
    fs.rmSync(place.out, { recursive: true });
    deploy.type("yes\n");
    await place.applying();
    spawnSync("npm", ["run", "--silent", "app"], { cwd: ROOT, env: place.env });
    fs.rmSync(place.out, { recursive: true });
    const [directory = ""] = place.runDirectories;
    place.tell("go");

    expect((await deploy.ended).code).toBe(0);

    expect(place.log.at(-1)).toBe(`applies what was planned in ${place.root}/${directory}`);
    expect(place.runDirectories).toEqual([]);
    // Users go on with `terraform output` there.
    expect(fs.readdirSync(path.join(place.out, STACK)).sort()).toEqual([
      ".terraform",
      ".terraform.lock.hcl",
      "assets",
      "cdk.tf.json",
    ]);
  });

  it("uses what Terraform installed before", async () => {
    const place = new Place();
    await place.start("plan").ended;
    await place.start("plan").ended;

    expect(place.log).toEqual(
      expect.arrayContaining(["uses the provider again", "uses the lock file again"]),
    );
  });

  it("removes its directory if the plan is not approved", async () => {
    const place = new Place();
    const deploy = place.start("deploy");
    await deploy.printed(PROMPT);
    deploy.type("no\n");

    const { code, output } = await deploy.ended;

    expect(code).toBe(1);
    expect(output).toContain("not approved: nothing was changed");
    expect(place.runDirectories).toEqual([]);
  });

  describe("that loses records", () => {
    const losing = (): Place => {
      const place = new Place();
      place.tell("plan.json", JSON.stringify(LOSES));
      place.tell("go");
      return place;
    };
    const isApplied = ({ log }: Place): boolean => log.some((line) => line.startsWith("applies"));

    it.each([
      ["deploy", "yes", false],
      ["deploy", "orders", true],
      ["destroy", "yes", false],
      ["destroy", "orders", true],
    ])("asks in a %s for the name of what is lost: %s", async (command, answer, expected) => {
      const place = losing();
      const run = place.start(command);
      await run.printed(PROMPT);
      run.type(`${answer}\n`);

      const { code, output } = await run.ended;

      expect(code).toBe(expected ? 0 : 1);
      expect(output).toContain(`${PROMPT} It loses records or makes them unreadable: orders. Only`);
      expect(output.includes("nothing was changed; expected orders, got yes")).toBe(!expected);
      expect(isApplied(place)).toBe(expected);
    });

    it.each([
      [["--auto-approve"], "to apply it all the same, add --allow-loss orders\n", false],
      [["--auto-approve", "--allow-loss", "clicks"], "add --allow-loss orders\n", false],
      [
        ["--auto-approve", "--allow-loss", "orders", "--allow-loss", "clicks"],
        "clicks has no",
        true,
      ],
      [[], "add --auto-approve --allow-loss orders to apply without asking", false],
    ])("needs --allow-loss without a terminal: %j", async (options, message, expected) => {
      const place = losing();

      const { code, output } = await place.start("destroy", false, options).ended;

      expect(output).toContain(message);
      expect(code).toBe(expected ? 0 : 1);
      expect(isApplied(place)).toBe(expected);
    });
  });

  it.each(["plan", "deploy", "destroy"])(
    "lets Terraform finish %s in silence when nobody reads the output, and exits with 0",
    async (command) => {
      const place = new Place();
      place.tell("go");
      const options = command === "plan" ? [] : ["--", "--auto-approve"];
      const child = spawn("npm", ["run", "--silent", command, ...options], {
        ...{ cwd: ROOT, env: place.env },
      });
      child.stdout.destroy();
      let stderr = "";
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));

      const code = await new Promise((resolve) => child.once("close", resolve));

      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(place.log.at(-1)).toMatch(command === "plan" ? /^show/ : /^applies what was planned/);
      expect(place.runDirectories).toEqual([]);
    },
  );

  it("keeps a state that Terraform could not write, and says how to push it", async () => {
    const place = new Place();
    place.tell("fail");
    place.tell("go");

    const { code, output } = await place.start("deploy", false).ended;

    expect(code).toBe(1);
    const [, kept = ""] = /state push "\$PWD\/(.*)"/.exec(output) ?? [];
    expect(fs.readFileSync(path.join(ROOT, kept), "utf8")).toBe("state\n");
    expect(path.join(ROOT, kept)).toMatch(/\/errored\.cross-account-kinesis\.\d+\.tfstate$/);
    expect(output).toContain(
      `-chdir=${path.relative(ROOT, path.join(place.out, STACK))} state push`,
    );
    expect(place.runDirectories).toEqual([]);
  });

  /** Ways to end a command, and the exit code of one that is not in a terminal. */
  const WAYS: Record<
    string,
    [end: (command: RunningCommand) => void, terminal: boolean, code?: number]
  > = {
    SIGINT: [(command) => command.kill("SIGINT"), false, 130],
    SIGTERM: [(command) => command.kill("SIGTERM"), false, 143],
    "Ctrl-C": [(command) => command.type("\x03"), true],
    "the end of its terminal": [(command) => command.closeTerminal(), true],
  };

  it.each(Object.entries(WAYS))(
    "has Terraform finish its calls after %s, interrupting it once",
    async (_way, [end, terminal, code]) => {
      const place = new Place();
      const deploy = place.start("deploy", terminal);
      if (terminal) {
        await deploy.printed(PROMPT);
        deploy.type("yes\n");
      }
      await place.applying();
      end(deploy);
      await until(async () => Promise.resolve(place.log.includes("interrupted")));
      expect(place.runDirectories).toHaveLength(1);
      place.tell("go");

      const ended = await deploy.ended;
      await until(async () => Promise.resolve(place.runDirectories.length === 0));

      expect(place.log.filter((line) => line === "interrupted")).toHaveLength(1);
      expect(place.log.at(-1)).toMatch(/^applies what was planned/);
      if (code !== undefined) {
        expect(ended.code).toBe(code);
        expect(ended.output).toContain("interrupted by SIG");
      }
    },
  );

  it("changes nothing if its terminal is closed at the question", async () => {
    const place = new Place();
    const deploy = place.start("deploy");
    await deploy.printed(PROMPT);
    deploy.closeTerminal();

    await until(async () => Promise.resolve(place.runDirectories.length === 0));

    expect(place.log.filter((line) => line.startsWith("apply"))).toEqual([]);
  });
});

describe("the directory of a run that was killed", () => {
  const root = scratch();
  const output = new OutputDirectory(path.join(root, "cdktf.out"));
  const printed: string[] = [];
  const run = <T>(work: Parameters<typeof inRunDirectory<T>>[2]): Promise<T> =>
    inRunDirectory(output, (line) => printed.push(line), work);
  const ended = spawnSync("true").pid;
  const leave = (host: string, pid: number): string => {
    const directory = fs.mkdtempSync(path.join(root, `.cdktf.run-${host}-${String(pid)}-`));
    fs.mkdirSync(path.join(directory, "stacks", "prod"), { recursive: true });
    return directory;
  };

  it("is removed by the next run, but for a state that Terraform could not write", async () => {
    const left = leave(os.hostname(), ended);
    fs.writeFileSync(path.join(left, "stacks", "prod", "errored.tfstate"), "state");

    await run(async () => Promise.resolve());

    expect(fs.existsSync(left)).toBe(false);
    const kept = fs.readdirSync(root).filter((name) => name.startsWith("errored.prod."));
    expect(kept).toHaveLength(1);
    expect(printed).toEqual([expect.stringContaining(kept[0] ?? "")]);
  });

  it("stays while its process or its Terraform works, and on a disk of another machine", async () => {
    const worker = spawn("sleep", ["60"]);
    const left = [
      leave(os.hostname(), worker.pid ?? 0),
      leave(os.hostname(), ended),
      leave("elsewhere", ended),
    ];
    fs.writeFileSync(path.join(left[1] ?? "", "pids"), `${String(ended)}\n${String(worker.pid)}\n`);

    await run(async () => Promise.resolve());
    expect(left.map((one) => fs.existsSync(one))).toEqual([true, true, true]);

    worker.kill();
    await new Promise((resolve) => worker.once("close", resolve));
    await run(async () => Promise.resolve());
    expect(left.map((one) => fs.existsSync(one))).toEqual([false, false, true]);
  });
});
