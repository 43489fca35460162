import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { LogStream, LogWriter } from "../lambda/logs";
import type { Accounts } from "./accounts";
import { sessionOf, type Permissions } from "./permissions";
import { parseArn } from "../../pipeline/arn";

const EVENTS_PER_CALL = 1_000;
const LARGEST_EVENT_BYTES = 256 * 1024 - 26;

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Writes functions' logs to CloudWatch Logs in moto, if their roles allow it. */
export class FunctionLogs implements LogWriter {
  private readonly writing = new Set<Promise<void>>();

  constructor(
    private readonly accounts: Accounts,
    private readonly permissions: Permissions,
  ) {}

  stream(configuration: FunctionConfiguration, logStreamName: string): LogStream {
    const waiting: LogEvent[] = [];
    let isCreated = false;
    let isBusy = false;
    const drain = async () => {
      while (waiting.length) {
        const events = waiting.splice(0, EVENTS_PER_CALL);
        isCreated ||= await this.create(configuration, logStreamName);
        // As in AWS, log lines are lost if the role is not allowed to write them.
        if (isCreated) {
          await this.put(configuration, logStreamName, events);
        }
      }
    };
    return {
      write: (message) => {
        waiting.push({ timestamp: Date.now(), message: message.slice(0, LARGEST_EVENT_BYTES) });
        if (isBusy) {
          return;
        }
        isBusy = true;
        const written: Promise<void> = drain()
          .catch(() => undefined)
          .finally(() => {
            isBusy = false;
            this.writing.delete(written);
          });
        this.writing.add(written);
      },
    };
  }

  /** Resolves when all log lines are in CloudWatch Logs. */
  async flush(): Promise<void> {
    while (this.writing.size) {
      await Promise.all(this.writing);
    }
  }

  private async create(configuration: FunctionConfiguration, logStreamName: string) {
    const { logs, logGroupName, may } = this.of(configuration, logStreamName);
    if (await may("logs:CreateLogGroup")) {
      await logs.createLogGroup({ logGroupName }).catch(() => undefined);
    }
    if (!(await may("logs:CreateLogStream"))) {
      return false;
    }
    await logs.createLogStream({ logGroupName, logStreamName });
    return true;
  }

  private async put(
    configuration: FunctionConfiguration,
    logStreamName: string,
    logEvents: LogEvent[],
  ) {
    const { logs, logGroupName, may } = this.of(configuration, logStreamName);
    if (await may("logs:PutLogEvents")) {
      await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
    }
  }

  private of(configuration: FunctionConfiguration, logStreamName: string) {
    const { FunctionArn: functionArn = "", LoggingConfig: logging } = configuration;
    const logGroupName = logging?.LogGroup ?? "";
    const { account, region } = parseArn(functionArn);
    const group = `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`;
    const stream = `${group}:log-stream:${logStreamName}`;
    const principal = sessionOf(configuration);
    const may = async (action: string) => {
      const resource = action === "logs:CreateLogGroup" ? group : stream;
      return !(await this.permissions.denied({ principal, action, resource }));
    };
    return { logs: this.accounts.owning(functionArn).logs, logGroupName, may };
  }
}
