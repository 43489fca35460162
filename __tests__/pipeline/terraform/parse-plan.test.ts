import { parsePlan } from "../../../pipeline/terraform/parse-plan";

const change = (actions: readonly string[], more: object = {}): object => ({
  address: "aws_kinesis_stream.it",
  mode: "managed",
  type: "aws_kinesis_stream",
  change: { actions, before: null, after: null, ...more },
});
const state = (mode = "managed"): object => ({
  format_version: "1.0",
  values: {
    root_module: {
      resources: [{ address: "aws_kinesis_stream.it", mode, type: "aws_kinesis_stream" }],
    },
  },
});
const plan = (more: object = {}): object => ({ format_version: "1.2", ...more });
const planned = { planned_values: { root_module: {} } };

const messageOf = (text: string): string => {
  try {
    parsePlan(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};
const messageAbout = (given: unknown): string => messageOf(JSON.stringify(given));

describe("the JSON of a plan", () => {
  it.each([
    ["a first apply", plan({ ...planned, resource_changes: [change(["create"])] })],
    ["nothing at all", plan(planned)],
    ["data sources only", plan({ ...planned, prior_state: state("data") })],
    ["an import", plan({ resource_changes: [change(["update"], { importing: { id: "a" } })] })],
    [
      "a data source that is read at apply",
      plan({ resource_changes: [{ ...change(["read"]), mode: "data" }] }),
    ],
    ...[["update"], ["delete"], ["delete", "create"], ["no-op"]].map(
      (actions): [string, object] => [
        actions.join(),
        plan({ resource_changes: [change(actions)], prior_state: state() }),
      ],
    ),
  ])("is read if it is of %s", (_what, given) => {
    expect(parsePlan(`${JSON.stringify(given)}\n`)).toEqual(given);
  });

  const TO_DO =
    "; write a plan with 'terraform plan -out=plan', and give what 'terraform show -json plan' prints";

  it.each([
    ["nothing", "", `the input is empty instead of a plan${TO_DO}`],
    ["an empty line", "\n", `the input is empty instead of a plan${TO_DO}`],
    [
      "a plan file",
      "PK\u0003\u0004\u0014\u0000\u0008",
      "the input is a plan file, which only Terraform can read; give what 'terraform show -json' prints for it",
    ],
    [
      "UTF-16",
      '\ufffd\ufffd{\0"\0',
      "the input is not UTF-8 text; have 'terraform show -json plan' piped, or its output written, as UTF-8",
    ],
    [
      "the log of terraform plan -json",
      '{"@level":"info"}\n{"@level":"info"}\n',
      `the input is the log that 'terraform plan -json' prints, not the plan${TO_DO}`,
    ],
    [
      "text",
      "Terraform will perform the following actions: password",
      "the input is not JSON; give what 'terraform show -json plan' prints, and nothing else",
    ],
    [
      "a plan and more",
      `${JSON.stringify(plan(planned))}\nok`,
      "the input is not JSON; give what 'terraform show -json plan' prints, and nothing else",
    ],
  ])("is asked for instead of %s", (_what, text, message) => {
    expect(messageOf(text)).toBe(message);
  });

  it("is said to be cut off wherever it ends too early", () => {
    const text = ` ${JSON.stringify(
      plan({
        resource_changes: [change(["create"])],
        errored: false,
        n: [-1.5e3, null, "\u0001é"],
      }),
    )}`;
    for (let length = 2; length < text.length; length += 1) {
      expect(messageOf(text.slice(0, length))).toBe(
        `the input is cut off in the middle of its JSON, after ${length} characters; give all of what 'terraform show -json plan' prints`,
      );
    }
  });

  it.each([
    [
      "a state file",
      { version: 4, serial: 1, lineage: "1" },
      `the input is a state file, not a plan${TO_DO}`,
    ],
    ...[
      { format_version: "1.0" },
      { format_version: "1.0", terraform_version: "1.5.0" },
      { ...state(), checks: [] },
    ].map((given): [string, unknown, string] => [
      "a state",
      given,
      `the input is a state, which 'terraform show -json' prints if no plan file is named${TO_DO}`,
    ]),
    ...[
      null,
      "plan",
      [],
      {},
      { resource_changes: [] },
      { format_version: 1.2, resource_changes: [] },
      { format_version: "1.0", valid: true, diagnostics: [] },
    ].map((given): [string, unknown, string] => [
      "other JSON",
      given,
      `the input is JSON, but no plan of Terraform${TO_DO}`,
    ]),
    ...["0.2", "2.0", "10.0", "1"].map((version): [string, unknown, string] => [
      "a plan of another format",
      { ...plan(planned), format_version: version },
      `the plan has the format version "${version}", and only 1.x can be read; use Terraform 1.5 or newer, or a newer version of this program`,
    ]),
    ...[
      { resource_changes: "none" },
      { resource_changes: [null] },
      { resource_changes: [{ ...change(["create"]), address: 1 }] },
      { resource_changes: [{ ...change(["create"]), type: undefined }] },
      { resource_changes: [{ ...change(["create"]), change: {} }] },
      { resource_changes: [], resource_drift: {} },
    ].map((given): [string, unknown, string] => [
      "a plan that was changed",
      plan(given),
      "the plan's list of changes is not as Terraform writes it; give what 'terraform show -json plan' prints without changing it",
    ]),
    [
      "a plan that failed",
      plan({ ...planned, resource_changes: [change(["create"])], errored: true }),
      "the plan is incomplete, since planning failed; repair what 'terraform plan' reports, and plan again",
    ],
    ...[["update"], ["delete"], ["delete", "create"], ["create", "delete"], ["no-op"], ["forget"]]
      .flatMap((actions) => [
        { resource_changes: [change(["create"]), change(actions)] },
        { resource_changes: [change(actions)], prior_state: { format_version: "1.0" } },
      ])
      .map((given): [string, unknown, string] => [
        "a plan without its prior state",
        plan(given),
        "the plan changes resources but has no 'prior_state', without which its effect is unknown; give what 'terraform show -json plan' prints without leaving anything out",
      ]),
    ...[
      { ...planned, prior_state: state() },
      { planned_values: (state() as { values: object }).values },
    ].map((given): [string, unknown, string] => [
      "a plan that only refreshes, or was filtered",
      plan(given),
      "the plan compares no resource with the configuration, as with -refresh-only, so it does not tell what an apply would change; write one with 'terraform plan -out=plan'",
    ]),
  ])("is asked for instead of %s: %j", (_what, given, message) => {
    expect(messageAbout(given)).toBe(message);
  });
});
