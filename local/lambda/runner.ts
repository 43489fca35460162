import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import type { Functions } from "../aws/functions";
import { ExecutionEnvironment, type Outcome } from "./execution-environment";
import type { LogWriter } from "./log-writer";

// Lambda starts as many environments as there are concurrent batches; a laptop should not.
const ENVIRONMENT_LIMIT = 16;

/** One of a function's environments, and those before it; invocations take turns. */
interface Slot {
  settings: string;
  environment?: ExecutionEnvironment;
  turn: Promise<unknown>;
}

/** Runs functions from their real zips, each environment in a process of its own that stays warm. */
export class LambdaRunner {
  private readonly root = mkdtempSync(join(tmpdir(), "local-aws-"));
  private readonly slots = new Map<string, Slot>();
  /** The lanes of records that a function has seen: each keeps to one slot, so that its log is in order. */
  private readonly lanes = new Map<string, string[]>();
  private isStopped = false;

  constructor(
    private readonly functions: Functions,
    private readonly logs: LogWriter,
    private readonly variables: (roleArn: string) => Promise<Record<string, string>>,
  ) {}

  /** Why a function can't run on this machine; undefined when it can. */
  whyNot(configuration: FunctionConfiguration): string | undefined {
    const { FunctionArn: arn = "", PackageType: type, Runtime: runtime } = configuration;
    const cannot = `${arn} can't be run in the local AWS:`;
    if (type === "Image")
      return `${cannot} it is a container image, and only zips of a Node.js runtime are run`;
    if (!runtime?.startsWith("nodejs"))
      return `${cannot} its runtime is ${runtime}, and only Node.js runtimes are run`;
    return this.functions.zip(arn).length ? undefined : `${cannot} its code was not found in S3`;
  }

  /** Rejects when the function could not be reached; what goes wrong in it is in the outcome. */
  async invoke(functionArn: string, event: unknown, lane: string): Promise<Outcome> {
    const lanes = this.lanes.get(functionArn) ?? [];
    this.lanes.set(functionArn, lanes);
    if (!lanes.includes(lane)) lanes.push(lane);
    const key = `${functionArn} ${lanes.indexOf(lane) % ENVIRONMENT_LIMIT}`;
    const slot = this.slots.get(key) ?? { settings: "", turn: Promise.resolve() };
    this.slots.set(key, slot);
    const invoked = slot.turn.then(async () => {
      const environment = await this.environment(functionArn, slot);
      return environment.invoke(event);
    });
    slot.turn = invoked.catch(() => undefined);
    return invoked;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    const slots = [...this.slots.values()];
    await Promise.all(slots.map(async ({ environment }) => environment?.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }

  /** The slot's environment, or a new one when it has died or the function was changed. */
  private async environment(functionArn: string, slot: Slot): Promise<ExecutionEnvironment> {
    const configuration = await this.functions.configuration(functionArn);
    const {
      $metadata: _,
      LastModified: __,
      ...rest
    } = configuration as FunctionConfiguration & { $metadata?: unknown };
    const settings = JSON.stringify(rest);
    if (slot.environment?.alive && slot.settings === settings) return slot.environment;
    await slot.environment?.stop();
    const variables = await this.variables(configuration.Role ?? "");
    if (this.isStopped) throw new Error("the local AWS has been stopped");
    slot.settings = settings;
    slot.environment = new ExecutionEnvironment(
      configuration,
      this.unpack(functionArn, configuration.CodeSha256 ?? ""),
      this.logs,
      variables,
    );
    return slot.environment;
  }

  private unpack(functionArn: string, hash: string): string {
    const directory = join(this.root, hash.replaceAll("/", "-"));
    if (existsSync(directory)) return directory;
    for (const [name, content] of Object.entries(unzipSync(this.functions.zip(functionArn)))) {
      const file = resolve(directory, name);
      if (!file.startsWith(directory + sep) || name.endsWith("/")) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    // Lambda's Node runtimes bring the AWS SDK.
    const sdk = resolve(__dirname, "../../node_modules/@aws-sdk");
    const place = join(directory, "node_modules", "@aws-sdk");
    mkdirSync(dirname(place), { recursive: true });
    if (existsSync(sdk) && !existsSync(place)) symlinkSync(sdk, place, "dir");
    return directory;
  }
}
