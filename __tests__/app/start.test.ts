import { ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { until } from "../local/two-accounts";
import { describeWithTerraform, ROOT, scratch } from "../terraform/harness";

const START = ["--import", "tsx", "program.ts", "local"];

const start = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [...START, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });

/** A PATH with everything that synth needs, but without terraform. */
function pathWithoutTerraform(): string {
  const bin = scratch();
  for (const command of ["node", "npm", "sh", "env"]) {
    const [found] = execFileSync("which", [command], {
      encoding: "utf8",
    }).split("\n");
    fs.symlinkSync(fs.realpathSync(found!), path.join(bin, command));
  }
  return bin;
}

describe("npm start", () => {
  it("synthesizes without terraform, and says where to get it", () => {
    const { stdout, stderr, status } = start([], {
      PATH: pathWithoutTerraform(),
    });

    expect(status).toBe(1);
    expect(stdout).toMatch(/^synthesize +[\d.]+ s$/m);
    expect(stdout).not.toContain("start local AWS");
    expect(stderr).toMatch(/^terraform is not on the PATH: install 1\.5\.0 or newer from https:/m);
  });
});

describeWithTerraform("npm start -- --keep", () => {
  let child: ChildProcess;
  let ended: Promise<number | null>;
  let printed = "";

  beforeAll(async () => {
    child = spawn(process.execPath, [...START, "--keep"], {
      cwd: ROOT,
      // Endpoints of the user's environment do not matter.
      env: { ...process.env, AWS_ENDPOINT_URL_KINESIS: "http://127.0.0.1:1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    ended = new Promise((resolve) => child.once("close", resolve));
    await new Promise<void>((resolve, reject) => {
      child.stdout!.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes("terraform -chdir=")) {
          resolve();
        }
      });
      void ended.then(() => reject(new Error(printed)));
    });
  });

  afterAll(() => child.kill("SIGKILL"));

  const bash = (script: string, env: NodeJS.ProcessEnv = {}, cwd = ROOT) =>
    execFileSync("bash", ["-e", "-c", script], {
      cwd,
      env: { ...process.env, ...env },
      encoding: "utf8",
    });

  const exportsOf = (account: string): string =>
    printed.split(`# the AWS CLI in account ${account}\n`)[1]!.split("\n")[0]!;

  it("shows the record in the blog's format", () => {
    expect(printed).toMatch(/"partitionKey": "samplepartitionkey3"/);
    expect(printed).toMatch(/"data": "sampledatarecord"/);
    expect(printed).toMatch(/terraform plan +[\d.]+ s {2}nothing left to change/);
  });

  it("prints lines that point the AWS CLI at each account", () => {
    const listed = bash(`${exportsOf("111111111111")}
      aws kinesis list-streams --output text --query StreamNames`);
    const functions = bash(`${exportsOf("222222222222")}
      aws lambda list-functions --output text --query 'Functions[].FunctionName'`);

    expect(listed.trim()).toBe("kds-cross-account-stream");
    expect(functions.trim()).toBe("kds-cross-account-stream-efo-consumer");
  });

  it("prints lines that point Terraform at both", () => {
    const lines = printed.slice(printed.indexOf("# Terraform ("));

    expect(bash(lines)).toContain("No changes.");
  });

  it("runs README's validation step as it is written", () => {
    const directory = scratch();
    const stack = /terraform -chdir='([^']+)'/.exec(printed)![1]!;
    const stacks = path.join(directory, "cdktf.out", "stacks");
    fs.mkdirSync(stacks, { recursive: true });
    fs.symlinkSync(stack, path.join(stacks, "cross-account-kinesis"));
    const config = path.join(directory, "aws-config");
    fs.writeFileSync(
      config,
      ["111111111111", "222222222222"]
        .map((account, index) => {
          const value = (name: string): string =>
            new RegExp(`${name}='([^']*)'`).exec(exportsOf(account))![1]!;
          return `[profile account${index + 1}]
region = ${value("AWS_REGION")}
endpoint_url = ${value("AWS_ENDPOINT_URL")}
aws_access_key_id = ${value("AWS_ACCESS_KEY_ID")}
aws_secret_access_key = ${value("AWS_SECRET_ACCESS_KEY")}
aws_session_token = ${value("AWS_SESSION_TOKEN")}
`;
        })
        .join(""),
    );
    const readme = fs.readFileSync(path.join(ROOT, "README.md"), "utf8");
    const [, block] = /^```bash\n([\s\S]*?)^```$/m.exec(readme)!;

    const found = bash(block!, { AWS_CONFIG_FILE: config }, directory);

    expect(found).toContain("samplepartitionkey3");
    expect(found).toContain("sampledatarecord");
  });

  it("ends quietly with exit code 0 on Ctrl-C, though nobody reads its output any more", async () => {
    let stderr = "";
    child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout!.destroy();
    child.kill("SIGINT");

    expect(await ended).toBe(0);
    expect(stderr.trim()).toBe("");
  });
});

describeWithTerraform("npm start, interrupted while Terraform works", () => {
  /** Those of the processes that still run. A zombie does not count. */
  const running = (pids: readonly number[]): string[] =>
    spawnSync("ps", ["-o", "pid=,stat=,args=", "-p", pids.join()], {
      encoding: "utf8",
    })
      .stdout.split("\n")
      .filter((line) => /^ *\d+ +[^Z ]/.test(line));

  const childrenOf = (pid: number): number[] =>
    execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
      .split("\n")
      .map((line) => line.trim().split(/ +/).map(Number))
      .filter(([, parent]) => parent === pid)
      .flatMap(([child]) => [child!, ...childrenOf(child!)]);

  it("leaves no process, no port and no directory behind", async () => {
    const temporary = scratch();
    const child = spawn(process.execPath, START, {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: temporary },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    const working = new Promise<void>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes("create aws_kms_key.")) {
          resolve();
        }
      });
    });
    let problems = "";
    child.stderr.on("data", (chunk: Buffer) => (problems += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    await working;
    const processes = childrenOf(child.pid!);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)![0];

    child.kill("SIGINT");
    const told = "interrupted by SIGINT";
    await until(() => Promise.resolve(problems.includes(told)));
    // npm passes Ctrl-C on to its child, which the terminal has sent the signal to.
    child.kill("SIGINT");

    expect(await ended).toBe(130);
    expect(problems.replace(told, "")).not.toContain(told);
    expect(problems).not.toContain('{"@level"');
    expect(processes.length).toBeGreaterThan(2);
    expect(running([child.pid!, ...processes])).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
    expect(fs.readdirSync(temporary).filter((name) => !name.startsWith("tsx"))).toEqual([]);
  });
});
