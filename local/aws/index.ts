/**
 * Runs moto behind a gateway that adds what moto lacks. A call passes through the gateway (gateway,
 * web-pages, authentication, signature, protocol, errors); access-keys issues credentials. Handlers answer what moto does not (stream-consumers, resource-policies,
 * key-policies, functions, function-versions, invocations, event-source-mappings). IAM policies are evaluated by principals and
 * permissions. Records reach a function through poller, batch, filters and on-failure.
 */

import { parseArn } from "../../pipeline/arn";
import { LambdaRunner } from "../lambda/runner";
import { FunctionLogs } from "./function-logs";
import { startMoto } from "./moto";
import { AccessKeys } from "./access-keys";
import { Accounts, type Credentials } from "./accounts";
import type { Delivery, Discard } from "./batch";
import { Deployers } from "./deployers";
import { EventSourceMappings } from "./event-source-mappings";
import { FunctionVersions } from "./function-versions";
import { Functions } from "./functions";
import { startGateway, type Refusal } from "./gateway";
import { Invocations } from "./invocations";
import { KeyPolicies } from "./key-policies";
import { Metrics } from "./metrics";
import { OnFailure } from "./on-failure";
import { Permissions } from "./permissions";
import { PipelineMetrics } from "./pipeline-metrics";
import { Principals } from "./principals";
import { QueueMetrics } from "./queue-metrics";
import { RecordKeys } from "./record-keys";
import { reshardingHandlers } from "./resharding";
import { CONSUMER_OPERATIONS, ResourcePolicies, STREAM_OPERATIONS } from "./resource-policies";
import { StreamConsumers } from "./stream-consumers";
import { Cache } from "./cache";
import { AwsError } from "./errors";
import { type Call, type Handlers, bodyOf } from "./protocol";

export interface LocalAwsOptions {
  /** Seconds until a new role has propagated to other services. Default: 3. */
  readonly rolePropagationSeconds?: number;
  /** Seconds that a registered consumer stays in CREATING. Default: 2. */
  readonly consumerCreatingSeconds?: number;
  /**
   * Seconds between two batches of metrics that the local AWS writes to CloudWatch. An interval stands
   * for one minute in AWS. Default: no metrics.
   */
  readonly metricsIntervalSeconds?: number;
  /** Time of the data points of metrics, so that a test can let minutes pass. Default: the real time. */
  readonly metricsClock?: () => Date;
  /** Called after a function has processed records of a stream. */
  readonly onDelivered?: (delivery: Delivery) => void;
  /** Called after Lambda has given up on records of a stream, and reported them if it could. */
  readonly onDiscarded?: (discard: Discard) => void;
}

export interface LocalAws {
  /** Endpoint URL for every service. */
  readonly url: string;
  /** Credentials of an account's administrator. Every 12-digit ID is an account. */
  credentials(accountId: string): Promise<Credentials>;
  /**
   * Returns an error for the next `times` calls of one operation.
   *
   * @param service name of the service in the request's signature, such as `kinesis`
   * @param operation name of the API operation, such as `PutResourcePolicy`
   */
  failNext(
    service: string,
    operation: string,
    error: { readonly code: string; readonly message: string; readonly status?: number },
    times?: number,
  ): void;
  /** Delays all later calls of one operation. */
  delay(service: string, operation: string, seconds: number): void;
  /** All refused calls, oldest first. */
  readonly refusals: readonly Refusal[];
  /** The roles that deploy: what they call, and what they may call. */
  readonly deployers: Deployers;
  /** Resolves when all log lines written so far can be read from CloudWatch Logs. */
  flushLogs(): Promise<void>;
  /** Resolves when all metrics so far can be read from CloudWatch. */
  flushMetrics(): Promise<void>;
  /** Reason why the local AWS no longer answers, if moto exited unexpectedly. */
  exitReason(): string | undefined;
  stop(): Promise<void>;
}

