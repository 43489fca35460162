import type { Plan, ResourceChange } from "../../../pipeline/terraform/plan";
import type { Resource, Values } from "../../../pipeline/terraform/resource";
import { planRefusals } from "../../../app/refusals/plan-refusals";
import { describeRefusals, terraformLine } from "../../../app/refusals/refusal";
import {
  change,
  FUNCTION,
  LOG_GROUP,
  MAPPING,
  planOf,
  QUEUE,
  STREAM,
  streamArn,
} from "../explain/plans";

const ROLE = "aws_iam_role";
const functionArn = (name: string, account = "222222222222"): string =>
  `arn:aws:lambda:eu-west-1:${account}:function:${name}`;

/** A resource of the state: ARN and name by its type. */
const ATTRIBUTES: Record<string, (name: string, account: string) => Values> = {
  [ROLE]: (name, account) => ({ name, arn: `arn:aws:iam::${account}:role/${name}` }),
  [FUNCTION]: (name, account) => ({ function_name: name, arn: functionArn(name, account) }),
  [LOG_GROUP]: (name, account) => ({
    name,
    arn: `arn:aws:logs:eu-west-1:${account}:log-group:${name}`,
  }),
  [QUEUE]: (name, account) => ({
    name,
    id: `https://sqs/${name}`,
    arn: `arn:aws:sqs:eu-west-1:${account}:${name}`,
  }),
};
const attributes = (type: string, name: string, account = "222222222222"): Values =>
  ATTRIBUTES[type]?.(name, account) ?? {};

const addressOf = (type: string, id: string): string => `${type}.${id}_1A2B3C4D`;

const held = (type: string, id: string, values: Values): Resource => ({
  address: addressOf(type, id),
  type,
  name: `${id}_1A2B3C4D`,
  dependsOn: [],
  values,
});

/** A plan with a state and the provider blocks of the resources' accounts. */
const planWith = (
  state: readonly Resource[],
  changes: readonly ResourceChange[],
  accounts: Readonly<Record<string, string>> = {},
): Plan => ({
  ...planOf(...changes),
  prior_state: { values: { root_module: { resources: state } } },
  configuration: {
    provider_config: {
      "aws.reader": {
        expressions: {
          region: { constant_value: "eu-west-1" },
          allowed_account_ids: { constant_value: ["222222222222"] },
        },
      },
      "aws.other": {
        expressions: {
          region: { constant_value: "eu-west-1" },
          allowed_account_ids: { constant_value: ["333333333333"] },
        },
      },
      "aws.producer": {
        expressions: {
          region: { constant_value: "eu-west-1" },
          allowed_account_ids: { constant_value: ["111111111111"] },
        },
      },
    },
    root_module: {
      resources: changes.map(({ address }) => ({
        address,
        provider_config_key: accounts[address] ?? "aws.reader",
      })),
    },
  },
});

const refused = (plan: Plan): string =>
  describeRefusals(planRefusals(plan, terraformLine("out"))).join("\n");

