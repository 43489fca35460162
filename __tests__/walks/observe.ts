import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeStreamSummaryCommand, ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { DescribeKeyCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import {
  type EventSourceMappingConfiguration,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { functionNameIn, streamArnOf } from "../../pipeline/arn";
import { CONSUMER, PRODUCER, streamArn } from "../e2e/deployment";
import type { Clients } from "../local/two-accounts";
import { AUDITOR, NEIGHBOUR } from "./settings";

export type ClientsOf = (account: string) => Clients;

/** A mapping in AWS: one function that reads one stream. */
export interface ObservedReader {
  readonly uuid: string;
  readonly account: string;
  readonly functionName: string;
  readonly streamArn: string;
  readonly state: string;
  /** Why it processes nothing, in Lambda's words. */
  readonly problem: string | undefined;
  /** The keys that its filters let through; undefined without filters. */
  readonly keys: readonly string[] | undefined;
  readonly position: string;
  /** The start of a mapping with the position AT_TIMESTAMP, in milliseconds. */
  readonly startsAt: number;
  readonly destination: string | undefined;
  readonly retries: number;
  readonly ageSeconds: number;
}

/** What keeps records, or what is needed to read them. */
export interface Store {
  readonly kind: "stream" | "queue" | "log group" | "key";
  readonly name: string;
  readonly account: string;
  /** Changes if it is made anew under its name. */
  readonly identity: string;
}

/** What is in the accounts at one time. */
export interface Observation {
  readonly readers: readonly ObservedReader[];
  readonly stores: readonly Store[];
  /** Names of the streams that the auditor may read. */
  readonly readableByAuditor: readonly string[];
}

/** Lambda uses -1 for "no limit". */
const limit = (value: number | undefined): number =>
  value === undefined || value === -1 ? Infinity : value;

function keysIn({ FilterCriteria: criteria }: EventSourceMappingConfiguration) {
  const patterns = (criteria?.Filters ?? []).map(
    ({ Pattern = "{}" }) => JSON.parse(Pattern) as { partitionKey?: string[] },
  );
  return patterns.length === 0
    ? undefined
    : patterns.flatMap(({ partitionKey = [] }) => partitionKey);
}

const readerOf =
  (account: string) =>
  (mapping: EventSourceMappingConfiguration): ObservedReader => {
    const { LastProcessingResult: result = "" } = mapping;
    return {
      uuid: mapping.UUID ?? "",
      account,
      functionName: functionNameIn(mapping.FunctionArn) ?? "",
      streamArn: streamArnOf(mapping.EventSourceArn ?? ""),
      state: mapping.State ?? "",
      problem: result.startsWith("PROBLEM") ? result : undefined,
      keys: keysIn(mapping),
      position: mapping.StartingPosition ?? "TRIM_HORIZON",
      startsAt: mapping.StartingPositionTimestamp?.getTime() ?? 0,
      destination: mapping.DestinationConfig?.OnFailure?.Destination,
      retries: limit(mapping.MaximumRetryAttempts),
      ageSeconds: limit(mapping.MaximumRecordAgeInSeconds),
    };
  };

export async function observeReaders(clients: ClientsOf): Promise<ObservedReader[]> {
  const found = await Promise.all(
    [CONSUMER, NEIGHBOUR].map(async (account) => {
      const { lambda } = clients(account);
      const { EventSourceMappings = [] } = await lambda.send(
        new ListEventSourceMappingsCommand({}),
      );
      return EventSourceMappings.map(readerOf(account));
    }),
  );
  return found.flat();
}

async function observeStreams({ kinesis }: Clients): Promise<Store[]> {
  const { StreamNames = [] } = await kinesis.send(new ListStreamsCommand({}));
  return Promise.all(
    StreamNames.map(async (name): Promise<Store> => {
      const { StreamDescriptionSummary: summary } = await kinesis.send(
        new DescribeStreamSummaryCommand({ StreamName: name }),
      );
      const created = summary?.StreamCreationTimestamp?.getTime() ?? 0;
      return { kind: "stream", name, account: PRODUCER, identity: String(created) };
    }),
  );
}

async function observeKeys({ kms }: Clients): Promise<Store[]> {
  const { Keys = [] } = await kms.send(new ListKeysCommand({}));
  const states = await Promise.all(
    Keys.map(async ({ KeyId, KeyArn = "" }) => {
      const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId }));
      return { arn: KeyArn, isEnabled: key?.KeyState === "Enabled" };
    }),
  );
  return states
    .filter(({ isEnabled }) => isEnabled)
    .map(({ arn }) => ({ kind: "key", name: arn, account: PRODUCER, identity: arn }));
}

async function observeOthers(clients: ClientsOf, account: string): Promise<Store[]> {
  const { sqs, logs } = clients(account);
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  return [
    ...QueueUrls.map((url): Store => {
      const name = url.split("/").at(-1) ?? "";
      return { kind: "queue", name, account, identity: name };
    }),
    ...logGroups.map(({ logGroupName: name = "", creationTime }): Store => {
      return { kind: "log group", name, account, identity: String(creationTime) };
    }),
  ];
}

const mayRead = ({ kinesis }: Clients, name: string): Promise<boolean> =>
  kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: streamArn(name) })).then(
    () => true,
    () => false,
  );

export async function observe(clients: ClientsOf): Promise<Observation> {
  const producer = clients(PRODUCER);
  const [readers, streams, keys, ...others] = await Promise.all([
    observeReaders(clients),
    observeStreams(producer),
    observeKeys(producer),
    ...[CONSUMER, NEIGHBOUR].map((account) => observeOthers(clients, account)),
  ]);
  const access = await Promise.all(
    streams.map(async ({ name }) => ((await mayRead(clients(AUDITOR), name)) ? [name] : [])),
  );
  return {
    readers,
    stores: [...streams, ...keys, ...others.flat()],
    readableByAuditor: access.flat(),
  };
}
