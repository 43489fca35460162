import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ReportSource, StoredReport } from "./report-source";

/** The reports that a mapping wrote into a bucket; each holds its batch's records in `payload`. */
export class ReportBucket implements ReportSource {
  readonly name: string;

  constructor(
    private readonly s3: Pick<S3Client, "send">,
    private readonly bucket: string,
    private readonly mappingUuid: string,
  ) {
    this.name = `bucket ${bucket}`;
  }

  /** Reads every object once; the records are dropped, and loaded again when they are sent. */
  async receive(): Promise<readonly StoredReport[]> {
    const reports: StoredReport[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await this.s3.send(
        new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: `aws/lambda/${this.mappingUuid}/`,
          ContinuationToken,
        }),
      );
      for (const { Key: id = "" } of page.Contents ?? []) {
        reports.push({ id, body: withoutRecords(await this.load(id)) });
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return reports;
  }

  async load(id: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: id }));
    return (await Body?.transformToString()) ?? "";
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

function withoutRecords(body: string): string {
  try {
    const { payload, ...report } = JSON.parse(body) as { payload?: unknown };
    return JSON.stringify({
      ...report,
      ...(payload !== undefined && { payload: { Records: [] } }),
    });
  } catch {
    return body;
  }
}
