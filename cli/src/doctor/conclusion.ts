import { ASIDE, type Line } from "./diagnose";
import { FINDINGS, type FindingKind } from "./findings";

/** Whether records get from the stream to the function. */
export interface Conclusion {
  readonly recordsGetThrough: "yes" | "no" | "unknown";
  readonly says: string;
}

const PROBE = "probe";

/** What all lines about one pipeline come to. */
export function conclude(lines: readonly Line[]): Conclusion {
  const findings = lines.flatMap((line) => (line.status === "finding" ? [line.finding] : []));
  const open = findings.filter(({ id }) => (FINDINGS[id] as FindingKind).leavesOpen);
  const [error, ...others] = findings.filter(
    (one) => one.severity === "error" && !open.includes(one),
  );
  if (error) {
    const also = others.length === 0 ? "" : `; also ${others.map(({ id }) => id).join(", ")}`;
    return {
      recordsGetThrough: "no",
      says: `records do not get through: ${error.what}${also}`,
    };
  }
  const isProved = lines.some(({ check, status }) => check === PROBE && status === "ok");
  const unknown = lines.flatMap(({ check, status }) => (status === "unknown" ? [check] : []));
  const undecided = [
    ...open.map(({ what }) => what),
    ...(isProved
      ? []
      : unknown.filter((check) => !ASIDE.has(check)).map((one) => `${one} unknown`)),
  ];
  if (undecided.length > 0) {
    return { recordsGetThrough: "unknown", says: `cannot tell: ${undecided.join(", ")}` };
  }
  const losses = findings.map(({ id }) => id);
  return {
    recordsGetThrough: "yes",
    says: [
      isProved
        ? "records get through: the probe's did"
        : "records get through by policies and settings; --probe tries it",
      ...(losses.length > 0 ? [`but see ${losses.join(", ")}`] : []),
      ...(unknown.length > 0 ? [`unknown: ${unknown.join(", ")}`] : []),
    ].join("; "),
  };
}

/** What is so of several pipelines, by the names of their functions. */
export function concludeAll(all: readonly { name: string; conclusion: Conclusion }[]): string {
  const named = (answer: Conclusion["recordsGetThrough"]): string[] =>
    all.flatMap(({ name, conclusion }) => (conclusion.recordsGetThrough === answer ? [name] : []));
  const [no, unknown] = [named("no"), named("unknown")];
  return [
    ...(no.length > 0 ? [`records do not get through to ${no.join(", ")}`] : []),
    ...(unknown.length > 0 ? [`cannot tell for ${unknown.join(", ")}`] : []),
    `records get through in ${named("yes").length} of ${all.length} pipelines`,
  ].join("; ");
}
