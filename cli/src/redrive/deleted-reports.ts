import type { Journal } from "./journal";
import type { DeletedReport } from "./journal-state";
import type { Report } from "./report";

/**
 * Reports that earlier runs deleted while others, with records in the same range, were left. They
 * still tell which records the others are not about, until those have expired. A report that was
 * received again tells that itself.
 *
 * @param received reports of this run
 * @param oldest when the oldest records that can be read arrived
 */
export function deletedBefore(
  journal: Journal,
  target: Pick<Report, "functionArn" | "streamArn">,
  received: readonly Report[],
  oldest: number,
): Report[] {
  const reports = [...journal.deletedReports].map(([id, about]): Report => {
    const { shardId, start, end, batchSize } = about;
    const { functionArn, streamArn } = target;
    const [firstArrival, lastArrival] = [new Date(about.firstArrival), new Date(about.lastArrival)];
    return {
      ...{ id, functionArn, streamArn, shardId, batchSize, firstArrival, lastArrival },
      start: BigInt(start),
      end: BigInt(end),
      isDeleted: true,
    };
  });
  const isOver = ({ lastArrival }: Report) => lastArrival.getTime() < oldest;
  forget(journal, reports.filter(isOver));
  const ids = new Set(received.map(({ id }) => id));
  return reports.filter((report) => !isOver(report) && !ids.has(report.id));
}

/** Has the journal forget deleted reports that no other report needs any more. */
export function forget(journal: Journal, reports: readonly Pick<Report, "id">[]): void {
  const over = reports.map(({ id }) => id).filter((id) => journal.deletedReports.has(id));
  if (over.length > 0) {
    journal.write({ over });
  }
}

export const aboutOf = (report: Report): DeletedReport => ({
  shardId: report.shardId,
  start: String(report.start),
  end: String(report.end),
  batchSize: report.batchSize,
  firstArrival: report.firstArrival.toISOString(),
  lastArrival: report.lastArrival.toISOString(),
});
