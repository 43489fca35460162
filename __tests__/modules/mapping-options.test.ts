import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import type { CrossAccountConsumerProps } from "../../modules";
import { propertiesOf } from "../helpers/sentences";
import { aConsumer, refusals, ROLE_ARN, type Synthesized, synthesize } from "../helpers/synthesize";

const KEY = "arn:aws:kms:eu-central-1:222222222222:key/99999999-2222-3333-4444-555555555555";
const PATTERNS = [{ partitionKey: ["a"] }];

type Props = Partial<CrossAccountConsumerProps>;
const made = (props: Props): Synthesized =>
  synthesize((stack, providers) => aConsumer(stack, providers, props));
const mappingOf = (props: Props) => made(props).only("aws_lambda_event_source_mapping");
const refused = (props: Props) =>
  refusals((stack, providers) => aConsumer(stack, providers, props));

describe("filterCriteriaKmsKeyArn", () => {
  it("encrypts the patterns", () => {
    expect(mappingOf({ filterPatterns: PATTERNS, filterCriteriaKmsKeyArn: KEY })).toMatchObject({
      kms_key_arn: KEY,
      filter_criteria: { filter: [{ pattern: '{"partitionKey":["a"]}' }] },
    });
  });

  it.each([[undefined], [[]]])("requires patterns, got %j", (filterPatterns) => {
    expect(refused({ filterPatterns, filterCriteriaKmsKeyArn: KEY })).toEqual([
      `'filterCriteriaKmsKeyArn' requires 'filterPatterns', got ${KEY}; give the patterns to encrypt, or omit the key`,
    ]);
  });

  it("must be a key of the mapping's Region", () => {
    const key = KEY.replace("eu-central", "us-east");
    expect(refused({ filterPatterns: PATTERNS, filterCriteriaKmsKeyArn: key })).toEqual([
      `'filterCriteriaKmsKeyArn' must be in Region eu-central-1 like what it encrypts, got ${key}; give the ARN of a key, or of a multi-Region key's replica, in that Region`,
    ]);
  });
});

describe("metrics", () => {
  it("are passed to the mapping", () => {
    expect(mappingOf({ metrics: ["EventCount"] }).metrics_config).toEqual({
      metrics: ["EventCount"],
    });
    expect(mappingOf({ metrics: [] })).not.toHaveProperty("metrics_config");
  });

  it("can only be those that Lambda offers for streams", () => {
    expect(propertiesOf(refused({ metrics: ["ErrorCount"] }))).toEqual(["metrics[0]"]);
  });
});

describe("dependsOn", () => {
  it("adds dependencies of the mapping", () => {
    const mapping = synthesize((stack, providers) => {
      const other = new SqsQueue(stack, "other", { provider: providers.consumer });
      aConsumer(stack, providers, { dependsOn: [other] });
    }).only("aws_lambda_event_source_mapping");
    const always = mappingOf({}).depends_on as string[];
    expect(mapping.depends_on).toEqual([...always, "aws_sqs_queue.other"]);
  });

  it("must be in the same stack", () => {
    expect(
      refusals((stack, providers) => {
        const other = new TerraformStack(Testing.app(), "other-stack");
        const queue = new SqsQueue(other, "other", {});
        aConsumer(stack, providers, { dependsOn: [queue] });
      }),
    ).toEqual([
      "'dependsOn' must be in stack stack like the construct it is passed to, got one of stack other-stack; give resources of the same stack",
    ]);
  });
});

describe("rolePath", () => {
  it("is the path of the role", () => {
    expect(made({ rolePath: "/pipelines/orders/" }).only("aws_iam_role").path).toBe(
      "/pipelines/orders/",
    );
    expect(made({}).only("aws_iam_role")).not.toHaveProperty("path");
  });

  it("is not for the role of an existing function", () => {
    const existingFunction = { functionName: "reader", roleName: "reader", roleArn: ROLE_ARN };
    expect(refused({ rolePath: "/pipelines/", existingFunction })).toHaveLength(1);
  });
});

describe("tagsByResource", () => {
  const TYPES = {
    role: "aws_iam_role",
    logGroup: "aws_cloudwatch_log_group",
    lambdaFunction: "aws_lambda_function",
    onFailureQueue: "aws_sqs_queue",
    mapping: "aws_lambda_event_source_mapping",
  } as const;

  it.each(Object.entries(TYPES))("adds to the tags of %s only", (resource, type) => {
    const synthesized = made({
      tags: { team: "analytics", stage: "dev" },
      tagsByResource: { [resource]: { team: "security", own: "yes" } },
    });
    for (const one of Object.values(TYPES)) {
      expect(synthesized.only(one).tags).toEqual(
        one === type
          ? { team: "security", stage: "dev", own: "yes" }
          : { team: "analytics", stage: "dev" },
      );
    }
  });

  it("works without `tags`, and accepts tokens", () => {
    const only = made({ tagsByResource: { role: { own: "yes" } } });
    expect(only.only("aws_iam_role").tags).toEqual({ own: "yes" });
    expect(only.only("aws_lambda_function")).not.toHaveProperty("tags");
    const merged = synthesize((stack, providers) => {
      const tags = new TerraformVariable(stack, "tags", {}).value as unknown as Record<
        string,
        string
      >;
      aConsumer(stack, providers, { tags, tagsByResource: { role: { own: "yes" } } });
    });
    expect(merged.only("aws_iam_role").tags).toBe('${merge(var.tags, {"own" = "yes"})}');
  });

  it("refuses other resources", () => {
    expect(refused({ tagsByResource: { stream: {} } as never })).toEqual([
      "'tagsByResource.stream' is not a property; use one of role, logGroup, lambdaFunction, onFailureQueue, mapping",
    ]);
  });
});
