import { createHash } from "node:crypto";
import type { KinesisRecord } from "../../../pipeline/kinesis-event";

/**
 * Records that the Kinesis Producer Library (KPL) aggregated: a magic number, a protobuf message and
 * its MD5 checksum. Data in which one of them is wrong is no aggregate, as for AWS's own libraries.
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = Buffer.from("f3899ac2", "hex");
const CHECKSUM_BYTES = 16;

/** Beginning of data with this number, in base64: 4 bytes fill 5 characters and a part of the next. */
const MAGIC_BASE64 = MAGIC.toString("base64").slice(0, 5);

/** A record as its producer gave it to the KPL. */
export interface UserRecord {
  readonly partitionKey: string | undefined;
  readonly data: Buffer;
}

/** Number of KPL-aggregated records. */
export const countAggregated = (records: readonly Pick<KinesisRecord, "data">[]): number =>
  records.filter(({ data }) => isAggregated(data)).length;

/** Whether data, in base64, was aggregated. */
export const isAggregated = (data: string): boolean =>
  data.startsWith(MAGIC_BASE64) && messageOf(Buffer.from(data, "base64")) !== undefined;

/** The records in an aggregate; undefined if the data is none. */
export function deaggregate(data: Buffer): UserRecord[] | undefined {
  const message = messageOf(data);
  if (!message) {
    return undefined;
  }
  try {
    const fields = [...fieldsOf(message)];
    const keys = fields.flatMap(({ number, bytes }) => (number === 1 ? [bytes.toString()] : []));
    return fields.flatMap(({ number, bytes }) => {
      const own = number === 3 ? [...fieldsOf(bytes)] : [];
      const index = own.find((field) => field.number === 1)?.value ?? 0;
      const content = own.find((field) => field.number === 3);
      return content ? [{ partitionKey: keys[index], data: content.bytes }] : [];
    });
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

function messageOf(data: Buffer): Buffer | undefined {
  const message = data.subarray(MAGIC.length, -CHECKSUM_BYTES);
  const isAggregate =
    data.subarray(0, MAGIC.length).equals(MAGIC) &&
    createHash("md5").update(message).digest().equals(data.subarray(-CHECKSUM_BYTES));
  return isAggregate ? message : undefined;
}

const malformed = () => new RangeError("not the message of an aggregate");

interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Buffer;
}

/**
 * The fields of a protobuf message that are integers or have a length; the format has no others.
 *
 * @throws RangeError if the message is malformed
 */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at];
      if (byte === undefined) {
        throw malformed();
      }
      at += 1;
      value += (byte % 128) * factor;
      if (byte < 128) {
        return value;
      }
    }
  };
  while (at < message.length) {
    const tag = varint();
    const value = varint();
    const hasLength = tag % 8 === 2;
    if ((!hasLength && tag % 8 !== 0) || (hasLength && at + value > message.length)) {
      throw malformed();
    }
    const bytes = message.subarray(at, hasLength ? at + value : at);
    at += bytes.length;
    yield { number: Math.floor(tag / 8), value, bytes };
  }
}
