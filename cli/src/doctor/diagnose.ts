import { FUNCTION_CHECKS } from "./checks/function";
import { MAPPING_CHECKS } from "./checks/mapping";
import { RESOURCE_POLICY_CHECKS } from "./checks/resource-policies";
import { OUTPUT_CHECKS, ROLE_CHECKS } from "./checks/role";
import { STREAM_CHECKS } from "./checks/stream";
import type { Examination } from "./examine";
import { ok, undecided, type Check, type Place, type Verdict } from "./verdict";

const credentialsCheck: Check = {
  title: "credentials",
  run: ({ pipeline: { stream, function: fn } }) => {
    const [denied] = [
      { ...fn.account, option: "--profile" },
      { ...stream.account, option: "--stream-profile" },
    ].flatMap(({ access, option }) =>
      access.state === "found" ? [] : [`${access.why}; name a profile of it with ${option}`],
    );
    const callers = [fn, stream].flatMap(({ account: { access } }) =>
      access.state === "found" ? [access.value.caller] : [],
    );
    return denied === undefined ? ok([...new Set(callers)].join(" and ")) : undecided(denied);
  },
};

/** Every check, in the order in which a record meets what it checks. */
const CHECKS: readonly Check[] = [
  credentialsCheck,
  ...STREAM_CHECKS,
  ...RESOURCE_POLICY_CHECKS,
  ...ROLE_CHECKS,
  ...FUNCTION_CHECKS,
  ...OUTPUT_CHECKS,
  ...MAPPING_CHECKS,
];

/** Titles of checks that do not decide whether records get through. */
export const ASIDE: ReadonlySet<string> = new Set(
  CHECKS.flatMap(({ title, isAside }) => (isAside ? [title] : [])),
);

/** One line of the diagnosis. */
export type Line = { readonly check: string; readonly about?: Place } & Verdict;

/** What every check says of a pipeline; those that do not apply are left out. */
export function diagnose(examination: Examination): Line[] {
  const lines: Line[] = [];
  for (const { title, about, run } of CHECKS) {
    const verdict = run(examination, lines);
    if (verdict) {
      lines.push({ check: title, about, ...verdict });
    }
  }
  return lines;
}
