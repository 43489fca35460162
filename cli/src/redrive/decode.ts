import { gunzipSync } from "node:zlib";

/** Most that is unpacked of one record: a few bytes of gzip can become gigabytes. */
const MOST_UNPACKED_BYTES = 4 * 1024 * 1024;
/** Most that is shown of one record. */
const MOST_CHARACTERS = 16 * 1024;
const GZIP = Buffer.from("1f8b", "hex");

/** Data of a record, as a person reads it. */
export interface DecodedData {
  readonly format: "JSON" | "text" | "hex";
  /** What the data was packed with. */
  readonly packed?: string;
  /** Beginning of the data in this format. */
  readonly content: string;
  /** Whether there is more than `content`. */
  readonly isCut: boolean;
}

/** Decodes the data of a record: gzip, JSON, text, or hexadecimal digits for anything else. */
export function decode(data: Buffer): DecodedData {
  const { bytes, packed } = unpack(data);
  const text = textOf(bytes);
  const whole =
    text === undefined
      ? // Two digits a byte: one more than is shown.
        { format: "hex" as const, content: bytes.subarray(0, MOST_CHARACTERS).toString("hex") }
      : formatted(text);
  return {
    format: whole.format,
    ...(packed !== undefined && { packed }),
    content: whole.content.slice(0, MOST_CHARACTERS),
    isCut: whole.content.length > MOST_CHARACTERS,
  };
}

function unpack(data: Buffer): { readonly bytes: Buffer; readonly packed?: string } {
  if (!data.subarray(0, GZIP.length).equals(GZIP)) {
    return { bytes: data };
  }
  try {
    const bytes = gunzipSync(data, { maxOutputLength: MOST_UNPACKED_BYTES });
    return { bytes, packed: `gzip of ${bytes.length} bytes` };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
      ? { bytes: data, packed: `gzip of more than ${MOST_UNPACKED_BYTES} bytes, not unpacked` }
      : { bytes: data };
  }
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Indents JSON, unless that would change it: large numbers and double keys may be what is wrong. */
function formatted(text: string): Pick<DecodedData, "format" | "content"> {
  try {
    const value: unknown = JSON.parse(text);
    const isKept = JSON.stringify(value) === text;
    return { format: "JSON", content: isKept ? JSON.stringify(value, undefined, 2) : text };
  } catch {
    return { format: "text", content: text };
  }
}
