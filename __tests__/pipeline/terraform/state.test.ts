import { readersIn } from "../../../pipeline/from-terraform";
import { parseState } from "../../../pipeline/terraform/state";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const CONSUMER = `${STREAM}/consumer/reader:1700000000`;
const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:reader";
const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failures";

const mapping = {
  uuid: "u-1",
  event_source_arn: CONSUMER,
  function_arn: `${FUNCTION}:live`,
  enabled: true,
  filter_criteria: [],
  destination_config: [{ on_failure: [{ destination_arn: QUEUE }] }],
};
const lambda = { arn: FUNCTION, role: "arn:aws:iam::222222222222:role/reader" };
const PROVIDER = 'provider["hashicorp/aws"].reader';

/** The same state as Terraform stores it, and as it shows it. */
const file = JSON.stringify({
  version: 4,
  lineage: "l",
  serial: 7,
  resources: [
    {
      mode: "data",
      type: "aws_partition",
      name: "here",
      provider: PROVIDER,
      instances: [{ attributes: {} }],
    },
    {
      mode: "managed",
      type: "aws_lambda_function",
      name: "it",
      provider: PROVIDER,
      instances: [
        { attributes: lambda },
        { deposed: "1a2b3c4d", attributes: { ...lambda, arn: `${FUNCTION}-old` } },
      ],
    },
    {
      module: 'module.readers["a"]',
      mode: "managed",
      type: "aws_lambda_event_source_mapping",
      name: "it",
      provider: PROVIDER,
      instances: [
        { index_key: "x", attributes: mapping, dependencies: ["aws_lambda_function.it"] },
        { index_key: 0, attributes: { ...mapping, uuid: "u-2" } },
      ],
    },
  ],
});

const shown = JSON.stringify({
  format_version: "1.0",
  values: {
    root_module: {
      resources: [
        {
          address: "data.aws_partition.here",
          mode: "data",
          type: "aws_partition",
          name: "here",
          values: {},
        },
        {
          address: "aws_lambda_function.it",
          mode: "managed",
          type: "aws_lambda_function",
          name: "it",
          values: lambda,
        },
        {
          address: "aws_lambda_function.it",
          mode: "managed",
          type: "aws_lambda_function",
          name: "it",
          deposed_key: "1a2b3c4d",
          values: { ...lambda, arn: `${FUNCTION}-old` },
        },
      ],
      child_modules: [
        {
          resources: [
            {
              address: 'module.readers["a"].aws_lambda_event_source_mapping.it["x"]',
              mode: "managed",
              type: "aws_lambda_event_source_mapping",
              name: "it",
              values: mapping,
              depends_on: ["aws_lambda_function.it"],
            },
            {
              address: 'module.readers["a"].aws_lambda_event_source_mapping.it[0]',
              mode: "managed",
              type: "aws_lambda_event_source_mapping",
              name: "it",
              values: { ...mapping, uuid: "u-2" },
            },
          ],
        },
      ],
    },
  },
});

describe("a Terraform state", () => {
  const state = parseState(file, "a file");

  it("has the resources of every module, without data sources and what is still to be destroyed", () => {
    expect(state.resources.map(({ address }) => address)).toEqual([
      "aws_lambda_function.it",
      'module.readers["a"].aws_lambda_event_source_mapping.it["x"]',
      'module.readers["a"].aws_lambda_event_source_mapping.it[0]',
    ]);
    expect(state.resources.map(({ provider }) => provider)).toEqual([PROVIDER, PROVIDER, PROVIDER]);
    expect([state.lineage, state.serial]).toEqual(["l", 7]);
  });

  it("is the same as 'terraform show' prints it, which names no provider", () => {
    const withoutProvider = state.resources.map(({ provider, ...rest }) => rest);

    expect(parseState(shown, "show").resources).toEqual(withoutProvider);
  });

  it.each(["", "\n", "{}", '{"format_version":"1.0"}'])("can be empty: %j", (json) => {
    expect(parseState(json, "a file")).toEqual({ lineage: "", serial: 0, resources: [] });
  });

  it("must be JSON", () => {
    expect(() => parseState("{", "terraform.tfstate")).toThrow(
      /^cannot read the state in terraform\.tfstate: .*; it must be Terraform's own file \(restore/,
    );
  });
});

describe("a reader in a state", () => {
  const { resources } = parseState(file, "a file");

  it("has the role of its function and the destination of its mapping", () => {
    expect(readersIn(resources)[0]).toEqual({
      address: 'module.readers["a"].aws_lambda_event_source_mapping.it["x"]',
      uuid: "u-1",
      sourceArn: CONSUMER,
      functionArn: `${FUNCTION}:live`,
      roleArn: lambda.role,
      destinationArn: QUEUE,
      isEnabled: true,
      hasFilters: false,
    });
  });

  it("may be paused, and may invoke its function without an alias", () => {
    const [mapping] = resources.filter(({ type }) => type.endsWith("mapping"));
    const change = (more: object) => ({ ...mapping!, values: { ...mapping!.values, ...more } });
    const own = resources.filter(({ type }) => type === "aws_lambda_function");
    const namesake = { ...own[0]!, type: "aws_lambda_alias", values: { ...lambda, role: "other" } };
    const nameless = { ...own[0]!, values: { role: "other" } };

    const readers = readersIn([
      namesake,
      nameless,
      ...own,
      change({ function_arn: FUNCTION, enabled: false }),
      change({ function_arn: undefined }),
      { ...change({}), type: "aws_lambda_function_event_invoke_config" },
    ]);

    expect(readers).toEqual([
      expect.objectContaining({ functionArn: FUNCTION, roleArn: lambda.role, isEnabled: false }),
    ]);
  });

  it("is known by its mapping's id where the state has no uuid", () => {
    const given = resources.map((one) => ({
      ...one,
      values: { ...one.values, uuid: undefined, id: "u-1", filter_criteria: [{}] },
    }));

    expect(readersIn(given)[0]).toMatchObject({ uuid: "u-1", hasFilters: true });
  });

  it("has neither filters nor a destination if its mapping names none", () => {
    const given = resources.map((one) => ({
      ...one,
      values: { ...one.values, filter_criteria: undefined, destination_config: undefined },
    }));

    expect(readersIn(given)[0]).toMatchObject({ hasFilters: false, destinationArn: undefined });
  });

  it.each([
    ["of another state", resources.slice(1)],
    [
      "with a longer name",
      resources.map((one) => ({ ...one, values: { ...one.values, arn: `${FUNCTION}-2` } })),
    ],
  ])("has no role if its function is one %s", (_, given) => {
    expect(readersIn(given)[0]?.roleArn).toBeUndefined();
  });

  it.each([
    ["a queue", { event_source_arn: QUEUE }],
    ["nothing that is known yet", { event_source_arn: undefined }],
  ])("is none if its mapping reads %s", (_, more) => {
    const given = resources.map((one) => ({ ...one, values: { ...one.values, ...more } }));

    expect(readersIn(given)).toEqual([]);
  });
});
