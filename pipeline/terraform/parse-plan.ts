import type { Plan, ResourceChange } from "./plan";
import { shownResources, type ShownState } from "./state";

/** How to make what was expected. */
const TO_DO =
  "write a plan with 'terraform plan -out=plan', and give what 'terraform show -json plan' prints";

/** The first bytes of a plan file, which is a ZIP archive. */
const PLAN_FILE = "PK\u0003\u0004";

/** What a plan's JSON may contain before it is checked. */
interface Given {
  readonly [property: string]: unknown;
  readonly resource_changes?: readonly ResourceChange[];
  readonly prior_state?: ShownState;
  readonly planned_values?: ShownState["values"];
}

/**
 * Reads a plan from what `terraform show -json <plan file>` prints.
 *
 * @throws if the text is something else, or a plan that does not tell what an apply would change: one
 * sentence with what was given and what to do
 */
export function parsePlan(text: string): Plan {
  const given = parseJson(text);
  const mistake = NO_PLAN.find(({ isGiven }) => isGiven(given));
  if (mistake) {
    throw new Error(mistake.sentence(given));
  }
  return given as unknown as Plan;
}

function parseJson(text: string): Given {
  try {
    const given: unknown = JSON.parse(text);
    return isObject(given) ? given : {};
  } catch (error) {
    throw new Error(notJson(text, (error as Error).message));
  }
}

function notJson(text: string, message: string): string {
  const given = text.trim();
  if (given === "") {
    return `the input is empty instead of a plan; ${TO_DO}`;
  }
  if (given.startsWith(PLAN_FILE)) {
    return "the input is a plan file, which only Terraform can read; give what 'terraform show -json' prints for it";
  }
  if (text.includes("\0")) {
    return "the input is not UTF-8 text; have 'terraform show -json plan' piped, or its output written, as UTF-8";
  }
  if (given.startsWith('{"@level"')) {
    return `the input is the log that 'terraform plan -json' prints, not the plan; ${TO_DO}`;
  }
  if (given.startsWith("{") && isAtEnd(given, text, message)) {
    return `the input is cut off in the middle of its JSON, after ${text.length} characters; give all of what 'terraform show -json plan' prints`;
  }
  // The parser's own message would quote the plan, which can contain secrets.
  return "the input is not JSON; give what 'terraform show -json plan' prints, and nothing else";
}

/** True if JSON.parse has read a text to its end, and expected more. */
function isAtEnd(given: string, text: string, message: string): boolean {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  return position === undefined
    ? message.includes("end of JSON input")
    : Number(position) >= text.indexOf(given) + given.length;
}

const isObject = (value: unknown): value is Given =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isShown = ({ format_version: version }: Given): boolean => typeof version === "string";

const hasPlanned = (given: Given): boolean =>
  ["resource_changes", "planned_values"].some((property) => property in given);

const isChange = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.address === "string" &&
  typeof value.type === "string" &&
  isObject(value.change) &&
  Array.isArray(value.change.actions);

const isListOfChanges = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every(isChange));

/** Every other resource has been in the state before. */
const isNew = ({ mode, change: { actions, ...change } }: ResourceChange): boolean =>
  mode === "data" || "importing" in change || ["create", "read"].includes(actions.join());

/** JSON that is no plan to explain, in the order in which it is recognized. */
const NO_PLAN: readonly {
  readonly isGiven: (given: Given) => boolean;
  readonly sentence: (given: Given) => string;
}[] = [
  {
    isGiven: (given) => "lineage" in given && "serial" in given,
    sentence: () => `the input is a state file, not a plan; ${TO_DO}`,
  },
  {
    isGiven: (given) =>
      isShown(given) &&
      !hasPlanned(given) &&
      ("values" in given || Object.keys(given).every((key) => /^(format|terraform)_/.test(key))),
    sentence: () =>
      `the input is a state, which 'terraform show -json' prints if no plan file is named; ${TO_DO}`,
  },
  {
    isGiven: (given) => !isShown(given) || !hasPlanned(given),
    sentence: () => `the input is JSON, but no plan of Terraform; ${TO_DO}`,
  },
  {
    isGiven: ({ format_version: version }) => !/^1\.\d/.test(String(version)),
    sentence: ({ format_version: version }) =>
      `the plan has the format version ${JSON.stringify(version)}, and only 1.x can be read; use Terraform 1.5 or newer, or a newer version of this program`,
  },
  {
    isGiven: ({ resource_changes: changes, resource_drift: drift }) =>
      !isListOfChanges(changes) || !isListOfChanges(drift),
    sentence: () =>
      "the plan's list of changes is not as Terraform writes it; give what 'terraform show -json plan' prints without changing it",
  },
  {
    isGiven: ({ errored }) => errored === true,
    sentence: () =>
      "the plan is incomplete, since planning failed; repair what 'terraform plan' reports, and plan again",
  },
  {
    isGiven: ({ resource_changes: changes = [], prior_state: state }) =>
      state?.values === undefined && !changes.every(isNew),
    sentence: () =>
      "the plan changes resources but has no 'prior_state', without which its effect is unknown; give what 'terraform show -json plan' prints without leaving anything out",
  },
  {
    isGiven: ({ resource_changes: changes, prior_state: state, planned_values: values }) =>
      changes === undefined && [state ?? {}, { values }].some((one) => managed(one) > 0),
    sentence: () =>
      "the plan compares no resource with the configuration, as with -refresh-only, so it does not tell what an apply would change; write one with 'terraform plan -out=plan'",
  },
];

const managed = (state: ShownState): number => shownResources(state).length;
