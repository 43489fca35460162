import { fork, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { parseArn } from "../../pipeline/arn";
import type { LogStream, LogWriter } from "./logs";

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  /** Missing if the runtime, not the handler, failed. */
  readonly stackTrace?: string[];
}

export interface Outcome {
  readonly requestId: string;
  readonly executedVersion: string;
  /** Time that the handler ran, without the time to load it. */
  readonly durationMilliseconds: number;
  readonly error?: FunctionError;
  readonly result?: unknown;
}

/** Message from child.mjs: a log line, a notice that the handler is loaded, or an invocation's result. */
interface Message {
  readonly log?: string;
  readonly result?: string;
  readonly error?: FunctionError;
  /** The process is about to exit. */
  readonly isFatal?: boolean;
}

// Lambda's init phase has a limit of 10 seconds, which does not count towards the function's timeout.
const LOADING_SECONDS = 10;

// The parent of the function's process. Without it, the function could read the user's variables in
// those of the local AWS, in /proc. It ends as the function does: by the signals of a crash, too.
const PARENT =
  '"$0" "$@"; status=$?; case $status in 134|137|139) kill -$((status - 128)) $$;; esac; exit $status';

/** A process that runs a function's handler, one invocation at a time. */
export class ExecutionEnvironment {
  private readonly home = mkdtempSync(join(tmpdir(), "function-"));
  private readonly child: ChildProcess;
  private readonly log: LogStream;
  private readonly exited: Promise<void>;
  private readonly ready: Promise<Message>;
  private settle: (message: Message) => void = () => undefined;
  alive = true;

  constructor(
    private readonly configuration: FunctionConfiguration,
    code: string,
    logs: LogWriter,
    variables: Record<string, string>,
  ) {
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    const stream = `${day}/[${this.version}]${randomBytes(16).toString("hex")}`;
    this.log = logs.stream(configuration, stream);
    this.ready = this.next();
    this.child = fork(join(__dirname, "child.mjs"), {
      cwd: code,
      execPath: "/bin/sh",
      execArgv: [
        ...["-c", PARENT, process.execPath],
        `--max-old-space-size=${configuration.MemorySize ?? 128}`,
      ],
      stdio: ["pipe", "pipe", "pipe", "ipc"],
      // A group of its own, which ends with all its processes and does not receive Ctrl-C.
      detached: true,
      env: {
        ...environmentOf(configuration, code, stream),
        // The SDKs read configuration and credentials in the home directory.
        HOME: this.home,
        ...variables,
        ...configuration.Environment?.Variables,
      },
    });
    for (const output of [this.child.stdout, this.child.stderr]) {
      if (output) {
        createInterface(output).on("line", (line) => this.log.write(line));
      }
    }
    this.child.stdin?.on("error", () => undefined);
    this.child.on("message", (message: Message) => {
      if (message.isFatal) {
        this.alive = false;
      }
      if (message.log === undefined) {
        this.settle(message);
      } else {
        this.log.write(message.log);
      }
    });
    this.exited = new Promise((resolve) => {
      const end = (reason: string) => {
        this.alive = false;
        const errorMessage = `Runtime exited with error: ${reason}`;
        this.settle({ error: { errorType: "Runtime.ExitError", errorMessage } });
        rmSync(this.home, { recursive: true, force: true });
        resolve();
      };
      this.child.on("error", (error) => end(error.message));
      this.child.on("exit", (status, signal) =>
        end(signal ? `signal: ${signal}` : `exit status ${status}`),
      );
    });
  }

  async invoke(event: unknown, invokedFunctionArn: string): Promise<Outcome> {
    const requestId = randomUUID();
    const executedVersion = this.version;
    const loading = await this.within(LOADING_SECONDS, this.ready, requestId);
    if (loading.error) {
      return { requestId, executedVersion, durationMilliseconds: 0, error: loading.error };
    }
    const {
      FunctionName: functionName,
      Timeout: seconds = 3,
      MemorySize: memory,
      LoggingConfig: logging,
    } = this.configuration;
    const context = {
      awsRequestId: requestId,
      functionName,
      functionVersion: executedVersion,
      invokedFunctionArn,
      memoryLimitInMB: String(memory),
      logGroupName: logging?.LogGroup,
    };
    const answer = this.next();
    const start = Date.now();
    const deadline = start + seconds * 1000;
    // If the process has exited, the exit handler settles the answer, so the send error is ignored.
    this.child.send({ event, context, deadline }, () => undefined);
    const { error, result } = await this.within(seconds, answer, requestId);
    if (error?.errorType === "Runtime.ExitError") {
      this.log.write(`RequestId: ${requestId} Error: ${error.errorMessage}`);
    }
    const invocation = { requestId, executedVersion, durationMilliseconds: Date.now() - start };
    return error
      ? { ...invocation, error }
      : { ...invocation, result: JSON.parse(result ?? "null") as unknown };
  }

  private get version(): string {
    return this.configuration.Version ?? "$LATEST";
  }

  async stop(): Promise<void> {
    this.alive = false;
    try {
      process.kill(-(this.child.pid ?? NaN), "SIGKILL");
    } catch {
      // The processes have exited, or never started.
    }
    await this.exited;
  }

  private next(): Promise<Message> {
    return new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** Waits for a message. After the time limit, logs Lambda's timeout error and stops the process. */
  private async within(
    seconds: number,
    message: Promise<Message>,
    requestId: string,
  ): Promise<Message> {
    const timer = setTimeout(() => {
      const errorMessage = `Task timed out after ${seconds.toFixed(2)} seconds`;
      this.log.write(`${new Date().toISOString()} ${requestId} ${errorMessage}`);
      this.settle({ error: { errorType: "Sandbox.Timedout", errorMessage } });
      void this.stop();
    }, seconds * 1000);
    return message.finally(() => clearTimeout(timer));
  }
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
function environmentOf(
  configuration: FunctionConfiguration,
  code: string,
  logStream: string,
): Record<string, string> {
  const { LoggingConfig: logging, MemorySize: memory } = configuration;
  const { region } = parseArn(configuration.FunctionArn ?? "");
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin/:/bin:/opt/bin`,
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    _HANDLER: configuration.Handler ?? "",
    LAMBDA_TASK_ROOT: code,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: configuration.FunctionName ?? "",
    AWS_LAMBDA_FUNCTION_VERSION: configuration.Version ?? "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logging?.LogGroup ?? "",
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: logging?.LogFormat ?? "Text",
    ...(logging?.ApplicationLogLevel && {
      AWS_LAMBDA_LOG_LEVEL: logging.ApplicationLogLevel,
    }),
  };
}
