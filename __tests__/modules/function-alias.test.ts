import type { CrossAccountConsumerProps, FunctionAlias } from "../../modules";
import { aConsumer, type Json, resolved, ROLE_ARN, synthesize } from "../helpers/synthesize";

const FUNCTION = "aws_lambda_function.consumer_function_6D42922D";
const LAST = `\${${FUNCTION}.version}`;

const consumerOf = (props: Partial<CrossAccountConsumerProps>) =>
  synthesize((stack, providers) => aConsumer(stack, providers, props));

const aliasOf = (alias: FunctionAlias) => consumerOf({ alias }).only("aws_lambda_alias");

describe("an alias", () => {
  it("points to the version published last, and the mapping invokes it", () => {
    const synthesized = consumerOf({ alias: { name: "live" } });
    const [name] = Object.keys(synthesized.resources.aws_lambda_alias);

    expect(synthesized.only("aws_lambda_alias")).toEqual({
      provider: "aws.consumer",
      name: "live",
      function_name: `\${${FUNCTION}.function_name}`,
      function_version: LAST,
      lifecycle: { create_before_destroy: true },
    });
    expect(synthesized.only("aws_lambda_function").publish).toBe(true);
    expect(synthesized.only("aws_lambda_event_source_mapping").function_name).toBe(
      `\${aws_lambda_alias.${name}.arn}`,
    );
  });

  it("changes nothing else of the consumer", () => {
    const without = consumerOf({});
    const synthesized = consumerOf({ alias: { name: "live" } });
    const { aws_lambda_alias: _alias, ...others } = synthesized.resources;
    const [mappingName] = Object.keys(others.aws_lambda_event_source_mapping);
    const [functionName] = Object.keys(others.aws_lambda_function);
    delete others.aws_lambda_function[functionName!].publish;
    others.aws_lambda_event_source_mapping[mappingName!].function_name = `\${${FUNCTION}.arn}`;

    expect(others).toEqual(without.resources);
  });

  it("fails the plan while the last version is older than the function", () => {
    const { lifecycle, ...rest } = Object.values<Json>(
      consumerOf({ alias: { name: "live" } }).data.aws_lambda_function,
    )[0];
    const settings = (of: string): string =>
      `jsonencode([${of}.code_sha256, ${of}.memory_size, ${of}.timeout, ` +
      ["description", "handler", "runtime"]
        .map((name) => `coalesce(${of}.${name}, "-"), `)
        .join("") +
      `try(join(",", ${of}.layers), ""), try(${of}.environment.0.variables, {})])`;
    expect(rest).toEqual({
      provider: "aws.consumer",
      function_name: `\${${FUNCTION}.function_name}`,
      qualifier: LAST,
    });
    expect(lifecycle.postcondition).toEqual([
      {
        condition: `\${(${settings("self")} == ${settings(FUNCTION)})}`,
        error_message: expect.stringContaining(
          `then apply again:\n\n  aws lambda publish-version --function-name \${${FUNCTION}.function_name} --region `,
        ),
      },
    ]);
  });

  it("goes back to a version that is given", () => {
    const synthesized = consumerOf({ alias: { name: "live", functionVersion: "3" } });
    expect(synthesized.only("aws_lambda_alias").function_version).toBe("3");
    expect(synthesized.data).not.toHaveProperty("aws_lambda_function");
  });

  it.each<[string, FunctionAlias, string, Record<string, number>]>([
    [
      "the version published last a share of the batches",
      { name: "live", functionVersion: "3", additionalVersionWeight: { weight: 0.1 } },
      "3",
      { [LAST]: 0.1 },
    ],
    [
      "an older version a share of the batches",
      { name: "live", additionalVersionWeight: { functionVersion: "3", weight: 0.9 } },
      LAST,
      { "3": 0.9 },
    ],
  ])("gives %s, unless both are one version", (_what, alias, first, weights) => {
    const { function_version, routing_config, lifecycle } = aliasOf(alias);
    expect({ function_version, routing_config }).toEqual({
      function_version: first,
      routing_config: { additional_version_weights: weights },
    });
    const expression = (value: string) => (value === LAST ? LAST.slice(2, -1) : `"${value}"`);
    const second = Object.keys(weights)[0]!;
    expect(lifecycle).toEqual({
      create_before_destroy: true,
      precondition: [
        {
          condition: `\${(${expression(first)} != ${expression(second)})}`,
          error_message: expect.stringContaining(`got ${first} for both`),
        },
      ],
    });
  });

  it("splits the batches between two versions that are given", () => {
    const { routing_config, lifecycle } = aliasOf({
      name: "live",
      functionVersion: "4",
      additionalVersionWeight: { functionVersion: "3", weight: 1 },
    });
    expect(routing_config).toEqual({ additional_version_weights: { "3": 1 } });
    expect(lifecycle).toEqual({ create_before_destroy: true });
  });

  it("is a public field, in addition to the function's own name and ARN", () => {
    synthesize((stack, providers) => {
      const consumer = aConsumer(stack, providers, { alias: { name: "live" } });
      expect(consumer.alias?.nameInput).toBe("live");
      expect(resolved(stack, consumer.functionArn)).toBe(`\${${FUNCTION}.arn}`);
      expect(resolved(stack, consumer.functionName)).toBe(`\${${FUNCTION}.function_name}`);
    });
  });

  it("enables SnapStart for its versions", () => {
    const { snap_start, publish } = consumerOf({
      alias: { name: "live" },
      snapStart: true,
      runtime: "java21",
    }).only("aws_lambda_function");
    expect({ snap_start, publish }).toEqual({
      snap_start: { apply_on: "PublishedVersions" },
      publish: true,
    });
  });
});

describe("an existing function's alias or version", () => {
  it.each(["live", "3"])("%s is what the mapping invokes", (qualifier) => {
    const synthesized = synthesize((stack, providers) => {
      const consumer = aConsumer(stack, providers, {
        existingFunction: {
          functionName: `analytics:${qualifier}`,
          roleName: "reader",
          roleArn: ROLE_ARN,
        },
      });
      expect(resolved(stack, consumer.functionArn)).toMatch(
        new RegExp(`:222222222222:function:analytics:${qualifier}$`),
      );
      expect(consumer).toMatchObject({
        functionName: "analytics",
        logGroupName: "/aws/lambda/analytics",
        alias: undefined,
      });
    });
    expect(synthesized.only("aws_lambda_event_source_mapping").function_name).toMatch(
      new RegExp(`:function:analytics:${qualifier}$`),
    );
    expect(synthesized.only("aws_sqs_queue").name_prefix).toBe("analytics-on-failure-");
  });
});
