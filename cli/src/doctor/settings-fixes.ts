import { parseArn } from "../../../pipeline/arn";
import { valueOf } from "../../../pipeline/fact";
import { withKeysInData } from "../../../pipeline/filter-warnings";
import { destinationNeedsOn } from "../../../pipeline/needs";
import { patternsOf } from "./filters";
import { sentences, type Recipe, type Repair } from "./fixes";
import { PRODUCT_DEFAULTS, updateMapping } from "./mapping-fixes";
import { allowRole } from "./policy-fixes";
import { createQueue } from "./resource-fixes";
import { retry } from "./shell";

/** Lambda's limit of MaximumRecordAgeInSeconds. */
const LONGEST_AGE_SECONDS = 604_800;

/**
 * A recipe that updates the mapping, of which Lambda keeps every setting that an update does not name;
 * a mapping that the fix of its consumer creates again has another UUID after that.
 */
const update = (repair: Repair, says: readonly string[], steps: () => Recipe["steps"]): Recipe =>
  repair.examination.consumer?.state === "missing"
    ? { says: "run doctor again once the mapping reads through a consumer that exists" }
    : { says: sentences(...says), steps: steps() };

export const reportPartialFailures = (repair: Repair): Recipe =>
  update(
    repair,
    [
      "have the mapping use what the function returns",
      "Look at the function's code first: if it returns something else than nothing or an object with batchItemFailures, each batch may then fail",
    ],
    () => [
      updateMapping(repair.examination.pipeline, {
        "function-response-types": PRODUCT_DEFAULTS.FunctionResponseTypes,
      }),
    ],
  );

/** Gives a mapping a queue for its reports, in the same update as other settings. */
export function reportFailures(
  repair: Repair,
  settings: Parameters<typeof updateMapping>[1] = {},
  says: readonly string[] = [],
): Recipe {
  const { pipeline } = repair.examination;
  const { account, name, arn: functionArn } = pipeline.function;
  const { partition } = parseArn(functionArn);
  const queue = `${name}-on-failure`;
  const arn = `arn:${partition}:sqs:${pipeline.region}:${account.id}:${queue}`;
  const own = allowRole(repair, destinationNeedsOn({ arn, service: "sqs" }));
  const destination = { OnFailure: { Destination: arn } };
  return update(
    repair,
    [
      ...says,
      `create a queue that keeps reports for 14 days, let the role send to it, and have the mapping report to it (account ${account.id})`,
      ...own.says,
    ],
    () => [
      createQueue(pipeline, queue),
      ...own.steps,
      retry(updateMapping(pipeline, { ...settings, "destination-config": destination })),
    ],
  );
}

export function limitRetries(repair: Repair): Recipe {
  const { pipeline } = repair.examination;
  const { RetentionPeriodHours: hours = 24 } = valueOf(pipeline.stream.summary) ?? {};
  // The other half of the retention is left to read a reported record.
  const age = Math.min(LONGEST_AGE_SECONDS, hours * 1800);
  const limits = {
    "bisect-batch-on-function-error": true,
    "maximum-retry-attempts": String(PRODUCT_DEFAULTS.MaximumRetryAttempts),
    "maximum-record-age-in-seconds": String(age),
  } as const;
  const says = [
    "limit both, and bisect batches, so that only the bad record is given up on",
    "If later records have to wait for it, only bisect, which shows which record it is",
  ];
  return pipeline.destination
    ? update(repair, says, () => [updateMapping(pipeline, limits)])
    : reportFailures(repair, limits, says);
}

export function lookIntoData(repair: Repair): Recipe {
  const { pipeline } = repair.examination;
  const patterns = patternsOf(valueOf(pipeline.mapping.configuration) ?? {});
  const all = patterns.map(({ text, json }) => {
    const corrected = json && withKeysInData(json);
    return { Pattern: corrected ? JSON.stringify(corrected) : text, isCorrected: !!corrected };
  });
  const Filters = all.map(({ Pattern }) => ({ Pattern }));
  return all.some(({ isCorrected }) => isCorrected)
    ? update(repair, ["look for the keys in 'data', where a record's own JSON is"], () => [
        updateMapping(pipeline, { "filter-criteria": { Filters } }),
      ])
    : {
        says: "correct the pattern: a filter sees only the record, and the record's own JSON in 'data'",
      };
}