describe("names that the state has", () => {
  const one = attributes(ROLE, "n1");
  const two = attributes(ROLE, "n2");
  const replace = (id: string, before: Values, name: string): ResourceChange =>
    change("replace", ROLE, id, { before, after: { name } });

  it("are not exchanged in one apply", () => {
    const plan = planWith(
      [held(ROLE, "n1_role", one), held(ROLE, "n2_role", two)],
      [replace("n1_role", one, "n2"), replace("n2_role", two, "n1")],
    );
    expect(refused(plan)).toBe(
      [
        "  - the plan creates resources under names that others lose in the same apply, and Terraform does not wait for that: role n2 for n1, held by n2; role n1 for n2, held by n1",
        "    deploy twice: first with names that are free for all of them (keep each 'id', and leave new consumers out), then with the names you want",
      ].join("\n"),
    );
  });

  it("are not taken by a new resource while the old one is renamed", () => {
    const plan = planWith(
      [held(ROLE, "n1_role", one)],
      [replace("n1_role", one, "n9"), change("create", ROLE, "n3_role", { after: { name: "n1" } })],
    );
    expect(refused(plan)).toContain("role n1 for n3, held by n1");
  });

  it("are handed over from a construct that is removed", () => {
    const log = attributes(LOG_GROUP, "/aws/lambda/n1");
    const plan = planWith(
      [held(ROLE, "n1_role", one), held(LOG_GROUP, "n1_log-group", log)],
      [
        change("delete", ROLE, "n1_role", { before: one }),
        change("delete", LOG_GROUP, "n1_log-group", { before: log }),
        change("delete", MAPPING, "n1_mapping"),
        change("create", ROLE, "n3_role", { after: { name: "n1" } }),
        change("create", LOG_GROUP, "n3_log-group", { after: { name: "/aws/lambda/n1" } }),
        change("create", QUEUE, "n3_on-failure-queue", { after: { name: "new" } }),
      ],
    );
    expect(refused(plan)).toMatch(
      /the plan destroys role n1, log group \/aws\/lambda\/n1 of n1, and creates the same for n3; .*\n.*keep 'id' n1 for it/,
    );
    expect(refused(plan)).toContain(
      [
        "      terraform -chdir=out init",
        `      terraform -chdir=out state mv ${addressOf(ROLE, "n1_role")} ${addressOf(ROLE, "n3_role")}`,
        `      terraform -chdir=out state mv ${addressOf(LOG_GROUP, "n1_log-group")} ${addressOf(LOG_GROUP, "n3_log-group")}`,
      ].join("\n"),
    );
    expect(refused(plan)).not.toContain("mapping");
  });

  it("are handed over from a resource that keeps the name of a function that was renamed", () => {
    const log = attributes(LOG_GROUP, "/aws/lambda/n1");
    const plan = planWith(
      [held(LOG_GROUP, "n1_log-group", log)],
      [
        change("no-op", LOG_GROUP, "n1_log-group", { before: log, after: log }),
        change("create", LOG_GROUP, "n3_log-group", { after: { name: "/aws/lambda/n1" } }),
      ],
    );
    expect(refused(plan)).toContain(
      `      terraform -chdir=out state mv ${addressOf(LOG_GROUP, "n1_log-group")} ${addressOf(LOG_GROUP, "n3_log-group")}`,
    );
  });

  const queue = attributes(QUEUE, "n1-on-failure");
  const queueReplaced = (actions: string[], name: string | undefined, action_reason?: string) => {
    const replaced = change("replace", QUEUE, "n1_on-failure-queue", {
      before: queue,
      after: { name },
      action_reason,
    });
    return planWith(
      [held(QUEUE, "n1_on-failure-queue", queue)],
      [{ ...replaced, change: { ...replaced.change, actions } }],
    );
  };

  it("are not given to a successor that is created first", () => {
    expect(refused(queueReplaced(["create", "delete"], "n1-on-failure"))).toMatch(
      /replaces queue n1-on-failure by one of the same name before it deletes the old one.*\n.*deploy twice: first without it/,
    );
    expect(
      refused(queueReplaced(["create", "delete"], "n1-on-failure", "replace_because_tainted")),
    ).toContain(`terraform -chdir=out untaint ${addressOf(QUEUE, "n1_on-failure-queue")}`);
  });

  it.each<[string, Plan]>([
    ["a successor that is created last", queueReplaced(["delete", "create"], "n1-on-failure")],
    ["a successor with another name", queueReplaced(["create", "delete"], "other")],
    ["a successor whose name AWS completes", queueReplaced(["create", "delete"], undefined)],
    [
      "the same name in another account",
      planWith(
        [held(ROLE, "n1_role", one)],
        [change("create", ROLE, "n3_role", { after: { name: "n1" } })],
        { [addressOf(ROLE, "n3_role")]: "aws.other" },
      ),
    ],
    [
      "the same name of another type",
      planWith(
        [held(ROLE, "n1_role", one)],
        [change("create", FUNCTION, "n3_function", { after: { function_name: "n1" } })],
      ),
    ],
    ["a first apply", planWith([], [change("create", ROLE, "n1_role", { after: { name: "n1" } })])],
    [
      "a provider whose account the plan does not tell",
      {
        ...planOf(change("create", ROLE, "n3_role", { after: { name: "n1" } })),
        prior_state: { values: { root_module: { resources: [held(ROLE, "n1_role", one)] } } },
      },
    ],
  ])("may be those of %s", (_what, plan) => {
    expect(refused(plan)).toBe("");
  });

  it("are compared in modules, whose provider the state tells", () => {
    const address = "module.a.aws_iam_role.this";
    const plan: Plan = {
      ...planOf({
        address: `${address}["new"]`,
        type: ROLE,
        change: { actions: ["create"], before: null, after: { name: "n1" } },
      }),
      prior_state: {
        values: {
          root_module: {
            child_modules: [
              {
                resources: [
                  held(ROLE, "n1_role", one),
                  {
                    address: "module.a.aws_lambda_function.this",
                    type: FUNCTION,
                    values: attributes(FUNCTION, "f"),
                  },
                ],
              },
            ],
          },
        },
      },
      configuration: {
        provider_config: { "module.a:aws": {} },
        root_module: {
          module_calls: {
            a: {
              module: {
                resources: ["aws_iam_role.this", "aws_lambda_function.this"].map((one) => ({
                  address: one,
                  provider_config_key: "module.a:aws",
                })),
              },
            },
          },
        },
      },
    };
    expect(refused(plan)).toContain("creates role n1");
  });
});

