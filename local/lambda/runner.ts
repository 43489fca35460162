import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import { ExecutionEnvironment, type Outcome } from "./execution-environment";
import type { LogWriter } from "./logs";

// Lambda has no such limit. It keeps the load on the developer's machine low.
const ENVIRONMENT_LIMIT = 16;
// Environments of old versions would otherwise run until the local AWS stops.
const IDLE_MILLISECONDS = 60_000;

/** Runs invocations of a version one after another, in one environment at a time. */
interface Slot {
  settings: string;
  environment?: ExecutionEnvironment;
  turn: Promise<unknown>;
  idle?: NodeJS.Timeout;
}

interface Invocation {
  /** ARN of the version to run, without a qualifier for $LATEST. */
  readonly versionArn: string;
  /** ARN that the caller named, such as an alias. */
  readonly invokedArn: string;
  readonly event: unknown;
  /** Invocations with the same lane use the same environment. */
  readonly lane: string;
}

/** Supplies the configuration and code of functions and versions. */
interface FunctionSource {
  configuration(functionArn: string): Promise<FunctionConfiguration>;
  zip(functionArn: string): Buffer;
}

/** Runs functions from their zips. Each environment is a process that stays warm between invocations. */
export class LambdaRunner {
  private readonly root = mkdtempSync(join(tmpdir(), "local-aws-"));
  private readonly slots = new Map<string, Slot>();
  /** Lanes by version ARN. A lane always uses the same slot, so that its log lines stay in order. */
  private readonly lanes = new Map<string, string[]>();
  private isStopped = false;

  constructor(
    private readonly functions: FunctionSource,
    private readonly logs: LogWriter,
    private readonly variables: (roleArn: string) => Promise<Record<string, string>>,
    private readonly onInvoked: (versionArn: string, outcome: Outcome) => void,
  ) {}

  /** Reason why the local AWS cannot run a function; undefined if it can. */
  unsupportedReason(configuration: FunctionConfiguration): string | undefined {
    const { FunctionArn: arn = "", PackageType: type, Runtime: runtime } = configuration;
    const cannot = `${arn} cannot be run in the local AWS:`;
    if (type === "Image") {
      return `${cannot} it is a container image, and only Node.js functions from a zip are supported`;
    }
    if (!runtime?.startsWith("nodejs")) {
      return `${cannot} its runtime is ${runtime}, and only Node.js runtimes are supported`;
    }
    return this.functions.zip(arn).length ? undefined : `${cannot} its code was not found in S3`;
  }

  /** Invokes a function. Errors of the function are in the outcome; rejects if it could not be started. */
  async invoke({ versionArn, invokedArn, event, lane }: Invocation): Promise<Outcome> {
    const lanes = this.lanes.get(versionArn) ?? [];
    this.lanes.set(versionArn, lanes);
    if (!lanes.includes(lane)) {
      lanes.push(lane);
    }
    const key = `${versionArn} ${lanes.indexOf(lane) % ENVIRONMENT_LIMIT}`;
    const slot = this.slots.get(key) ?? { settings: "", turn: Promise.resolve() };
    this.slots.set(key, slot);
    const invoked = slot.turn.then(async () => {
      const environment = await this.environment(versionArn, slot);
      const outcome = await environment.invoke(event, invokedArn);
      this.onInvoked(versionArn, outcome);
      return outcome;
    });
    slot.turn = invoked.catch(() => undefined);
    clearTimeout(slot.idle);
    slot.idle = setTimeout(() => {
      slot.turn = slot.turn.then(() => slot.environment?.stop());
    }, IDLE_MILLISECONDS).unref();
    return invoked;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    const slots = [...this.slots.values()];
    await Promise.all(slots.map(async ({ environment }) => environment?.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Reuses the slot's environment, or replaces it if it has exited or the function has changed. */
  private async environment(functionArn: string, slot: Slot): Promise<ExecutionEnvironment> {
    const configuration = await this.functions.configuration(functionArn);
    const {
      $metadata: _,
      LastModified: __,
      ...rest
    } = configuration as FunctionConfiguration & { $metadata?: unknown };
    const settings = JSON.stringify(rest);
    if (slot.environment?.alive && slot.settings === settings) {
      return slot.environment;
    }
    await slot.environment?.stop();
    const variables = await this.variables(configuration.Role ?? "");
    if (this.isStopped) {
      throw new Error("the local AWS has been stopped");
    }
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
    if (existsSync(directory)) {
      return directory;
    }
    for (const [name, content] of Object.entries(unzipSync(this.functions.zip(functionArn)))) {
      const file = resolve(directory, name);
      if (!file.startsWith(directory + sep) || name.endsWith("/")) {
        continue;
      }
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    // Lambda's Node.js runtimes include the AWS SDK.
    const sdk = resolve(__dirname, "../../node_modules/@aws-sdk");
    const link = join(directory, "node_modules", "@aws-sdk");
    mkdirSync(dirname(link), { recursive: true });
    if (existsSync(sdk) && !existsSync(link)) {
      symlinkSync(sdk, link, "dir");
    }
    return directory;
  }
}
