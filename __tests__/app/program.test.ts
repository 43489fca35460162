import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { EFFECTS_ON } from "../../app/explain/effect";
import { ROOT, scratch } from "../terraform/harness";
import { analytics, settings } from "../terraform/settings";
import { change, planOf } from "./explain/plans";
import { withoutProgress } from "../helpers/progress";

const COMMANDS = [
  ...["plan", "deploy", "destroy", "explain", "permissions"],
  ...["doctor", "status", "redrive", "diagram", "adopt", "local"],
];
/** The one reads plans, the other writes settings. */
const WITHOUT_SETTINGS = ["explain", "adopt"];
const WITH_SETTINGS = COMMANDS.filter((name) => !WITHOUT_SETTINGS.includes(name)).map((name) =>
  name === "redrive" ? [name, "--dry-run"] : [name],
);

const directory = scratch();
const file = (name: string, content: unknown): string => {
  const written = path.join(directory, name);
  fs.writeFileSync(written, typeof content === "string" ? content : JSON.stringify(content));
  return written;
};
const orders = { ...settings(analytics), name: "orders" };

interface Given {
  readonly deployment?: unknown;
  readonly input?: unknown;
  readonly env?: NodeJS.ProcessEnv;
}

const environment = ({ deployment = orders, env = {} }: Given): NodeJS.ProcessEnv => ({
  ...process.env,
  DEPLOYMENT: file("orders.json", deployment),
  CDKTF_OUTDIR: path.join(directory, "out"),
  ...env,
});

/** Runs the command line of this repository, as `npm run` does. */
const program = (args: readonly string[], given: Given = {}, node: readonly string[] = []) => {
  const ended = spawnSync(process.execPath, ["--import", "tsx", ...node, "program.ts", ...args], {
    cwd: ROOT,
    env: environment(given),
    input: JSON.stringify(given.input ?? {}),
    encoding: "utf8",
  });
  return { ...ended, stderr: withoutProgress(ended.stderr) };
};

describe("the command line of this repository", () => {
  const SPIED = path.join(directory, "spied.json");
  /** Writes down which files a process has loaded. */
  const spy = file(
    "spy.cjs",
    `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(SPIED)},
      JSON.stringify(Object.keys(require.cache))));`,
  );
  const spied = () => JSON.parse(fs.readFileSync(SPIED, "utf8")) as string[];
  const HEAVY =
    /node_modules\/(@aws-sdk|@smithy|@cdktf|cdktf|constructs)\/|^\/(local|app|modules\/(?!properties\/visible-text))/;

  it.each([["--version"], ["--help"], ...COMMANDS.map((name) => [name, "--help"])])(
    "answers %j without loading an SDK client, cdktf or the local AWS",
    (...args) => {
      const { stdout, stderr, status } = program(args, {}, ["--require", spy]);

      expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
      const files = spied();
      expect(files.length).toBeGreaterThan(10);
      expect(files.map((one) => one.replace(ROOT, "")).filter((one) => HEAVY.test(one))).toEqual(
        [],
      );
      if (args[0] === "--version") {
        expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
        return;
      }
      expect(stdout).toContain("Exit codes: 0 all is well, 1 there is a finding");
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
      const [name] = args.slice(0, -1);
      const script = name === "local" ? "start" : name;
      expect(stdout.split("\n")[0]).toBe(
        `Usage: npm ${script === "start" ? script : `run ${script ?? "<command>"}`} -- [options]`,
      );
    },
  );

  it("has every command in its help, and an npm script for each", () => {
    const { stdout } = program(["--help"]);
    const names = [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name);
    expect(names).toEqual(COMMANDS);

    const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const name of COMMANDS) {
      expect(scripts[name === "local" ? "start" : name]).toBe(
        `exec node --import tsx program.ts ${name}`,
      );
    }
  });

  it.each([
    [["nope"], "error: unknown command 'nope'"],
    [["plan", "--nmae", "a"], "error: unknown option '--nmae'\n(Did you mean --name?)"],
    [["plan", "extra"], "error: too many arguments for 'plan'"],
    [["destroy", "--replay", "a"], "error: unknown option '--replay'"],
    [["permissions", "--json", "--format", "hcl"], "'--json' cannot be used with option '--format"],
    [["local", "--stack", ".", "--settings", "prod.json"], "'--stack <directory>' cannot be used"],
    [["local", "--stack", ".", "--account", "a=1"], "'--account' must be ALIAS=ID with 12 digits"],
  ])("exits with 2 for %j", (args, message) => {
    const { stdout, stderr, status } = program(args);
    expect(stderr).toContain(message);
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  });

  it.each(WITH_SETTINGS)("exits with 2 for settings that %s cannot use", (...command) => {
    const { stdout, stderr, status } = program(command, { deployment: { ...orders, region: 1 } });
    expect(stderr).toContain("'region' must be");
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  });

  it.each([["plan"], ["status"], ["diagram", "--name", "test"]])(
    "exits with 2 unless one of several deployments is named: %j",
    (...args) => {
      const deployments = ["dev", "prod"].map((name) => ({ ...orders, name }));
      const { stderr, status } = program(args, { deployment: { deployments } });
      expect(stderr).toBe(`'--name' must be one of dev, prod, got ${args[2] ?? "none"}\n`);
      expect(status).toBe(2);
    },
  );

  it("exits with 2 for settings that the constructs refuse", () => {
    const both = { ...analytics, tumblingWindowInSeconds: 60, parallelizationFactor: 2 };
    const { stderr, status } = program(["plan"], { deployment: settings(both) });
    expect(stderr).toMatch(/mutually exclusive[^]*\nsynthesizing failed; see the message above\n$/);
    expect(status).toBe(2);
  });
});

