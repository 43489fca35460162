import type { KinesisRecord } from "../../../pipeline/kinesis-event";
import { isPlainObject } from "../../../pipeline/values";

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
  readonly streamArn: string;
  readonly shardId: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly batchSize: number;
  readonly firstArrival: Date;
  readonly lastArrival: Date;
  /** Why Lambda gave up, such as `RetryAttemptsExhausted`. */
  readonly condition?: string;
  readonly payload?: readonly KinesisRecord[];
  /** Deleted by an earlier run; it still tells which records the reports around it are not about. */
  readonly isDeleted?: true;
}

/** A report that is left where it is, and why. */
export interface Unusable {
  readonly id: string;
  readonly why: string;
}

export const isReport = (parsed: Report | Unusable): parsed is Report => !("why" in parsed);

interface InvocationRecord {
  readonly version?: unknown;
  readonly requestContext?: Readonly<Record<string, unknown>>;
  readonly KinesisBatchInfo?: Readonly<Record<string, unknown>>;
  readonly DDBStreamBatchInfo?: unknown;
  readonly payload?: unknown;
}

/**
 * Reads the body of an SQS message, of an SNS notification in one, or of an S3 object. Whoever may
 * write there chooses every field, so each is checked here and nowhere else.
 *
 * @param holdsRecords whether it comes from S3: Lambda writes a `payload` nowhere else, and the
 *   records of any other would be forged by whoever may send a message
 */
export function parseReport(
  id: string,
  body: string,
  { holdsRecords }: { readonly holdsRecords: boolean },
): Report | Unusable {
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
  const fields = { ...batch, ...requestContext };
  const wrong = Object.keys(FIELDS).find((field) => FIELDS[field]?.(fields[field]) !== true);
  if (wrong !== undefined) {
    return { id, why: `its '${wrong}' is missing or malformed` };
  }
  const [start, end] = [fields.startSequenceNumber, fields.endSequenceNumber].map((number) =>
    BigInt(String(number)),
  ) as [bigint, bigint];
  if (start > end) {
    return { id, why: "its 'endSequenceNumber' is before its 'startSequenceNumber'" };
  }
  if (record.payload !== undefined && !holdsRecords) {
    return { id, why: "it has a 'payload', which Lambda writes to S3 only" };
  }
  const payload = record.payload === undefined ? undefined : recordsOf(record.payload);
  if (payload === null) {
    return { id, why: "its 'payload' is not a Kinesis event" };
  }
  return {
    id,
    functionArn: String(fields.functionArn),
    streamArn: String(fields.streamArn),
    shardId: String(fields.shardId),
    start,
    end,
    batchSize: Number(fields.batchSize),
    firstArrival: new Date(String(fields.approximateArrivalOfFirstRecord)),
    lastArrival: new Date(String(fields.approximateArrivalOfLastRecord)),
    ...(isWord(fields.condition) && { condition: String(fields.condition) }),
    ...(payload && { payload }),
  };
}

type Check = (value: unknown) => boolean;

const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const ARN = String.raw`^arn:aws[a-z-]*`;
const REGION_AND_ACCOUNT = String.raw`[a-z0-9-]+:\d{12}`;
// Kinesis takes at most 129 digits: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
const isSequenceNumber = matches(/^(0|[1-9]\d{0,128})$/);
const isInstant = matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/);
const isTime: Check = (value) => isInstant(value) && !Number.isNaN(Date.parse(String(value)));
const isWord = matches(/^\w{1,64}$/);
const MAX_BATCH_SIZE = 10_000;

/** The fields that are used, each with what Lambda and Kinesis write there. */
const FIELDS: Readonly<Record<string, Check>> = {
  functionArn: matches(
    new RegExp(
      String.raw`${ARN}:lambda:${REGION_AND_ACCOUNT}:function:[\w-]{1,140}(:[\w$-]{1,128})?$`,
    ),
  ),
  streamArn: matches(
    new RegExp(String.raw`${ARN}:kinesis:${REGION_AND_ACCOUNT}:stream/[\w.-]{1,128}$`),
  ),
  shardId: matches(/^shardId-\d{12}$/),
  startSequenceNumber: isSequenceNumber,
  endSequenceNumber: isSequenceNumber,
  batchSize: (value) =>
    Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAX_BATCH_SIZE,
  approximateArrivalOfFirstRecord: isTime,
  approximateArrivalOfLastRecord: isTime,
};

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
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
  const records: unknown = isPlainObject(event) ? event.Records : undefined;
  const all = Array.isArray(records)
    ? records.map((record: unknown) => (isPlainObject(record) ? record.kinesis : undefined))
    : [];
  return all.length > 0 && all.every(isKinesisRecord) ? all : null;
}

const isKinesisRecord = (value: unknown): value is KinesisRecord =>
  isPlainObject(value) &&
  isSequenceNumber(value.sequenceNumber) &&
  typeof value.kinesisSchemaVersion === "string" &&
  typeof (value.partitionKey ?? "") === "string" &&
  typeof value.data === "string" &&
  Buffer.from(value.data, "base64").toString("base64") === value.data &&
  Number.isFinite(value.approximateArrivalTimestamp);
