import { explainLastResult, explainTransition, isProblem } from "../doctor/words";
import { duration } from "../duration";
import type { Measured } from "./measure";

/** `wrong`: something has to be done. `unknown`: nothing shows that the reader is well. */
export type Verdict = "wrong" | "unknown" | "good";

export interface Judgement {
  readonly verdict: Verdict;
  /** What is wrong. */
  readonly problems: readonly string[];
  /** Why lookups failed, and what no figure shows. */
  readonly unknown: readonly string[];
}

const HOUR = 3_600_000;

export function judge(measured: Measured): Judgement {
  const problems = [
    ...stateProblems(measured),
    ...(isProblem(measured.lastResult) ? [explainLastResult(measured.lastResult)] : []),
    ...readingProblems(measured),
    ...failureProblems(measured),
  ];
  const unknown = [...new Set([...measured.failedLookups, ...silence(measured)])];
  const verdict = problems.length > 0 ? "wrong" : unknown.length > 0 ? "unknown" : "good";
  return { verdict, problems, unknown };
}

const isRunning = ({ state }: Measured): boolean => ["Enabled", "unknown"].includes(state);

function stateProblems(measured: Measured): string[] {
  const { state, stateReason, missing, reservedConcurrency } = measured;
  return [
    ...missing.map((name) => `the ${name} does not exist`),
    ...(isRunning(measured) || state === "missing"
      ? []
      : [
          `the mapping is ${state}${stateReason === undefined ? "" : `: ${explainTransition(stateReason)}`}`,
        ]),
    ...(reservedConcurrency === 0
      ? ["the function's reserved concurrency is 0, so every invocation is throttled"]
      : []),
  ];
}

/** AWS recommends to act when the iterator age exceeds half of the retention. */
function readingProblems(measured: Measured): string[] {
  const { lagMilliseconds: lag, retentionHours: hours, recordsInPerMinute: incoming } = measured;
  const retention = hours === undefined ? Infinity : hours * HOUR;
  if (lag !== undefined) {
    return lag > retention / 2
      ? [`the lag of ${duration(lag)} is above half of the retention of ${duration(retention)}`]
      : [];
  }
  return measured.ownRecordsRead === 0 && (incoming ?? 0) > 0
    ? ["records come in, and none is read"]
    : [];
}

function failureProblems({ failures }: Measured): string[] {
  if (!failures?.waiting) {
    return [];
  }
  const { waiting, secondsLeft: left, oldestSeconds: age } = failures;
  const oldest =
    left === undefined
      ? age !== undefined && [`the oldest for ${duration(age * 1000)}`]
      : [`the oldest can be read for ${duration(left * 1000)} at most`];
  return [
    [
      waiting === 1 ? "1 failed batch waits" : `${waiting} failed batches wait`,
      ...(oldest || []),
    ].join("; "),
  ];
}

/** Only metrics show that records are read now: Lambda's last result has no time. */
function silence(measured: Measured): string[] {
  const { lagMilliseconds, ownRecordsRead, lastResult } = measured;
  return !isRunning(measured) || lagMilliseconds !== undefined || ownRecordsRead !== undefined
    ? []
    : [
        `no metric shows that it reads now${lastResult === undefined ? "" : `; Lambda's last result is '${lastResult}'`}`,
      ];
}