describe("npm run diagram", () => {
  it("draws the deployment that the settings declare, from the directory of the environment", () => {
    const { stdout, stderr, status } = program(["diagram", "--format", "mermaid"], {
      deployment: { ...orders, stream: { streamName: "orders-stream" } },
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(stdout).toContain("orders-stream");
  });

  it("draws the one of several deployments that is named, and what --stack names instead", () => {
    const deployments = ["dev", "prod"].map((name, index) => ({
      ...orders,
      name,
      producer: { accountId: `${index}`.repeat(12) },
      stream: { streamName: `stream-of-${name}` },
      consumers: [{ ...analytics, roleName: name, functionName: name }],
    }));
    const named = program(["diagram", "--format", "dot", "--name", "prod"], {
      deployment: { deployments },
    });
    expect(named.stdout).toContain("stream-of-prod");
    expect(named.stdout).not.toContain("stream-of-dev");

    const stack = path.join(directory, "out", "stacks", "dev");
    const other = program(["diagram", "--format", "dot", "--stack", stack], { deployment: "{" });
    expect({ status: other.status, stderr: other.stderr }).toEqual({ status: 0, stderr: "" });
    expect(other.stdout).toContain("stream-of-dev");
  });
});

const role = (name: string) => ({ name, arn: `arn:aws:iam::222222222222:role/${name}` });
/** A plan that gives each of two roles the name of the other, which fails halfway. */
const EXCHANGE = {
  ...planOf(
    ...["one", "two"].map((name, index, { [1 - index]: other = "" }) =>
      change("replace", "aws_iam_role", name, { before: role(name), after: { name: other } }),
    ),
  ),
  prior_state: {
    values: {
      root_module: {
        resources: ["one", "two"].map((name) => ({
          address: `aws_iam_role.${name}_1A2B3C4D`,
          type: "aws_iam_role",
          values: role(name),
        })),
      },
    },
  },
};
const DESTROY = planOf(change("delete", "aws_kinesis_stream", "stream"));
const REPLAY = planOf(change("replace", "aws_lambda_event_source_mapping", "analytics"));

describe("npm run explain", () => {
  it.each([["--json"], ["--format=json"]])("exits with 0 and prints %s", (option) => {
    const { stdout, status } = program(["explain", option], { input: DESTROY });
    expect(JSON.parse(stdout)).toEqual({
      effects: [
        expect.objectContaining({
          id: "stream-destroyed",
          records: "lost",
          about: expect.objectContaining({ kind: "stream", name: "orders" }),
          sentence: expect.stringMatching(/^destroys stream/),
          address: "aws_kinesis_stream.stream_1A2B3C4D",
        }),
      ],
      refusals: [],
    });
    expect(status).toBe(0);
  });

  it("prints Markdown for a pull request", () => {
    const destroyed = program(["explain", "--format", "markdown"], { input: DESTROY });
    expect(destroyed.stdout).toMatch(
      /^### What this plan does to records\n\n\*\*Records are lost\*\*\n\n- destroys stream `orders`/,
    );
    expect(destroyed.status).toBe(0);
    const refused = program(["explain", "--format", "markdown"], { input: EXCHANGE });
    expect(refused.stdout).toContain("\n### This plan is refused\n");
    expect(refused.status).toBe(1);
  });

  it.each([
    ["lost", DESTROY, 1],
    ["waiting", DESTROY, 1],
    ["unreadable", REPLAY, 0],
    ["replayed", REPLAY, 1],
    ["refused", REPLAY, 1],
    ["waiting", planOf(), 0],
  ])("exits as --fail-on %s says", (effect, given, expected) => {
    const input = { ...given, planned_values: {} };
    const { stdout, stderr, status } = program(["explain", "--fail-on", effect], { input });
    expect(status).toBe(expected);
    expect(stdout).not.toBe("");
    expect(stderr).toBe(
      expected === 0 ? "" : `--fail-on ${effect}: 1 effect is as bad, or worse\n`,
    );
  });

  it("says in its help what --fail-on takes and every exit code", () => {
    const { stdout } = program(["explain", "--help"]);
    const bad = EFFECTS_ON.filter((one) => one !== "kept");
    expect(stdout.replace(/\s+/g, " ")).toContain(
      `(choices: ${bad.map((one) => `"${one}"`).join(", ")})`,
    );
    expect(stdout.match(/^Exit code \d/gm)).toEqual([0, 1, 2].map((one) => `Exit code ${one}`));
  });

  it.each([
    [["--fail-on", "kept"], "argument 'kept' is invalid"],
    [["--json", "--format", "markdown"], "'--json' cannot be used with option '--format"],
    [[], "the input is JSON, but no plan of Terraform; "],
  ])("exits with 2 for %j, and prints no explanation", (args, message) => {
    const { stdout, stderr, status } = program(["explain", ...args]);
    expect(stderr).toContain(message);
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  });

  it("exits with 1 for a plan that would be refused, with the reasons", () => {
    const { stdout, status } = program(["explain"], { input: EXCHANGE });
    expect(stdout).toMatch(/^this plan is refused, .*:\n {2}- .* role two for one, held by two/m);
    expect(status).toBe(1);

    const json = program(["explain", "--json"], { input: EXCHANGE });
    expect(JSON.parse(json.stdout)).toMatchObject({ refusals: [{ advice: expect.any(String) }] });
    expect(json.status).toBe(1);
  });
});

describe("a reader of the output that has gone", () => {
  /** Runs a command whose output nobody reads, as after `| head -1`. */
  const unread = (args: readonly string[], given: Given = {}) =>
    new Promise<{ stderr: string; status: number | null }>((resolve) => {
      const child = spawn(process.execPath, ["--import", "tsx", "program.ts", ...args], {
        cwd: ROOT,
        env: environment(given),
      });
      child.stdout.destroy();
      child.stdin.end(JSON.stringify(given.input ?? {}));
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      child.once("close", (status) => resolve({ stderr: withoutProgress(stderr), status }));
    });

  it.each([
    [["--help"], 0],
    [["permissions"], 0],
    [["diagram", "--format", "dot"], 0],
    [["doctor", "--permissions"], 0],
    [["status", "--permissions"], 0],
    [["redrive", "--permissions"], 0],
    [["explain"], 1],
  ])("ends %j quietly with exit code %i", async (args, status) =>
    expect(await unread(args, { input: EXCHANGE })).toEqual({ stderr: "", status }),
  );
});