/** Starts a local AWS, with any number of accounts, on a loopback port. */
export async function startLocalAws({
  rolePropagationSeconds = 3,
  consumerCreatingSeconds = 2,
  metricsIntervalSeconds,
  metricsClock,
  onDelivered,
  onDiscarded,
}: LocalAwsOptions = {}): Promise<LocalAws> {
  const moto = await startMoto();
  const accounts = new Accounts(moto);
  const deployers = new Deployers(accounts);
  const cache = new Cache();
  const collector = new Metrics(accounts, metricsIntervalSeconds, metricsClock);
  const queueMetrics = new QueueMetrics(collector, accounts);
  collector.measure = () => queueMetrics.measure();
  const metrics = new PipelineMetrics(collector, accounts);
  const principals = new Principals(accounts, cache, rolePropagationSeconds);
  const consumers = new StreamConsumers(accounts, consumerCreatingSeconds);
  const resourcePolicies = new ResourcePolicies(principals, consumers);
  const keyPolicies = new KeyPolicies(accounts, cache, principals);
  const permissions = new Permissions(accounts, cache, principals, resourcePolicies, keyPolicies);
  const functions = new Functions(accounts, cache, permissions);
  const versions = new FunctionVersions(accounts, cache);
  const onFailure = new OnFailure(accounts, permissions, functions, queueMetrics);
  const logs = new FunctionLogs(accounts, permissions);
  const environmentOf = async (roleArn: string) => {
    const { credentials } = await accounts.assume(roleArn);
    return {
      AWS_ENDPOINT_URL: gateway.url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    };
  };
  const runner = new LambdaRunner(functions, logs, environmentOf, (versionArn, outcome) =>
    metrics.functionInvoked(versionArn, outcome),
  );
  const invocations = new Invocations(functions, versions, permissions, runner);
  const recordKeys = new RecordKeys(accounts);
  const mappings = new EventSourceMappings({
    accounts,
    cache,
    recordKeys,
    consumers,
    permissions,
    functions,
    versions,
    runner,
    onFailure,
    metrics,
    onDelivered,
    onDiscarded,
  });

  const own: Handlers = {
    ...principals.handlers,
    ...new AccessKeys(accounts, principals, permissions).handlers,
    ...recordKeys.handlers,
    ...reshardingHandlers(accounts),
    ...consumers.handlers,
    ...resourcePolicies.handlers,
    ...keyPolicies.handlers,
    ...functions.handlers,
    ...versions.handlers,
    ...invocations.handlers,
    ...mappings.handlers,
  };
  // Calls from another account need permission in the resource policy and in the caller's own policies.
  const shared = [...STREAM_OPERATIONS, ...CONSUMER_OPERATIONS].map((operation) => [
    `kinesis.${operation}`,
    async (call: Call) => {
      const { ConsumerARN, StreamARN, DryRun } = bodyOf<{
        ConsumerARN?: string;
        StreamARN?: string;
        DryRun?: boolean;
      }>(call);
      const arn = ConsumerARN ?? StreamARN;
      const { account: owner } = parseArn(arn ?? "");
      const isForeign = arn && owner !== call.account;
      if (isForeign) {
        await permissions.assertAllowed(call, arn, DryRun === true);
      }
      if (DryRun) {
        throw new AwsError("DryRunOperationException", "The request would have succeeded.");
      }
      const handler = own[`kinesis.${operation}`];
      return handler?.(call) ?? call.forward(isForeign ? owner : undefined);
    },
  ]);

  const gateway = await startGateway(
    moto,
    accounts,
    { ...own, ...(Object.fromEntries(shared) as Handlers) },
    (call, result) => {
      const { service, operation } = call;
      try {
        metrics.called(call, result);
      } catch {
        // A body that is not JSON holds no records to count.
      }
      const isRead = /^(Get|List|Describe|PutRecord|Invoke)/.test(operation);
      if (!isRead && /^(iam|kinesis|kms|lambda)$/.test(service)) {
        cache.clear();
      }
    },
    deployers,
  ).catch(async (error: unknown) => {
    await moto.stop();
    throw error;
  });
  return {
    url: gateway.url,
    credentials: (accountId) => {
      if (!/^\d{12}$/.test(accountId)) {
        throw new Error(`'accountId' must be 12 digits, got '${accountId}'`);
      }
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
    flushMetrics: () => collector.flush(),
    exitReason: () => moto.exitReason(),
    stop: async () => {
      // Pollers wait for running invocations. Stopping the runner ends those.
      await Promise.all([mappings.stop(), runner.stop()]);
      await Promise.all([logs.flush(), collector.stop()]);
      await gateway.stop();
      await moto.stop();
    },
  };
}
