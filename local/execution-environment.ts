import { fork, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { LogStream, LogWriter } from "./log-writer";
import { parseArn } from "./requests";

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export interface Outcome {
  readonly requestId: string;
  readonly error?: FunctionError;
  readonly result?: unknown;
}

interface Message {
  ready?: true;
  log?: string;
  result?: string;
  error?: FunctionError;
  /** What ended the process before or between invocations. */
  unloadable?: FunctionError;
}

// Lambda gives loading ten seconds of its own, outside the function's timeout.
const LOADING_MILLISECONDS = 10_000;

/** One process that runs a handler, one invocation at a time. */
export class ExecutionEnvironment {
  private readonly child: ChildProcess;
  private readonly log: LogStream;
  private readonly ready: Promise<void>;
  private readonly exited: Promise<void>;
  private settle: (outcome: Pick<Outcome, "error" | "result">) => void = () =>
    undefined;
  private early: FunctionError | undefined;
  alive = true;

  constructor(
    private readonly configuration: FunctionConfiguration,
    code: string,
    logs: LogWriter,
    variables: Record<string, string>,
  ) {
    const {
      FunctionName: name = "",
      MemorySize: memory = 128,
      LoggingConfig: logging,
    } = configuration;
    const { region } = parseArn(configuration.FunctionArn ?? "");
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    const streamName = `${day}/[$LATEST]${randomBytes(16).toString("hex")}`;
    this.log = logs.stream(configuration, streamName);
    this.child = fork(join(__dirname, "lambda-child.mjs"), {
      cwd: code,
      execArgv: [`--max-old-space-size=${memory}`],
      stdio: ["pipe", "pipe", "pipe", "ipc"],
      env: {
        PATH: process.env.PATH ?? "",
        LANG: "en_US.UTF-8",
        TZ: ":UTC",
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        _HANDLER: configuration.Handler ?? "",
        LAMBDA_TASK_ROOT: code,
        AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime}`,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
        AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
        AWS_LAMBDA_LOG_GROUP_NAME: logging?.LogGroup ?? "",
        AWS_LAMBDA_LOG_STREAM_NAME: streamName,
        AWS_LAMBDA_LOG_FORMAT: logging?.LogFormat ?? "Text",
        ...(logging?.ApplicationLogLevel && {
          AWS_LAMBDA_LOG_LEVEL: logging.ApplicationLogLevel,
        }),
        ...variables,
        ...configuration.Environment?.Variables,
      },
    });
    this.child.stdin?.on("error", () => undefined);
    for (const output of [this.child.stdout, this.child.stderr])
      if (output)
        createInterface(output).on("line", (line) => this.log.write(line));

    let isReady: () => void = () => undefined;
    this.ready = new Promise((resolve) => (isReady = resolve));
    this.child.on("message", (message: Message) => {
      if (message.log !== undefined) this.log.write(message.log);
      if (message.ready) isReady();
      if (message.unloadable) {
        this.early = message.unloadable;
        isReady();
      }
      if (message.error) this.settle({ error: message.error });
      if (message.result !== undefined)
        this.settle({ result: JSON.parse(message.result) as unknown });
    });
    this.exited = new Promise((resolve) => {
      this.child.on("exit", (status, signal) => {
        this.alive = false;
        const how = signal ? `signal: ${signal}` : `exit status ${status}`;
        const error = {
          errorType: "Runtime.ExitError",
          errorMessage: `Runtime exited with error: ${how}`,
        };
        this.early ??= error;
        this.settle({ error });
        isReady();
        resolve();
      });
      this.child.on("error", () => resolve());
    });
  }

  async invoke(requestId: string, event: unknown): Promise<Outcome> {
    const loading = setTimeout(
      () => this.child.kill("SIGKILL"),
      LOADING_MILLISECONDS,
    );
    await this.ready;
    clearTimeout(loading);
    if (this.early) {
      this.log.write(
        `${new Date().toISOString()} ${requestId} ${this.early.errorMessage}`,
      );
      return { requestId, error: this.early };
    }

    const {
      FunctionName: name = "",
      FunctionArn: arn,
      Timeout: seconds = 3,
      MemorySize: memory,
    } = this.configuration;
    const outcome = new Promise<Pick<Outcome, "error" | "result">>(
      (resolve) => (this.settle = resolve),
    );
    const timeout = setTimeout(() => {
      const errorMessage = `${new Date().toISOString()} ${requestId} Task timed out after ${seconds.toFixed(2)} seconds`;
      this.log.write(errorMessage);
      this.alive = false;
      this.child.kill("SIGKILL");
      this.settle({ error: { errorType: "Sandbox.Timedout", errorMessage } });
    }, seconds * 1000);
    this.child.send(
      {
        event,
        deadline: Date.now() + seconds * 1000,
        context: {
          awsRequestId: requestId,
          functionName: name,
          functionVersion: "$LATEST",
          invokedFunctionArn: arn,
          memoryLimitInMB: String(memory),
          logGroupName: this.configuration.LoggingConfig?.LogGroup,
        },
      },
      () => undefined,
    );
    const { error, result } = await outcome;
    clearTimeout(timeout);
    if (error?.errorType === "Runtime.ExitError")
      this.log.write(`RequestId: ${requestId} Error: ${error.errorMessage}`);
    return error ? { requestId, error } : { requestId, result };
  }

  async stop(): Promise<void> {
    this.alive = false;
    this.child.kill("SIGKILL");
    await this.exited;
  }
}
