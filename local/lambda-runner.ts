import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import { ExecutionEnvironment, type Outcome } from "./execution-environment";
import type { Functions } from "./functions";
import type { LogWriter } from "./log-writer";

// Lambda starts as many environments as there are concurrent batches; a laptop should not.
const ENVIRONMENT_LIMIT = 16;

interface Pool {
  readonly key: string;
  configuration: FunctionConfiguration;
  /** Idle environments by the lane that used them last: its log stays in one stream, in order. */
  readonly idle: Map<string, ExecutionEnvironment>;
  readonly all: Set<ExecutionEnvironment>;
  /** Environments that are or are being started. */
  count: number;
  readonly waiting: (() => void)[];
}

/** Runs functions from their real zips, each environment in a process of its own that stays warm. */
export class LambdaRunner {
  private readonly root = mkdtempSync(join(tmpdir(), "local-aws-"));
  private stopped = false;
  private readonly pools = new Map<string, Pool>();

  constructor(
    private readonly functions: Functions,
    private readonly logs: LogWriter,
    private readonly variables: (
      roleArn: string,
    ) => Promise<Record<string, string>>,
  ) {}

  /** Why a function can't run on this machine; undefined when it can. */
  whyNot(
    functionArn: string,
    configuration: FunctionConfiguration,
  ): string | undefined {
    const { PackageType: type, Runtime: runtime } = configuration;
    if (type === "Image")
      return `${functionArn} can't be run in the local AWS: it is a container image, and only zips of a Node.js runtime are run`;
    if (!runtime?.startsWith("nodejs"))
      return `${functionArn} can't be run in the local AWS: its runtime is ${runtime}, and only Node.js runtimes are run`;
    if (!this.functions.zip(functionArn))
      return `${functionArn} can't be run in the local AWS: its code was not found in S3`;
    return undefined;
  }

  async invoke(
    functionArn: string,
    configuration: FunctionConfiguration,
    event: unknown,
    lane: string,
  ): Promise<Outcome> {
    const pool = this.pool(functionArn, configuration);
    const environment = await this.take(pool, lane, functionArn, configuration);
    const requestId = randomUUID();
    const outcome = await environment.invoke(requestId, event);
    if (environment.alive && this.pools.get(functionArn) === pool)
      pool.idle.set(lane, environment);
    else {
      pool.count--;
      pool.all.delete(environment);
      void environment.stop();
    }
    pool.waiting.shift()?.();
    return outcome;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const all = [...this.pools.values()].flatMap((pool) => [...pool.all]);
    this.pools.clear();
    await Promise.all(all.map((environment) => environment.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }

  private pool(
    functionArn: string,
    configuration: FunctionConfiguration,
  ): Pool {
    const last = this.pools.get(functionArn);
    // Settings are read once per change, so the same object means the same settings.
    if (last?.configuration === configuration) return last;
    const { LastModified: _, ...settings } = configuration;
    const zip = this.functions.zip(functionArn) ?? Buffer.alloc(0);
    const key = createHash("sha256")
      .update(zip)
      .update(JSON.stringify(settings))
      .digest("hex");
    if (last?.key === key) {
      last.configuration = configuration;
      return last;
    }
    // New code or settings: environments that are idle end now, the others after their invocation.
    last?.idle.forEach((environment) => void environment.stop());
    const pool: Pool = {
      key,
      configuration,
      idle: new Map(),
      all: new Set(),
      count: 0,
      waiting: [],
    };
    this.pools.set(functionArn, pool);
    return pool;
  }

  private mustRun(): void {
    if (this.stopped) throw new Error("the local AWS has been stopped");
  }

  private async take(
    pool: Pool,
    lane: string,
    functionArn: string,
    configuration: FunctionConfiguration,
  ): Promise<ExecutionEnvironment> {
    for (;;) {
      this.mustRun();
      const full = pool.count >= ENVIRONMENT_LIMIT;
      const [used] = pool.idle.has(lane)
        ? [lane]
        : full
          ? pool.idle.keys()
          : [];
      const environment = used === undefined ? undefined : pool.idle.get(used);
      if (environment && used !== undefined) {
        pool.idle.delete(used);
        return environment;
      }
      if (!full) return this.start(pool, functionArn, configuration);
      await new Promise<void>((free) => pool.waiting.push(free));
    }
  }

  private async start(
    pool: Pool,
    functionArn: string,
    configuration: FunctionConfiguration,
  ) {
    pool.count++;
    try {
      const variables = await this.variables(configuration.Role ?? "");
      this.mustRun();
      const zip = this.functions.zip(functionArn) ?? Buffer.alloc(0);
      const code = this.unpack(pool.key, zip);
      const environment = new ExecutionEnvironment(
        configuration,
        code,
        this.logs,
        variables,
      );
      pool.all.add(environment);
      return environment;
    } catch (error) {
      pool.count--;
      throw error;
    }
  }

  private unpack(key: string, zip: Buffer): string {
    const directory = join(this.root, key);
    if (existsSync(directory)) return directory;
    mkdirSync(directory, { recursive: true });
    for (const [name, content] of Object.entries(unzipSync(zip))) {
      const file = resolve(directory, name);
      if (!file.startsWith(directory + sep) || name.endsWith("/")) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    // Lambda's Node runtimes bring the AWS SDK.
    const sdk = join(dirname(__dirname), "node_modules", "@aws-sdk");
    const place = join(directory, "node_modules", "@aws-sdk");
    if (existsSync(sdk) && !existsSync(place)) {
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(sdk, place, "dir");
    }
    return directory;
  }
}
