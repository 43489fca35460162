import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { valueOf } from "../../../../pipeline/fact";
import { matchesNoRecord } from "../../../../pipeline/filter-warnings";
import { duration } from "../../duration";
import { patternsOf } from "../filters";
import { finding, ok, undecided, type Check, type Verdict } from "../verdict";

/** How a mapping treats records that the function fails on. Without limits, Lambda uses -1 for both. */
export function limitsOf({
  MaximumRetryAttempts: attempts = -1,
  MaximumRecordAgeInSeconds: ageSeconds = -1,
  BisectBatchOnFunctionError: isBisected = false,
}: EventSourceMappingConfiguration) {
  return { attempts, ageSeconds, isBisected, isUnlimited: attempts === -1 && ageSeconds === -1 };
}

/** A check of a mapping that could be read; another check says why one could not. */
const check = (
  title: string,
  judge: (mapping: EventSourceMappingConfiguration) => Verdict | undefined,
): Check => ({
  title,
  about: "mapping",
  run: ({ pipeline }) => {
    const mapping = valueOf(pipeline.mapping.configuration);
    return mapping && judge(mapping);
  },
});

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html */
const partialFailures = check("partial failures", ({ FunctionResponseTypes: types = [] }) =>
  types.includes("ReportBatchItemFailures")
    ? ok("ReportBatchItemFailures is on")
    : finding("partial-failures-ignored", "ReportBatchItemFailures is not set"),
);

/** https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const retries = check("retries", (mapping) => {
  const { attempts, ageSeconds, isBisected, isUnlimited } = limitsOf(mapping);
  const limits = [
    ...(attempts === -1 ? [] : [`${attempts} retries`]),
    ...(ageSeconds === -1 ? [] : [`records up to ${duration(ageSeconds * 1000)} old`]),
  ];
  const says = `${limits.join(", ") || "until the records expire"}; batches are ${isBisected ? "" : "not "}bisected`;
  return isUnlimited && !isBisected ? finding("retries-unlimited", says) : ok(says);
});

const destination = check("on-failure destination", (mapping) => {
  const { attempts, ageSeconds, isUnlimited } = limitsOf(mapping);
  return isUnlimited || mapping.DestinationConfig?.OnFailure?.Destination !== undefined
    ? undefined
    : finding(
        "destination-not-set",
        attempts === -1
          ? `none, and records are given up on after ${duration(ageSeconds * 1000)}`
          : `none, and a batch is given up on after ${attempts} retries`,
      );
});

const window = check("window", ({ TumblingWindowInSeconds: seconds = 0 }) =>
  seconds === 0
    ? undefined
    : ok(
        `tumbling, ${seconds} s: each answer of the function must have a state, or its batch fails`,
      ),
);

const filters = check("filters", (mapping) => {
  const { FilterCriteriaError: error } = mapping;
  if (error) {
    return undecided(`they could not be read: ${error.Message ?? error.ErrorCode}`);
  }
  const patterns = patternsOf(mapping);
  const wrong = patterns.filter(({ json }) => json && matchesNoRecord(json));
  if (wrong.length > 0) {
    const evidence = wrong.map(({ text }) => text).join(" and ");
    return wrong.length === patterns.length
      ? finding("filters-match-nothing", evidence)
      : finding("filter-matches-nothing", evidence);
  }
  return patterns.length === 0
    ? undefined
    : ok(patterns.length === 1 ? "1 pattern" : `${patterns.length} patterns`);
});

/** Settings of the mapping that lose records, or hold them up. */
export const SETTINGS_CHECKS: readonly Check[] = [
  partialFailures,
  retries,
  destination,
  window,
  filters,
];
