import { comparisonOf } from "../../../pipeline/terraform/planned";
import type { Expression, Plan, ResourceChange } from "../../../pipeline/terraform/plan";
import type { Values } from "../../../pipeline/terraform/resource";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/orders";

const created = (address: string, after: Values, unknown: Values = {}): ResourceChange => ({
  address,
  type: /(aws_\w+)\.[\w-]+(\[.*\])?$/.exec(address)![1]!,
  name: /([\w-]+)(\[.*\])?$/.exec(address)![1]!,
  change: { actions: ["create"], before: null, after, after_unknown: unknown },
});

const mapping = (address: string): ResourceChange =>
  created(address, {}, { event_source_arn: true });
const stream = (address: string): ResourceChange =>
  created(address, { name: "orders" }, { arn: true });

const refers = (...references: string[]): Expression => ({
  references: references.flatMap((one) => [one, one.replace(/\.\w+$/, "")]),
});
const configured = (address: string, event_source_arn?: Expression) => ({
  address,
  provider_config_key: "aws",
  expressions: { ...(event_source_arn && { event_source_arn }) },
});

const planOf = (
  changes: ResourceChange[],
  root_module: NonNullable<Plan["configuration"]>["root_module"],
): Plan => ({
  format_version: "1.2",
  resource_changes: changes,
  configuration: {
    provider_config: {
      aws: {
        expressions: {
          region: { constant_value: "eu-west-1" },
          allowed_account_ids: { constant_value: ["111111111111"] },
        },
      },
    },
    root_module,
  },
});

const sourceIn = (plan: Plan): unknown =>
  comparisonOf(plan).after.all.find(({ type }) => type === "aws_lambda_event_source_mapping")!
    .values.event_source_arn;

const MAPPING = "aws_lambda_event_source_mapping.this";