describe("a function that a mapping goes on invoking", () => {
  const role = attributes(ROLE, "b1");
  const before = { ...attributes(FUNCTION, "b1"), role: role.arn };
  const destroyed = [
    change("delete", FUNCTION, "b1_function", { before }),
    change("delete", ROLE, "b1_role", { before: role }),
    change("delete", QUEUE, "b1_on-failure-queue", { before: attributes(QUEUE, "q") }),
  ];
  const state = [
    held(FUNCTION, "b1_function", before),
    held(ROLE, "b1_role", role),
    held(QUEUE, "b1_on-failure-queue", attributes(QUEUE, "q")),
  ];
  const invoking = (action: "create" | "update" | "no-op" | "delete", name: string | undefined) =>
    change(action, MAPPING, "b2_mapping", { after: { function_name: name } });

  it.each([
    ["update", functionArn("b1")],
    ["no-op", functionArn("b1")],
    ["create", `${functionArn("b1")}:live`],
    ["update", "b1"],
  ] as const)("is not destroyed: %s %s", (action, name) => {
    const text = refused(planWith(state, [...destroyed, invoking(action, name)]));
    expect(text).toMatch(
      /the plan destroys function b1 .* which \S+b2_mapping\S+ goes on invoking/,
    );
    expect(text).toContain(`terraform -chdir=out state rm ${addressOf(FUNCTION, "b1_function")}`);
    expect(text).toContain(`terraform -chdir=out state rm ${addressOf(ROLE, "b1_role")}`);
    expect(text).not.toContain("queue");
  });

  it("is not renamed", () => {
    const renamed = change("replace", FUNCTION, "b1_function", {
      before,
      after: { function_name: "b9" },
    });
    expect(refused(planWith(state, [renamed, invoking("update", functionArn("b1"))]))).toContain(
      "name the function as it is called after the plan",
    );
  });

  it.each([
    ["the mapping is destroyed", invoking("delete", undefined)],
    ["the mapping invokes another function", invoking("update", functionArn("b2"))],
    [
      "a function of its name in another account",
      invoking("update", functionArn("b1", "333333333333")),
    ],
    ["the mapping's function is known only at apply", invoking("update", undefined)],
  ])("is destroyed if %s", (_when, mapping) => {
    expect(refused(planWith(state, [...destroyed, mapping]))).toBe("");
  });
});

describe("a stream that mappings of the state read", () => {
  const reading = change("replace", MAPPING, "ic_mapping", {
    after: { event_source_arn: undefined },
  });
  const created = (name: string) =>
    change("create", STREAM, "stream", { after: { name, arn: undefined } });
  const places = { [addressOf(STREAM, "stream")]: "aws.producer" };

  it("is imported rather than created", () => {
    expect(refused(planWith([], [reading, created("orders")], places))).toContain(
      `terraform -chdir=out import ${addressOf(STREAM, "stream")} orders`,
    );
  });

  it.each([
    ["with another name", planWith([], [reading, created("clicks")], places)],
    ["in another account", planWith([], [reading, created("orders")])],
    [
      "whose predecessor is in the state",
      planWith(
        [held(STREAM, "old", { name: "orders", arn: streamArn("orders") })],
        [reading, created("orders")],
        { [addressOf(STREAM, "stream")]: "aws.reader" },
      ),
    ],
  ])("may be created %s", (_how, plan) => {
    expect(refused(plan)).toBe("");
  });
});

describe("a queue that the state has twice", () => {
  const queue = attributes(QUEUE, "tc1-on-failure");
  const state = [
    held(QUEUE, "a_on-failure-queue", queue),
    held(QUEUE, "b_on-failure-queue", queue),
  ];
  const remove = (id: string) => change("delete", QUEUE, id, { before: queue });

  it("is not deleted while the other one stays", () => {
    expect(refused(planWith(state, [remove("a_on-failure-queue")]))).toContain(
      `terraform -chdir=out state rm ${addressOf(QUEUE, "a_on-failure-queue")}`,
    );
    expect(
      refused(planWith(state, [remove("a_on-failure-queue"), remove("b_on-failure-queue")])),
    ).toBe("");
  });

  it("is not deleted as the deposed object of its own successor", () => {
    const address = addressOf(QUEUE, "a_on-failure-queue");
    const deposed = { ...remove("a_on-failure-queue"), deposed: "1a2b" };
    expect(refused(planWith(state.slice(0, 1), [deposed]))).toContain(
      [
        `      terraform -chdir=out state rm ${address}`,
        `      terraform -chdir=out import ${address} https://sqs/tc1-on-failure`,
      ].join("\n"),
    );
  });
});

describe("a line to type", () => {
  it("quotes what a shell would read", () => {
    expect(terraformLine()("import", 'module.a["b"].c', "it's")).toBe(
      String.raw`terraform import 'module.a["b"].c' 'it'\''s'`,
    );
  });
});
