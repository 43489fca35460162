/** A report as its source holds it. */
export interface StoredReport {
  /** SQS message ID, or key of the S3 object. */
  readonly id: string;
  readonly body: string;
}

/** Where reports of failed batches are. */
export interface ReportSource {
  /** As a sentence names it, such as `queue analytics-on-failure`. */
  readonly name: string;
  /** All reports that are there, kept from other readers until `close` as far as the source can. */
  receive(): Promise<readonly StoredReport[]>;
  /** The body of a received report, with the records if the source holds them. */
  load(id: string): Promise<string>;
  delete(id: string): Promise<void>;
  /** Why reports can no longer be kept from other readers; undefined while they are. */
  problem(): string | undefined;
  /** Gives the reports that were not deleted back to other readers. */
  close(): Promise<void>;
}
