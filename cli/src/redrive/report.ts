import type { KinesisRecord } from "../kinesis-event";

/**
 * The invocation record that Lambda sends to an on-failure destination when it gives up on a batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */

const SCHEMA_VERSION = "1.0";

/** One failed batch. The records themselves are only in `payload`, which only S3 objects have. */
export interface Report {
  /** SQS message ID, or key of the S3 object. */
  readonly id: string;
  readonly functionArn: string;
  readonly condition: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly batchSize: number;
  readonly firstArrival: Date;
  readonly lastArrival: Date;
  readonly payload?: readonly KinesisRecord[];
}

/** A report that is left where it is, and why. */
export interface Unusable {
  readonly id: string;
  readonly why: string;
}

export const isReport = (parsed: Report | Unusable): parsed is Report => !("why" in parsed);

interface InvocationRecord {
  readonly version?: unknown;
  readonly requestContext?: { readonly functionArn?: unknown; readonly condition?: unknown };
  readonly KinesisBatchInfo?: Readonly<Record<string, unknown>>;
  readonly DDBStreamBatchInfo?: unknown;
  readonly payload?: unknown;
}

/** Reads the body of an SQS message, of an SNS notification in one, or of an S3 object. */
export function parseReport(id: string, body: string): Report | Unusable {
  const record = unwrapNotification(parseObject(body)) as InvocationRecord | undefined;
  if (!record) {
    return { id, why: "it is not a JSON object, so Lambda did not write it" };
  }
  if (record.DDBStreamBatchInfo !== undefined) {
    return { id, why: "it reports records of a DynamoDB stream, not of a Kinesis stream" };
  }
  const { version, KinesisBatchInfo: batch, requestContext } = record;
  if (!batch || !requestContext) {
    return { id, why: "it is not Lambda's report of a batch of Kinesis records" };
  }
  if (version !== SCHEMA_VERSION) {
    return {
      id,
      why: `it has schema version ${JSON.stringify(version)}, and this command reads ${SCHEMA_VERSION}; use a newer version of this command`,
    };
  }
  const wrong = wrongField(requestContext, batch);
  if (wrong) {
    return { id, why: `its '${wrong}' is missing or malformed` };
  }
  const payload = record.payload === undefined ? undefined : recordsOf(record.payload);
  if (payload === null) {
    return { id, why: "its 'payload' is not a Kinesis event" };
  }
  return {
    id,
    functionArn: String(requestContext.functionArn),
    condition: String(requestContext.condition),
    streamArn: String(batch.streamArn),
    shardId: String(batch.shardId),
    start: BigInt(String(batch.startSequenceNumber)),
    end: BigInt(String(batch.endSequenceNumber)),
    batchSize: Number(batch.batchSize),
    firstArrival: new Date(String(batch.approximateArrivalOfFirstRecord)),
    lastArrival: new Date(String(batch.approximateArrivalOfLastRecord)),
    ...(payload && { payload }),
  };
}

const isArn = (value: unknown): boolean =>
  typeof value === "string" && /^arn:[^:]+:(kinesis|lambda):[^:]+:\d{12}:.+$/.test(value);
const isNumber = (value: unknown): boolean => typeof value === "string" && /^\d+$/.test(value);
const isTime = (value: unknown): boolean =>
  typeof value === "string" && !Number.isNaN(Date.parse(value));

/** Name of the first field that cannot be used. */
function wrongField(
  context: NonNullable<InvocationRecord["requestContext"]>,
  batch: NonNullable<InvocationRecord["KinesisBatchInfo"]>,
): string | undefined {
  const checks: Record<string, boolean> = {
    functionArn: isArn(context.functionArn),
    streamArn: isArn(batch.streamArn),
    shardId: typeof batch.shardId === "string",
    startSequenceNumber: isNumber(batch.startSequenceNumber),
    endSequenceNumber: isNumber(batch.endSequenceNumber),
    batchSize: Number.isInteger(batch.batchSize) && Number(batch.batchSize) > 0,
    approximateArrivalOfFirstRecord: isTime(batch.approximateArrivalOfFirstRecord),
    approximateArrivalOfLastRecord: isTime(batch.approximateArrivalOfLastRecord),
  };
  return Object.keys(checks).find((field) => checks[field] !== true);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A queue that is subscribed to an SNS topic gets the report inside of a notification. */
const unwrapNotification = (object: Record<string, unknown> | undefined) =>
  object?.Type === "Notification" && typeof object.Message === "string"
    ? parseObject(object.Message)
    : object;

function recordsOf(payload: unknown): KinesisRecord[] | null {
  const event = typeof payload === "string" ? parseObject(payload) : payload;
  const { Records: records } = (event ?? {}) as { Records?: { kinesis?: KinesisRecord }[] };
  if (
    !Array.isArray(records) ||
    !records.every(({ kinesis }) => isNumber(kinesis?.sequenceNumber))
  ) {
    return null;
  }
  return records.flatMap(({ kinesis }) => kinesis ?? []);
}