describe("what only the apply tells", () => {
  it.each<[string, Plan]>([
    [
      "a resource beside it",
      planOf([mapping(MAPPING), stream("aws_kinesis_stream.orders")], {
        resources: [
          configured(MAPPING, refers("aws_kinesis_stream.orders.arn")),
          configured("aws_kinesis_stream.orders"),
        ],
      }),
    ],
    [
      "an instance of a resource with count",
      planOf([mapping(MAPPING), stream("aws_kinesis_stream.orders[0]")], {
        resources: [
          configured(MAPPING, refers("aws_kinesis_stream.orders[0].arn")),
          configured("aws_kinesis_stream.orders"),
        ],
      }),
    ],
    [
      "the instance of the same key",
      planOf([mapping(`${MAPPING}["a.b"]`), stream('aws_kinesis_stream.orders["a.b"]')], {
        resources: [
          configured(MAPPING, { references: ["aws_kinesis_stream.orders", "each.key"] }),
          configured("aws_kinesis_stream.orders"),
        ],
      }),
    ],
    [
      "a resource beside it in a module with count",
      planOf([mapping(`module.m[1].${MAPPING}`), stream("module.m[1].aws_kinesis_stream.orders")], {
        module_calls: {
          m: {
            module: {
              resources: [
                configured(MAPPING, refers("aws_kinesis_stream.orders.arn")),
                configured("aws_kinesis_stream.orders"),
              ],
            },
          },
        },
      }),
    ],
    [
      "a variable of its module",
      planOf([mapping(`module.m.${MAPPING}`), stream("aws_kinesis_stream.orders")], {
        resources: [configured("aws_kinesis_stream.orders")],
        module_calls: {
          m: {
            expressions: { source: refers("aws_kinesis_stream.orders.arn") },
            module: { resources: [configured(MAPPING, { references: ["var.source"] })] },
          },
        },
      }),
    ],
    [
      "an output of another module",
      planOf([mapping(MAPPING), stream("module.s.aws_kinesis_stream.orders")], {
        resources: [configured(MAPPING, { references: ["module.s.arn", "module.s"] })],
        module_calls: {
          s: {
            module: {
              outputs: { arn: { expression: refers("aws_kinesis_stream.orders.arn") } },
              resources: [configured("aws_kinesis_stream.orders")],
            },
          },
        },
      }),
    ],
    [
      "a text with expressions, as a configuration in JSON has it",
      planOf([mapping(MAPPING), stream("aws_kinesis_stream.orders")], {
        resources: [
          configured(MAPPING, { constant_value: "${aws_kinesis_stream.orders.arn}" }),
          configured("aws_kinesis_stream.orders"),
        ],
      }),
    ],
  ])("is taken from %s", (_where, plan) => {
    expect(sourceIn(plan)).toBe(STREAM);
  });

  it.each<[string, Expression | undefined]>([
    ["it refers to a local value", { references: ["local.source"] }],
    ["it refers to two resources", refers("aws_kinesis_stream.orders.arn", "aws_sqs_queue.q.arn")],
    ["the configuration does not have it", undefined],
    ["it refers to a resource that is not in the plan", refers("aws_kinesis_stream.other.arn")],
  ])("stays an expression if %s", (_why, expression) => {
    const plan = planOf([mapping(MAPPING), stream("aws_kinesis_stream.orders")], {
      resources: [configured(MAPPING, expression), configured("aws_kinesis_stream.orders")],
    });

    expect(sourceIn(plan)).toMatch(/^\$\{/);
  });
});

describe("the resources around a plan", () => {
  const state = (...resources: { address: string; values: Values }[]) => ({
    values: {
      root_module: {
        resources: resources.map(({ address, values }) => ({
          ...{ address, values },
          type: address.split(".")[0]!,
          name: address.split(".")[1]!,
        })),
      },
    },
  });
  const queue = {
    address: "aws_sqs_queue.a",
    values: { arn: "arn:aws:sqs:eu-west-1:1:a", name: "a" },
  };
  const deletion = (address: string, values: Values, actions = ["delete"]): ResourceChange => ({
    address,
    type: address.split(".")[0]!,
    change: { actions, before: values, after: null },
  });
  const addresses = ({ all }: { all: readonly { address: string }[] }) =>
    all.map(({ address }) => address);

  it("include before the plan what was deleted outside Terraform", () => {
    const { before, after, vanished } = comparisonOf({
      ...planOf([created("aws_sqs_queue.a", { name: "a" })], {}),
      resource_drift: [deletion("aws_sqs_queue.a", queue.values)],
    });

    expect([addresses(before), addresses(after), [...vanished]]).toEqual([
      ["aws_sqs_queue.a"],
      ["aws_sqs_queue.a"],
      ["aws_sqs_queue.a"],
    ]);
  });

  it("include after the plan what it leaves out, or forgets", () => {
    const other = { address: "aws_sqs_queue.b", values: { name: "b" } };
    const { after } = comparisonOf({
      ...planOf([deletion("aws_sqs_queue.b", other.values, ["forget"])], {}),
      prior_state: state(queue, other),
    });

    expect(addresses(after)).toEqual(["aws_sqs_queue.a", "aws_sqs_queue.b"]);
  });

  it("include after the plan neither what it destroys nor deposed objects and data sources", () => {
    const { after } = comparisonOf({
      ...planOf(
        [
          deletion(queue.address, queue.values),
          { ...created("aws_sqs_queue.c", { name: "c" }), deposed: "1" },
          { ...created("aws_sqs_queue.d", { name: "d" }), mode: "data" },
        ],
        {},
      ),
      prior_state: state(queue),
    });

    expect(addresses(after)).toEqual([]);
  });

  const ROLE = "arn:aws:iam::111111111111:role/reader";
  const role = { address: "aws_iam_role.r", values: { arn: ROLE, name: "reader" } };
  const named = {
    address: "aws_iam_role_policy.p",
    values: { role: "reader", name: "p", policy: "{}" },
  };
  const trusting = {
    address: "aws_kinesis_resource_policy.s",
    values: { resource_arn: STREAM, policy: JSON.stringify({ AWS: ROLE }) },
  };
  const recreated = (...others: ResourceChange[]): Plan => ({
    ...planOf(
      [
        {
          ...created(role.address, { name: "reader", path: "/" }, { arn: true }),
          change: {
            actions: ["delete", "create"],
            before: role.values,
            after: { name: "reader", path: "/" },
            after_unknown: { arn: true },
          },
        },
        ...others,
      ],
      {},
    ),
    prior_state: state(role, named, trusting),
  });

  it("have no policy of a role that is created again, unless the plan puts it again", () => {
    const { after, recreatedRoles } = comparisonOf(recreated());

    expect([...recreatedRoles]).toEqual([ROLE]);
    expect(addresses(after)).toEqual([role.address, trusting.address].sort());
    expect(after.all[1]!.values.policy).toBe(JSON.stringify({ AWS: `${ROLE} (deleted)` }));

    const again = [named, trusting].map(({ address, values }): ResourceChange => ({
      address,
      type: address.split(".")[0]!,
      change: { actions: ["update"], before: values, after: values },
    }));
    const put = comparisonOf(recreated(...again)).after;

    expect(addresses(put)).toEqual([role.address, named.address, trusting.address]);
    expect(put.all[2]!.values.policy).toBe(trusting.values.policy);
  });

  it("have of a role only the policies that no other resource gives it", () => {
    const withPolicies = {
      ...role,
      values: {
        ...role.values,
        inline_policy: [{ name: "p" }, { name: "by-hand" }],
        managed_policy_arns: ["arn:attached", "arn:by-hand"],
      },
    };
    const attached = {
      address: "aws_iam_role_policy_attachment.a",
      values: { role: "reader", policy_arn: "arn:attached" },
    };
    const { after } = comparisonOf({
      ...planOf(
        [
          {
            address: role.address,
            type: "aws_iam_role",
            change: { actions: ["no-op"], before: withPolicies.values, after: withPolicies.values },
          },
        ],
        {},
      ),
      prior_state: state(withPolicies, named, attached),
    });

    expect(after.all[0]!.values).toMatchObject({
      inline_policy: [{ name: "by-hand" }],
      managed_policy_arns: ["arn:by-hand"],
    });
  });
});
