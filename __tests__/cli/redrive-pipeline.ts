import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Summary } from "../../cli/src/redrive/summary";
import { put, until } from "../local/two-accounts";
import { scratch } from "../terraform/harness";
import { build, fromBoth, runCli, type Outcome, type World } from "./world";

const KEYS = 40;

/**
 * Appends every record of its event to a file. It fails unless MODE is `up`, and reports a record
 * whose data is in REJECTS.
 */
const SOURCE = `
const fs = require("node:fs");
const { FILE, MODE, REJECTS = "", PAUSE_MILLISECONDS = "0" } = process.env;
exports.handler = async ({ Records }) => {
  for (const record of Records) {
    const data = Buffer.from(record.kinesis.data, "base64").toString();
    if (REJECTS.split(",").includes(data)) {
      return { batchItemFailures: [{ itemIdentifier: record.kinesis.sequenceNumber }] };
    }
    fs.appendFileSync(FILE, JSON.stringify(record) + "\\n");
  }
  if (MODE !== "up") throw new Error("down");
  await new Promise((resolve) => setTimeout(resolve, Number(PAUSE_MILLISECONDS)));
  return { batchItemFailures: [] };
};`;

interface SeenRecord {
  readonly kinesis: { readonly partitionKey: string; readonly data: string };
}

export interface Run {
  readonly wasKilled: boolean;
  readonly exitCode: number | null;
  readonly summary: Partial<Summary>;
}

/** A pipeline whose function can be switched between failing and working. */
export class RedrivePipeline {
  /** State of the command line on this machine. */
  readonly state = scratch();
  private readonly directory = scratch();
  private last = 0;

  private constructor(
    private readonly world: World,
    private readonly name: string,
    readonly streamArn: string,
    readonly uuid: string,
  ) {}

  static async build(
    world: World,
    name: string,
    { mapping, ...options }: NonNullable<Parameters<typeof build>[2]> = {},
  ): Promise<RedrivePipeline> {
    const { streamArn, uuid } = await build(world, name, {
      ...options,
      source: SOURCE,
      mapping: { BatchSize: 10, MaximumRetryAttempts: 0, ...mapping },
    });
    return new RedrivePipeline(world, name, streamArn, uuid);
  }

  /** Lets the function fail on everything. */
  async breakFunction(): Promise<void> {
    await this.configure({ FILE: this.file("failed") });
  }

  /** Lets the function work, with further environment variables. */
  async repairFunction(variables: Record<string, string> = {}): Promise<void> {
    await this.configure({ FILE: this.file("delivered"), MODE: "up", ...variables });
  }

  private async configure(Variables: Record<string, string>): Promise<void> {
    await this.world.consumer.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: this.name,
        Environment: { Variables },
      }),
    );
  }

  /** Puts records that the function fails on, and waits until all of them are reported. */
  async fail(count: number): Promise<void> {
    await this.breakFunction();
    await this.putFailing(count);
  }

  async putFailing(count: number): Promise<void> {
    ["failed", "delivered"].forEach((name) => fs.rmSync(this.file(name), { force: true }));
    const records = Array.from({ length: count }, () => {
      this.last += 1;
      return { key: `key-${this.last % KEYS}`, data: `${this.last}` };
    });
    await put(this.world.producer, this.streamArn, records);
    await until(async () => (await this.dryRun()).records === count);
  }

  /** What the reports say that there is to redrive. */
  async dryRun(): Promise<Summary> {
    const { stdout, stderr } = await this.redrive("--dry-run");
    if (stdout === "") {
      throw new Error(stderr);
    }
    return JSON.parse(stdout) as Summary;
  }

  /** Runs the command in this process, as someone who types `answer` when asked. */
  redriveByHand(answer: string, ...options: string[]): Promise<Outcome> {
    process.env.XDG_STATE_HOME = this.state;
    const stdin = Object.assign(Readable.from([`${answer}\n`]), { isTTY: true });
    const args = ["redrive", ...this.named, ...options, "--endpoint-url", this.world.aws.url];
    return runCli(args, { stdin });
  }

  /** Runs the command in this process. */
  redrive(...options: string[]): Promise<Outcome> {
    process.env.XDG_STATE_HOME = this.state;
    return this.world.cli("redrive", "--json", ...this.named, ...options);
  }

  /** Starts the command in a process of its own. */
  start({
    signal = "SIGKILL",
    operation = "none",
    at = 1,
    options = [] as readonly string[],
  }: {
    signal?: NodeJS.Signals;
    operation?: string;
    at?: number;
    options?: readonly string[];
  } = {}) {
    const script = path.join(__dirname, "redrive-process.ts");
    const args = [
      signal,
      operation,
      String(at),
      "redrive",
      "--yes",
      "--json",
      ...options,
      ...this.named,
    ];
    const child = spawn(
      process.execPath,
      ["--import", "tsx", script, ...args, "--endpoint-url", this.world.aws.url],
      { env: { ...process.env, XDG_STATE_HOME: this.state } },
    );
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.on("exit", (code, signal) => resolve([code, signal])),
    );
    const outcome = async (): Promise<Run> => {
      const [[exitCode, killedBy], stdout, stderr] = await Promise.all([
        ended,
        text(child.stdout),
        text(child.stderr),
      ]);
      if (killedBy === null && stdout === "") {
        throw new Error(stderr);
      }
      const summary = (stdout ? JSON.parse(stdout) : {}) as Partial<Summary>;
      return { wasKilled: killedBy !== null, exitCode, summary };
    };
    return { kill: () => child.kill("SIGKILL"), outcome: outcome() };
  }

  /** The records that the function failed on, as it got them from the mapping. */
  failed(): string[] {
    return this.lines("failed");
  }

  /** The records that the function processed since, as it got them from the redrive. */
  delivered(): string[] {
    return this.lines("delivered");
  }

  private get named(): string[] {
    return ["--mapping", this.uuid, ...fromBoth("").slice(2)];
  }

  private lines(name: string): string[] {
    const file = this.file(name);
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  }

  private file(name: string): string {
    return path.join(this.directory, name);
  }
}

const recordOf = (line: string) => JSON.parse(line) as SeenRecord;

export const dataOf = (line: string): string =>
  Buffer.from(recordOf(line).kinesis.data, "base64").toString();

/** The same records with those of a partition key together, each key's in the order given. */
export const byKey = (lines: readonly string[]): string[] =>
  [...lines].sort((a, b) =>
    recordOf(a).kinesis.partitionKey.localeCompare(recordOf(b).kinesis.partitionKey),
  );
