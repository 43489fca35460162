/**
 * moto behind a gateway that adds what moto lacks. To read it: how a call is answered (gateway,
 * requests), what is ours (stream-consumers, resource-policies, key-policies, functions,
 * event-source-mappings, mapping), who may do what (principals, permissions), and how records get
 * to a function (poller, batch, on-failure, filters).
 */

import { LambdaRunner } from "../lambda/runner";
import { LogWriter } from "../lambda/log-writer";
import { startMoto } from "../moto";
import { Accounts, Memory, type Credentials } from "./accounts";
import type { Delivery } from "./batch";
import { Deployers } from "./deployers";
import { EventSourceMappings } from "./event-source-mappings";
import { Functions } from "./functions";
import { startGateway, type Refusal } from "./gateway";
import { KeyPolicies } from "./key-policies";
import { OnFailure } from "./on-failure";
import { Permissions } from "./permissions";
import { Principals } from "./principals";
import { RecordKeys } from "./record-keys";
import { AwsError, bodyOf, type Call, type Handlers } from "./requests";
import { reshardingHandlers } from "./resharding";
import { CONSUMER_ACTIONS, ResourcePolicies, STREAM_ACTIONS } from "./resource-policies";
import { StreamConsumers } from "./stream-consumers";

export interface LocalAwsOptions {
  /** Seconds until other services know a new role. Default: 3. */
  readonly rolePropagationSeconds?: number;
  /** Seconds a registered consumer is CREATING. Default: 2. */
  readonly consumerCreatingSeconds?: number;
  /** Called whenever a function has processed records of a stream. */
  readonly onDelivered?: (delivery: Delivery) => void;
}

export interface LocalAws {
  /** The endpoint of every service. */
  readonly url: string;
  /** Credentials of an account's administrator; any 12 digits are an account. */
  credentials(accountId: string): Promise<Credentials>;
  /**
   * Makes the next `times` calls of one operation fail.
   *
   * @param service the name in a request's signature, such as `kinesis`
   * @param operation the API's name of the call, such as `PutResourcePolicy`
   */
  failNext(
    service: string,
    operation: string,
    error: { readonly code: string; readonly message: string; readonly status?: number },
    times?: number,
  ): void;
  /** Makes every call of one operation take longer, from now on. */
  delay(service: string, operation: string, seconds: number): void;
  /** Every call that was refused so far, oldest first. */
  readonly refusals: readonly Refusal[];
  /** The roles that deploy: what they call, and what they may call. */
  readonly deployers: Deployers;
  /** Resolves once everything that functions logged so far can be read. */
  flushLogs(): Promise<void>;
  /** Why nothing answers any more, should moto end by itself. */
  vanished(): string | undefined;
  stop(): Promise<void>;
}

/** Starts an AWS of any number of accounts on loopback. */
export async function startLocalAws({
  rolePropagationSeconds = 3,
  consumerCreatingSeconds = 2,
  onDelivered,
}: LocalAwsOptions = {}): Promise<LocalAws> {
  const moto = await startMoto();
  const accounts = new Accounts(moto.url);
  const deployers = new Deployers(accounts);
  const memory = new Memory();
  const principals = new Principals(accounts, memory, rolePropagationSeconds);
  const consumers = new StreamConsumers(accounts, consumerCreatingSeconds);
  const resourcePolicies = new ResourcePolicies(principals, consumers);
  const keyPolicies = new KeyPolicies(accounts, memory, principals);
  const permissions = new Permissions(accounts, memory, principals, resourcePolicies, keyPolicies);
  const functions = new Functions(accounts, memory, permissions);
  const onFailure = new OnFailure(accounts, permissions, functions);
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
  const recordKeys = new RecordKeys(accounts);
  const mappings = new EventSourceMappings({
    accounts,
    recordKeys,
    consumers,
    permissions,
    functions,
    runner,
    onFailure,
    onDelivered,
  });

  const own: Handlers = {
    ...principals.handlers,
    ...recordKeys.handlers,
    ...reshardingHandlers(accounts),
    ...consumers.handlers,
    ...resourcePolicies.handlers,
    ...keyPolicies.handlers,
    ...functions.handlers,
    ...mappings.handlers,
  };
  /** What a resource policy can share asks for permission when another account calls. */
  const shared = [...STREAM_ACTIONS, ...CONSUMER_ACTIONS].map((operation) => [
    `kinesis.${operation}`,
    async (call: Call) => {
      const { ConsumerARN, StreamARN } = bodyOf<{ ConsumerARN?: string; StreamARN?: string }>(call);
      const arn = ConsumerARN ?? StreamARN;
      const owner = arn?.split(":")[4];
      const isForeign = arn && owner !== call.account;
      if (isForeign) await permissions.mustAllow(call, arn);
      const handler = own[`kinesis.${operation}`];
      return handler?.(call) ?? call.forward(isForeign ? owner : undefined);
    },
  ]);

  const gateway = await startGateway(
    moto,
    accounts,
    { ...own, ...(Object.fromEntries(shared) as Handlers) },
    ({ service, operation }) => {
      const isRead = /^(Get|List|Describe|PutRecord)/.test(operation);
      if (!isRead && /^(iam|kinesis|kms|lambda)$/.test(service)) memory.forget();
    },
    deployers,
  ).catch(async (error: unknown) => {
    await moto.stop();
    throw error;
  });
  return {
    url: gateway.url,
    credentials: (accountId) => {
      if (!/^\d{12}$/.test(accountId))
        throw new Error(`'accountId' must be 12 digits, got '${accountId}'`);
      return accounts.credentials(accountId);
    },
    failNext: (service, operation, { code, message, status }, times = 1) => {
      const error = new AwsError(code, message, status);
      gateway.failures.set(`${service}.${operation}`, { error, times });
    },
    delay: (service, operation, seconds) =>
      gateway.delays.set(`${service}.${operation}`, seconds * 1000),
    refusals: gateway.refusals,
    deployers,
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
}
