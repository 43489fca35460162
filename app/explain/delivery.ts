import { isDeepStrictEqual } from "node:util";
import { valueOf } from "../../pipeline/fact";
import type { Effect, EffectId, EffectOn } from "./effect";
import {
  aboutReader,
  isEnabled,
  mayRun,
  receives,
  retentionOf,
  type Reader,
  type ReaderPair,
  type Readers,
} from "./readers";

type Told = readonly [id: EffectId, records: EffectOn, sentence: string];

/** What changes for a reader that stays: whether it runs, which records it gets, what becomes of failures. */
export const deliveryEffects = ({ pairs }: Readers, goneQueues: ReadonlySet<string>): Effect[] =>
  pairs.flatMap((pair) =>
    [...running(pair), ...filters(pair), ...destinations(pair, goneQueues), ...limits(pair)].map(
      ([id, records, sentence]): Effect => ({
        ...{ id, records, sentence },
        about: aboutReader(pair.after),
        address: pair.after.address,
      }),
    ),
  );

function running({ before, after, isSameMapping }: ReaderPair): Told[] {
  const { name, streamName } = after;
  const wait = `its records wait, and are lost once they are older than the retention${retentionOf(after)}`;
  const stops = isSameMapping && isEnabled(before) && !isEnabled(after);
  const resumes = isSameMapping && !isEnabled(before) && isEnabled(after);
  const blocked = mayRun(before) && !mayRun(after);
  const unblocked = isSameMapping && !mayRun(before) && mayRun(after) && receives(after);
  return [
    ...(stops ? [told("mapping-paused", "waiting", `pauses function ${name}: ${wait}`)] : []),
    ...(resumes && receives(after)
      ? [told("mapping-resumed", "kept", `resumes function ${name}: it continues where it stopped`)]
      : []),
    ...(blocked
      ? [
          told(
            "function-stopped",
            "waiting",
            `reserves no concurrency for function ${name}, which then never runs: its records of stream ${streamName} wait, and are lost once they are older than the retention${retentionOf(after)}`,
          ),
        ]
      : []),
    ...(unblocked
      ? [
          told(
            "function-started",
            "kept",
            `lets function ${name} run again: it continues where it stopped`,
          ),
        ]
      : []),
  ];
}

const told = (id: EffectId, records: EffectOn, sentence: string): Told => [id, records, sentence];

/** Without the spaces of their JSON, which change nothing. */
const patternsOf = ({ examined: { pipeline } }: Reader): string[] =>
  (valueOf(pipeline.mapping.configuration)?.FilterCriteria?.Filters ?? [])
    .map(({ Pattern: pattern = "" }) => compact(pattern))
    .sort();

function compact(pattern: string): string {
  try {
    return JSON.stringify(JSON.parse(pattern));
  } catch {
    // An expression, which only the apply resolves.
    return pattern;
  }
}

function filters({ before, after }: ReaderPair): Told[] {
  const [old, next] = [patternsOf(before), patternsOf(after)];
  if (isDeepStrictEqual(old, next)) {
    return [];
  }
  const sentence =
    next.length === 0
      ? `delivers every record to function ${after.name} from now on; records that the filters excluded are not delivered later`
      : `delivers to function ${after.name} only records that match the new filters from now on`;
  return [["filter-changed", "kept", sentence]];
}

const destinationOf = ({ examined: { pipeline } }: Reader): string | undefined =>
  valueOf(pipeline.mapping.configuration)?.DestinationConfig?.OnFailure?.Destination;

/** A destination in words: its ARN, unless only the apply tells it. */
const inWords = (arn: string): string =>
  arn.includes("${") ? "a destination created by this plan" : arn;

function destinations({ before, after }: ReaderPair, goneQueues: ReadonlySet<string>): Told[] {
  const [old, next] = [destinationOf(before), destinationOf(after)];
  if (old === next) {
    return [];
  }
  if (next === undefined) {
    return [
      [
        "destination-removed",
        "lost",
        `removes the on-failure destination of function ${after.name}: records that Lambda gives up on leave no trace`,
      ],
    ];
  }
  // A topic keeps no reports.
  const stays = old !== undefined && !old.includes(":sns:") && !goneQueues.has(old);
  return [
    [
      "destination-changed",
      "kept",
      `reports failures of function ${after.name} to ${inWords(next)} from now on${stays ? `; earlier reports stay in ${old}` : ""}`,
    ],
  ];
}

function limits({ before, after }: ReaderPair): Told[] {
  const reasons = [
    ...lowered(
      [before, after].map((one) => limitOf(one, "MaximumRecordAgeInSeconds")),
      (age) => `older than ${age} s`,
      " s",
    ),
    ...lowered(
      [before, after].map((one) => limitOf(one, "MaximumRetryAttempts")),
      (retries) => `that still fail after ${retries} ${retries === 1 ? "retry" : "retries"}`,
    ),
  ];
  if (reasons.length === 0) {
    return [];
  }
  const givesUp = `gives up on records of function ${after.name} ${reasons.join(", or ")}`;
  const where = destinationOf(after);
  return [
    where === undefined
      ? [
          "gives-up-earlier",
          "lost",
          `${givesUp}: they leave no trace, since there is no on-failure destination`,
        ]
      : ["gives-up-earlier", "kept", `${givesUp}: they are reported to ${inWords(where)}`],
  ];
}

/** Lambda uses -1 for "no limit", which is the default. */
function limitOf(
  { examined: { pipeline } }: Reader,
  limit: "MaximumRecordAgeInSeconds" | "MaximumRetryAttempts",
): number {
  const value = valueOf(pipeline.mapping.configuration)?.[limit] ?? -1;
  return value === -1 ? Infinity : value;
}

/** "older than 3600 s (before: 43200 s)" for a limit that is lowered. */
const lowered = (
  [old = Infinity, next = Infinity]: readonly number[],
  sentenceOf: (limit: number) => string,
  unit = "",
): string[] =>
  next < old
    ? [`${sentenceOf(next)} (before: ${old === Infinity ? "no limit" : `${old}${unit}`})`]
    : [];
