import { parseArn } from "./arn";

/** A record as the SDK returns it. */
interface StreamRecord {
  readonly PartitionKey?: string | undefined;
  readonly SequenceNumber?: string | undefined;
  readonly Data?: Uint8Array | undefined;
  readonly ApproximateArrivalTimestamp?: Date | undefined;
}

/** `kinesis` of a record in a function's event. */
export interface KinesisRecord {
  readonly kinesisSchemaVersion: string;
  /** Null for a record that was put without one into a stream whose record distribution is AUTO. */
  readonly partitionKey: string | null;
  readonly sequenceNumber: string;
  readonly data: string;
  readonly approximateArrivalTimestamp: number;
}

/** What an event says about where its records come from. */
export interface EventSource {
  /** ARN of the mapping's event source: a stream or a registered consumer. */
  readonly eventSourceArn: string;
  /** ARN of the function's role. */
  readonly roleArn: string | undefined;
}

export const kinesisRecord = (record: StreamRecord): KinesisRecord => ({
  kinesisSchemaVersion: "1.0",
  partitionKey: record.PartitionKey ?? null,
  sequenceNumber: record.SequenceNumber ?? "",
  data: Buffer.from(record.Data ?? []).toString("base64"),
  approximateArrivalTimestamp: (record.ApproximateArrivalTimestamp?.getTime() ?? 0) / 1000,
});

/** Size of a record's data, which is in base64. */
export const bytesOf = (data: string): number => Math.floor((data.length * 3) / 4);

/** https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export const kinesisEvent = (
  records: readonly KinesisRecord[],
  shardId: string,
  { eventSourceArn, roleArn }: EventSource,
) => {
  const { region } = parseArn(eventSourceArn);
  return {
    Records: records.map((kinesis) => ({
      kinesis,
      eventSource: "aws:kinesis",
      eventVersion: "1.0",
      eventID: `${shardId}:${kinesis.sequenceNumber}`,
      eventName: "aws:kinesis:record",
      invokeIdentityArn: roleArn,
      awsRegion: region,
      eventSourceARN: eventSourceArn,
    })),
  };
};

export type KinesisEvent = ReturnType<typeof kinesisEvent>;

/**
 * Index of the first record that the function reports; undefined if there is none.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function firstFailure(
  result: unknown,
  records: readonly Pick<KinesisRecord, "sequenceNumber">[],
): number | "whole batch" | undefined {
  if (typeof (result ?? {}) !== "object") {
    return "whole batch";
  }
  const { batchItemFailures: failures } = (result ?? {}) as { batchItemFailures?: unknown };
  if (failures === undefined || failures === null) {
    return undefined;
  }
  if (!Array.isArray(failures)) {
    return "whole batch";
  }
  const indexes = failures.map((failure: { itemIdentifier?: unknown } | null) =>
    records.findIndex(({ sequenceNumber }) => sequenceNumber === failure?.itemIdentifier),
  );
  if (indexes.length === 0) {
    return undefined;
  }
  return indexes.includes(-1) ? "whole batch" : Math.min(...indexes);
}
