import { valueOf } from "../../../pipeline/fact";
import { patternsOf } from "./filters";
import type { FindingKind } from "./findings";
import {
  limitRetries,
  lookIntoData,
  reportFailures,
  reportPartialFailures,
} from "./settings-fixes";

/** Settings of the mapping that lose records, or hold them up. */
export const SETTINGS_FINDINGS = {
  "partial-failures-ignored": {
    severity: "warning",
    what: "the mapping ignores batchItemFailures, so records that the function reports as failed are lost",
    order: "last",
    fix: reportPartialFailures,
  },
  "retries-unlimited": {
    severity: "warning",
    what: "nothing limits the retries of a batch, so one bad record holds up its shard until it expires",
    order: "last",
    fix: limitRetries,
  },
  "destination-not-set": {
    severity: "warning",
    what: "the mapping has no on-failure destination, so records that are given up on are lost without a report",
    order: "last",
    fix: reportFailures,
  },
  "filters-match-nothing": {
    severity: "error",
    what: "the mapping's filters look for keys that no record has, so they drop every record",
    order: "last",
    fix: lookIntoData,
  },
  "filter-matches-nothing": {
    severity: "warning",
    what: "a filter of the mapping looks for a key that no record has, so nothing passes it",
    order: "last",
    fix: lookIntoData,
  },
  "filters-drop-records": {
    severity: "warning",
    what: "none of the stream's last records passes the mapping's filters, so the function gets none of them",
    leavesOpen: true,
    fix: ({ examination: { pipeline } }) => ({
      says: `compare the patterns with a record: ${patternsOf(
        valueOf(pipeline.mapping.configuration) ?? {},
      )
        .map(({ text }) => text)
        .join(" and ")}. If such records are rare, try more of them with --records`,
    }),
  },
} as const satisfies Readonly<Record<string, FindingKind>>;
