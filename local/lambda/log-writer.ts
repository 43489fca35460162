import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Accounts } from "../aws/accounts";
import { sessionOf, type Permissions } from "../aws/permissions";
import { parseArn } from "../aws/requests";

const EVENTS_PER_CALL = 1_000;

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

export interface LogStream {
  write(line: string): void;
}

/** Writes functions' logs to CloudWatch Logs in moto, as far as their roles may. */
export class LogWriter {
  private readonly writing = new Set<Promise<void>>();

  constructor(
    private readonly accounts: Accounts,
    private readonly permissions: Permissions,
  ) {}

  stream(configuration: FunctionConfiguration, logStreamName: string): LogStream {
    const waiting: LogEvent[] = [];
    let last = Promise.resolve();
    return {
      write: (message) => {
        waiting.push({ timestamp: Date.now(), message });
        if (waiting.length > 1) return;
        const written: Promise<void> = last
          .then(() => this.put(configuration, logStreamName, waiting))
          .catch(() => undefined)
          .finally(() => this.writing.delete(written));
        last = written;
        this.writing.add(written);
      },
    };
  }

  /** Resolves once everything that was logged is in CloudWatch Logs. */
  async flush(): Promise<void> {
    while (this.writing.size) await Promise.all(this.writing);
  }

  /** Empties `waiting`; what a role may not write is lost in AWS too. */
  private async put(
    configuration: FunctionConfiguration,
    logStreamName: string,
    waiting: LogEvent[],
  ): Promise<void> {
    const { FunctionArn: functionArn = "", LoggingConfig: logging } = configuration;
    const logGroupName = logging?.LogGroup ?? "";
    const { logs } = this.accounts.owning(functionArn);
    const { account, region } = parseArn(functionArn);
    const group = `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`;
    const stream = `${group}:log-stream:${logStreamName}`;
    const may = async (action: string, resource: string) =>
      !(await this.permissions.denied({ principal: sessionOf(configuration), action, resource }));
    if (await may("logs:CreateLogGroup", group))
      await logs.createLogGroup({ logGroupName }).catch(() => undefined);
    if (await may("logs:CreateLogStream", stream))
      await logs.createLogStream({ logGroupName, logStreamName }).catch(() => undefined);
    const isAllowed = await may("logs:PutLogEvents", stream);
    while (waiting.length) {
      const logEvents = waiting.splice(0, EVENTS_PER_CALL);
      if (isAllowed) await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
    }
  }
}
