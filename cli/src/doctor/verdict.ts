import type { Fact } from "../../../pipeline/fact";
import type { Examination } from "./examine";
import { FINDINGS, type Finding, type FindingId } from "./findings";

/** What a check says. */
export type Verdict =
  | { readonly status: "ok"; readonly says: string }
  | { readonly status: "finding"; readonly finding: Finding }
  /** The lookup failed, or policies alone do not decide it. */
  | { readonly status: "unknown"; readonly why: string };

/** A resource of a pipeline, or the way from one to another: a flow of records or a permission. */
export type Place = Part | { readonly from: Part; readonly to: Part };

export type Part =
  | "stream"
  | "consumer"
  | "key"
  | "mapping"
  | "function"
  | "role"
  | "destination"
  | "destinationKey"
  | "logGroup";

/** One line of doctor's answer. */
export interface Check {
  readonly title: string;
  /** Where the fault is that it finds; left out if that is no single place. */
  readonly about?: Place;
  /** Records get through whatever this check says: it is about what is reported or logged. */
  readonly isAside?: true;
  /**
   * Returns undefined if the check does not apply: the pipeline has no such resource, or another check
   * already reports the cause.
   */
  readonly run: (examination: Examination, earlier: readonly Verdict[]) => Verdict | undefined;
}

export const ok = (says: string): Verdict => ({ status: "ok", says });
export const undecided = (why: string): Verdict => ({ status: "unknown", why });

export const finding = (id: FindingId, evidence: string): Verdict => {
  const { severity, what } = FINDINGS[id];
  return { status: "finding", finding: { id, severity, what, evidence } };
};

/** The verdict on a fact: unknown is undecided, and the caller judges a value or its absence. */
export function fromFact<T>(
  fact: Fact<T> | undefined,
  ifFound: (value: T) => Verdict | undefined,
  ifMissing: (why: string) => Verdict | undefined = () => undefined,
): Verdict | undefined {
  if (fact === undefined) {
    return undefined;
  }
  if (fact.state === "found") {
    return ifFound(fact.value);
  }
  return fact.state === "missing" ? ifMissing(fact.why) : undecided(fact.why);
}
