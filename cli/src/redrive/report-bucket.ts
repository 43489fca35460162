import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { isDenial, isRefusal, withCall } from "../errors";
import type { Unusable } from "./report";
import type { ReportSource, StoredReport } from "./report-source";

/** More than twice the largest event of Lambda, which a report contains as a string. */
const MAX_BYTES = 16 * 1024 * 1024;
const OBJECTS_AT_A_TIME = 8;

/** The reports that a mapping wrote into a bucket; each holds its batch's records in `payload`. */
export class ReportBucket implements ReportSource {
  readonly name: string;
  readonly holdsRecords = true;
  /** The first answer that denied access to an object. */
  private denied: unknown;

  constructor(
    private readonly s3: Pick<S3Client, "send">,
    private readonly bucket: string,
    private readonly mappingUuid: string,
  ) {
    this.name = `bucket ${bucket}`;
  }

  async *receive(): AsyncGenerator<StoredReport | Unusable> {
    let ContinuationToken: string | undefined;
    let couldRead = false;
    this.denied = undefined;
    do {
      const page = await this.s3.send(
        new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: `aws/lambda/${this.mappingUuid}/`,
          ContinuationToken,
        }),
      );
      const objects = page.Contents ?? [];
      for (let at = 0; at < objects.length; at += OBJECTS_AT_A_TIME) {
        const read = objects
          .slice(at, at + OBJECTS_AT_A_TIME)
          .map(async ({ Key: id = "", Size: bytes = 0 }) =>
            bytes > MAX_BYTES
              ? { id, why: `it has ${bytes} bytes, more than a report of Lambda` }
              : await this.find(id),
          );
        for (const report of await Promise.all(read)) {
          couldRead ||= "body" in report;
          yield report;
        }
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    // If no object can be read, it is the permission that is missing.
    if (this.denied !== undefined && !couldRead) {
      throw withCall(this.denied, "s3:GetObject");
    }
  }

  async find(id: string): Promise<StoredReport | Unusable> {
    try {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: id }));
      return { id, body: (await Body?.transformToString()) ?? "" };
    } catch (error) {
      if (!isRefusal(error)) {
        throw withCall(error, "s3:GetObject");
      }
      this.denied ??= isDenial(error) ? error : undefined;
      // Who wrote the object chose its key, its owner and its storage class.
      const { name, message } = error as Error;
      return { id, why: `S3 refused s3:GetObject (${name}: ${message})` };
    }
  }

  async delete(id: string): Promise<void> {
    await this.s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: id }));
  }

  problem(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
