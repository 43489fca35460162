import { Accounts, Memory, type Credentials } from "./accounts";
import { EventSourceMappings } from "./event-source-mapping";
import { Functions } from "./functions";
import { startGateway, type Refusal, type Written } from "./gateway";
import { KeyPolicies } from "./key-policies";
import { LambdaRunner } from "./lambda-runner";
import { LogWriter } from "./log-writer";
import { startMoto } from "./moto";
import { OnFailure } from "./on-failure";
import { Permissions } from "./permissions";
import type { PollerTools } from "./poller";
import { Principals } from "./principals";
import { AwsError, bodyOf, type Call, type Handler } from "./requests";
import { ResourcePolicies } from "./resource-policies";
import { StreamConsumers } from "./stream-consumers";

export interface LocalAwsOptions {
  /** Seconds until other services know a new role. Default: 3. */
  readonly rolePropagationSeconds?: number;
  /** Seconds a registered consumer is CREATING. Default: 2. */
  readonly consumerCreatingSeconds?: number;
  /** Failures to begin with, as failNext() takes them. */
  readonly failures?: readonly InjectedFailure[];
}

export interface InjectedFailure {
  /** The name in a request's signature, such as `kinesis`. */
  readonly service: string;
  /** The API's name of the call, such as `PutResourcePolicy`. */
  readonly operation: string;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly status?: number;
  };
  readonly times: number;
}

export interface LocalAws {
  /** The endpoint of every service. */
  readonly url: string;
  /** Credentials of an account's administrator; any 12 digits are an account. */
  credentials(accountId: string): Promise<Credentials>;
  /** Makes the next `times` calls of one operation fail. */
  failNext(
    service: InjectedFailure["service"],
    operation: string,
    error: InjectedFailure["error"],
    times?: number,
  ): void;
  /** Makes every call of one operation take longer, from now on. */
  delay(service: string, operation: string, seconds: number): void;
  /** Every call that was refused so far, oldest first. */
  readonly refusals: readonly Refusal[];
  /** Resolves once everything that functions logged so far can be read. */
  flushLogs(): Promise<void>;
  /** Why nothing answers any more, should moto end by itself. */
  vanished(): string | undefined;
  stop(): Promise<void>;
}

/** Starts an AWS of any number of accounts on loopback. */
export async function startLocalAws(
  options: LocalAwsOptions = {},
): Promise<LocalAws> {
  const {
    rolePropagationSeconds = 3,
    consumerCreatingSeconds = 2,
    failures = [],
  } = options;
  const moto = await startMoto();
  const accounts = new Accounts(moto.url);
  const memory = new Memory();
  const writes = new Map<string, number>();

  const principals = new Principals(accounts, memory, rolePropagationSeconds);
  const keyPolicies = new KeyPolicies(accounts, memory, principals);
  const functions = new Functions(accounts, memory, principals);
  const consumers: StreamConsumers = new StreamConsumers(
    accounts,
    consumerCreatingSeconds,
    () => permissions,
  );
  const resourcePolicies = new ResourcePolicies(principals, consumers);
  const permissions = new Permissions(
    accounts,
    memory,
    resourcePolicies,
    keyPolicies,
  );
  const logs = new LogWriter(accounts, permissions);
  const runner = new LambdaRunner(functions, logs, async (roleArn) => {
    const session = await accounts.assume(roleArn);
    return {
      AWS_ENDPOINT_URL: gateway.url,
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
      AWS_SESSION_TOKEN: session.sessionToken,
    };
  });
  const tools: PollerTools = {
    accounts,
    consumers,
    permissions,
    functions,
    runner,
    onFailure: new OnFailure(accounts, permissions, functions),
    writes: (streamArn) => writes.get(streamName(streamArn)) ?? 0,
  };
  const mappings = new EventSourceMappings(
    functions,
    consumers,
    permissions,
    tools,
  );

  const handlers: Record<string, Handler> = {
    ...consumers.handlers,
    ...resourcePolicies.handlers,
    ...keyPolicies.handlers,
    ...functions.handlers,
    ...mappings.handlers,
    "iam.CreateRole": async (call) => {
      const reply = await call.forward();
      const arn = /<Arn>([^<]+)<\/Arn>/.exec(reply.body.toString())?.[1];
      if (arn) principals.roleCreated(arn);
      return reply;
    },
    ...Object.fromEntries(
      SHARED_CALLS.map((operation) => [`kinesis.${operation}`, crossAccount]),
    ),
  };

  async function crossAccount(call: Call) {
    const arn = bodyOf<{ StreamARN?: string }>(call).StreamARN;
    const owner = arn?.split(":")[4];
    if (!arn || owner === call.account) return call.forward();
    await permissions.mustAllow(call, arn);
    return call.forward(owner);
  }

  function written(call: Written): void {
    const { service, operation } = call;
    if (
      service === "kinesis" &&
      /^(Put|Split|Merge|Update|Create)/.test(operation)
    ) {
      const { StreamARN: arn, StreamName: name } =
        bodyOf<Record<string, string | undefined>>(call);
      const stream = name ?? streamName(arn ?? "");
      writes.set(stream, (writes.get(stream) ?? 0) + 1);
    }
    const changes =
      /^(?!Get|List|Describe|PutRecord|PutLogEvents|CreateLogStream)/.test(
        operation,
      );
    if (changes && ["iam", "kms", "kinesis", "lambda"].includes(service))
      memory.forget();
  }

  const gateway = await startGateway(moto, accounts, handlers, written).catch(
    async (error: unknown) => {
      await moto.stop();
      throw error;
    },
  );
  const local: LocalAws = {
    url: gateway.url,
    credentials: (accountId) => {
      if (!/^\d{12}$/.test(accountId))
        throw new Error(`'accountId' must be 12 digits, got '${accountId}'`);
      return accounts.credentials(accountId);
    },
    failNext: (service, operation, { code, message, status }, times = 1) =>
      gateway.failNext(
        service,
        operation,
        new AwsError(code, message, status),
        times,
      ),
    delay: (...call) => gateway.delay(...call),
    refusals: gateway.refusals,
    flushLogs: () => logs.flush(),
    vanished: () => moto.vanished(),
    stop: async () => {
      // Killing environments ends invocations that would otherwise be waited for.
      await Promise.all([mappings.stop(), runner.stop()]);
      await logs.flush();
      await gateway.stop();
      await moto.stop();
    },
  };
  for (const { service, operation, error, times } of failures)
    local.failNext(service, operation, error, times);
  return local;
}

const SHARED_CALLS = [
  "DescribeStream",
  "DescribeStreamSummary",
  "GetRecords",
  "GetShardIterator",
  "ListShards",
  "PutRecord",
  "PutRecords",
];

const streamName = (arn: string) => arn.split("/")[1] ?? "";
