import type { Unusable } from "./report";

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
  /** Whether its reports hold the records: only what Lambda writes to S3 does. */
  readonly holdsRecords: boolean;
  /** All reports that are there, kept from other readers until `close` as far as the source can. */
  receive(): AsyncIterable<StoredReport | Unusable>;
  /** One report; undefined if it is not there. */
  find(id: string): Promise<StoredReport | Unusable | undefined>;
  delete(id: string): Promise<void>;
  /** Why reports can no longer be kept from other readers; undefined while they are. */
  problem(): string | undefined;
  /** Gives the reports that were not deleted back to other readers. */
  close(): Promise<void>;
}
