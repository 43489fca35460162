import { type CrossAccountConsumerProps, OnFailure } from "../../modules";
import { aConsumer, resolved, ROLE_ARN, synthesize } from "../helpers/synthesize";

const consumerOf = (props: Partial<CrossAccountConsumerProps>, region?: string) =>
  synthesize((stack, providers) => aConsumer(stack, providers, props), region);

const EXISTING = {
  functionName: "analytics",
  roleName: "reader",
  roleArn: ROLE_ARN,
};

describe("CrossAccountConsumer", () => {
  describe("with an existing function", () => {
    it("adds a policy to its role and creates no other resource of a function", () => {
      const synthesized = synthesize((stack, providers) => {
        const consumer = aConsumer(stack, providers, {
          existingFunction: EXISTING,
        });
        const arn = resolved(stack, consumer.functionArn);
        expect(arn).toBe(
          'arn:aws:lambda:${element(split(":", aws_kinesis_stream.stream_AED765E9.arn), 3)}:222222222222:function:analytics',
        );
        expect(consumer).toMatchObject({
          functionName: "analytics",
          roleArn: ROLE_ARN,
          logGroupName: "/aws/lambda/analytics",
          role: undefined,
          logGroup: undefined,
          lambdaFunction: undefined,
        });
      });
      expect(synthesized.addresses.join()).not.toMatch(
        /aws_(lambda_function|iam_role|cloudwatch_log_group)\./,
      );
      const account = "data.aws_caller_identity.consumer_account_AE259BAD.account_id";
      expect(synthesized.named("aws_iam_role_policy", "consumer_role-policy")).toMatchObject({
        role: "reader",
        lifecycle: {
          precondition: [
            {
              condition: `\${("222222222222" == ${account})}`,
              error_message: `'existingFunction.roleArn' must be in account \${${account}}, which owns the function, got 222222222222; use the credentials or the ARN of that account`,
            },
          ],
        },
      });
      expect(
        synthesized.statements("aws_iam_role_policy", "consumer_role-policy").map(({ Sid }) => Sid),
      ).toEqual(["ReadStream", "ReadConsumer", "DecryptRecords", "ReportFailures"]);
      for (const policy of synthesized.all("aws_kinesis_resource_policy")) {
        expect(policy.depends_on).toEqual(["aws_kms_key_policy.stream_key-policy_7334BB69"]);
        expect(policy.policy).toContain(`{"AWS":["${ROLE_ARN}"]}`);
      }
      expect(synthesized.only("aws_sqs_queue").name_prefix).toBe("analytics-on-failure-");
    });
  });

  describe("if only Terraform knows the Regions", () => {
    const preconditionOf = (props: Partial<CrossAccountConsumerProps>) =>
      consumerOf(props, "").only("aws_lambda_event_source_mapping").lifecycle.precondition;
    const home = 'element(split(":", aws_kinesis_stream.stream_AED765E9.arn), 3)';
    const expected = (region: string) => [
      {
        condition: `\${(${region} == ${home})}`,
        error_message: expect.stringContaining(`Region \${${home}}, got \${${region}}; `),
      },
    ];

    it("compares the function's Region with the stream's", () => {
      expect(preconditionOf({})).toEqual(
        expected('element(split(":", aws_lambda_function.consumer_function_6D42922D.arn), 3)'),
      );
    });

    it("compares the provider's Region if the function exists already", () => {
      expect(preconditionOf({ existingFunction: EXISTING })).toEqual(
        expected("data.aws_region.consumer_region_0091EA66.id"),
      );
    });
  });

  it("creates no queue and no destination with OnFailure.none()", () => {
    const synthesized = synthesize((stack, providers) => {
      const consumer = aConsumer(stack, providers, {
        onFailure: OnFailure.none(),
      });
      expect(consumer.onFailureQueue).toBeUndefined();
      expect(consumer.onFailureQueueUrl).toBeUndefined();
    });
    expect(synthesized.all("aws_sqs_queue")).toEqual([]);
    expect(synthesized.only("aws_lambda_event_source_mapping")).not.toHaveProperty(
      "destination_config",
    );
  });
});
