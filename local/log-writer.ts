import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Accounts } from "./accounts";
import type { Permissions } from "./permissions";
import { parseArn } from "./requests";

// PutLogEvents takes 10,000 events and 1 MiB, of which each event costs 26 bytes more than its text.
const EVENTS_PER_CALL = 2_000;
const LARGEST_EVENT_BYTES = 256 * 1024 - 26;
const LARGEST_CALL_BYTES = 1024 * 1024;

export interface LogStream {
  write(line: string): void;
}

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Writes functions' logs to CloudWatch Logs in moto, as far as their roles may. */
export class LogWriter {
  private readonly writing = new Set<Promise<void>>();

  constructor(
    private readonly accounts: Accounts,
    private readonly permissions: Permissions,
  ) {}

  stream(
    configuration: FunctionConfiguration,
    logStreamName: string,
  ): LogStream {
    const waiting: LogEvent[] = [];
    let created = false;
    let busy = false;
    const drain = async () => {
      while (waiting.length) {
        const logEvents = waiting.splice(0, fitting(waiting));
        created ||= await this.create(configuration, logStreamName);
        // What a role may not write is lost in AWS too.
        if (created) await this.put(configuration, logStreamName, logEvents);
      }
    };
    return {
      write: (line) => {
        waiting.push({
          timestamp: Date.now(),
          message: line.slice(0, LARGEST_EVENT_BYTES),
        });
        if (busy) return;
        busy = true;
        const written: Promise<void> = drain()
          .catch(() => undefined)
          .finally(() => {
            busy = false;
            this.writing.delete(written);
          });
        this.writing.add(written);
      },
    };
  }

  /** Resolves once everything that was logged is in CloudWatch Logs. */
  async flush(): Promise<void> {
    while (this.writing.size) await Promise.all(this.writing);
  }

  private async create(
    configuration: FunctionConfiguration,
    logStreamName: string,
  ): Promise<boolean> {
    const { logs, logGroupName, may } = this.of(configuration, logStreamName);
    if (!(await may("logs:CreateLogStream"))) return false;
    const create = () =>
      logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    try {
      await create();
    } catch (error) {
      if ((error as Error).name !== "ResourceNotFoundException") throw error;
      if (!(await may("logs:CreateLogGroup"))) return false;
      await logs
        .send(new CreateLogGroupCommand({ logGroupName }))
        .catch(() => undefined);
      await create();
    }
    return true;
  }

  private async put(
    configuration: FunctionConfiguration,
    logStreamName: string,
    logEvents: LogEvent[],
  ) {
    const { logs, logGroupName, may } = this.of(configuration, logStreamName);
    if (!(await may("logs:PutLogEvents"))) return;
    await logs.send(
      new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }),
    );
  }

  private of(configuration: FunctionConfiguration, logStreamName: string) {
    const {
      FunctionArn = "",
      FunctionName = "",
      Role = "",
      LoggingConfig: logging,
    } = configuration;
    const { account, region } = parseArn(FunctionArn);
    const logGroupName = logging?.LogGroup ?? `/aws/lambda/${FunctionName}`;
    const group = `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`;
    const may = async (action: string) => {
      // Denials of CreateLogStream name the stream too, so that `<group>:*` covers all of them.
      const resource =
        action === "logs:CreateLogGroup"
          ? group
          : `${group}:log-stream:${logStreamName}`;
      return !(await this.permissions.deniedRole(
        Role,
        FunctionName,
        action,
        resource,
      ));
    };
    return { logs: this.accounts.logs(account, region), logGroupName, may };
  }
}

function fitting(events: LogEvent[]): number {
  let bytes = 0;
  const first = events.slice(0, EVENTS_PER_CALL).findIndex(({ message }) => {
    bytes += Buffer.byteLength(message) + 26;
    return bytes > LARGEST_CALL_BYTES;
  });
  return Math.max(1, first === -1 ? EVENTS_PER_CALL : first);
}
