import { TerraformStack } from "cdktf";
import { CrossAccountConsumer, OnFailure, ReadMode } from "../../modules";
import {
  aConsumer,
  aStream,
  Providers,
  refusalOfApp,
  refusals,
  ROLE_ARN,
  synthesize,
} from "../helpers/synthesize";

type Props = Parameters<typeof aConsumer>[2];

/** Two streams, read by two consumers that share a function. */
const build =
  (first: Props = {}, second: Props = {}) =>
  (stack: TerraformStack, providers: Providers): readonly CrossAccountConsumer[] => {
    const clicks = aStream(stack, providers, { streamName: "clicks" }, "clicks");
    const orders = aStream(stack, providers, { streamName: "orders" }, "orders");
    const one = aConsumer(
      stack,
      providers,
      { stream: clicks, consumerName: "clicks-reader", ...first },
      "first",
    );
    const two = aConsumer(
      stack,
      providers,
      { stream: orders, consumerName: "orders-reader", existingFunction: one, ...second },
      "second",
    );
    return [one, two];
  };

describe("a CrossAccountConsumer with the function of another one", () => {
  const synthesized = () => synthesize((...args) => void build()(...args));

  it("creates only a mapping and a policy of the role for its own stream", () => {
    const document = synthesized();

    expect(document.addresses.filter((address) => address.includes(".second_")).map(short)).toEqual(
      [
        "aws_iam_role_policy.second_on-failure-policy",
        "aws_iam_role_policy.second_role-policy",
        "aws_kinesis_resource_policy.second_consumer-policy",
        "aws_kinesis_stream_consumer.second_consumer",
        "aws_lambda_event_source_mapping.second_mapping",
        "data.aws_caller_identity.second_account",
      ],
    );
    expect(document.all("aws_lambda_function")).toHaveLength(1);
    expect(document.all("aws_sqs_queue")).toHaveLength(1);
    expect(document.named("aws_lambda_event_source_mapping", "second").function_name).toBe(
      document.named("aws_lambda_event_source_mapping", "first").function_name,
    );
  });

  it("adds its policy to the same role under its own name", () => {
    const document = synthesized();
    const [one, two] = ["first", "second"].map((id) =>
      document.named("aws_iam_role_policy", `${id}_role-policy`),
    );

    expect(two.role).toBe(one.role);
    expect([one.name, two.name]).toEqual(["clicks-reader", "orders-reader"]);
    expect(
      document
        .statements("aws_iam_role_policy", "second_role-policy")
        .map(({ Sid }: { Sid: string }) => Sid),
    ).toEqual(["ReadStream", "ReadConsumer", "DecryptRecords", "ReportFailures"]);
  });

  it("reports failures to the queue of the other one by default", () => {
    const document = synthesized();
    const destinationOf = (id: string) =>
      document.named("aws_lambda_event_source_mapping", id).destination_config;

    expect(destinationOf("second")).toEqual(destinationOf("first"));
  });

  it("gives the role access to the stream only once the role has propagated", () => {
    const policy = synthesized().named("aws_kinesis_resource_policy", "second_consumer-policy");

    expect(policy.policy).toContain(".arn}");
    expect(policy.depends_on).toEqual([expect.stringMatching(/^aws_kms_key_policy\.orders_/)]);
  });

  it("has the names, the role and the logs of the function", () => {
    synthesize((stack, providers) => {
      const [one, two] = build()(stack, providers);

      expect(two).toMatchObject({
        roleArn: one?.roleArn,
        functionArn: one?.functionArn,
        logGroupName: one?.logGroupName,
      });
    });
  });

  it("may itself be shared, and refers to the same function", () => {
    expect(
      refusalOfApp((stack, providers) => {
        const [, two] = build()(stack, providers);
        const stream = aStream(stack, providers, { streamName: "third" }, "third-stream");
        aConsumer(
          stack,
          providers,
          { stream, consumerName: "third-reader", existingFunction: two },
          "third",
        );
      }),
    ).toBe("");
  });

  it("may share a function that was described by its names", () => {
    const existingFunction = { functionName: "f", roleName: "reader", roleArn: ROLE_ARN };
    const document = synthesize((...args) => void build({ existingFunction })(...args));

    expect(document.named("aws_iam_role_policy", "second_role-policy").role).toBe("reader");
  });

  it("fails when consumerName would give two policies of the role the same name", () => {
    const two = { consumerName: "clicks-reader", readMode: ReadMode.SHARED_THROUGHPUT };

    expect(refusalOfApp((...args) => void build({}, two)(...args))).toContain(
      "'consumerName' must be",
    );
  });

  it("may have a queue of its own", () => {
    const document = synthesize((...args) => {
      void build({}, { onFailure: OnFailure.queue() })(...args);
    });

    expect(document.all("aws_sqs_queue")).toHaveLength(2);
  });

  it("fails when a property of the function is given too", () => {
    expect(refusals((...args) => void build({}, { memorySizeMb: 512 })(...args)).join()).toContain(
      "'memorySizeMb' and 'existingFunction' are mutually exclusive",
    );
  });

  it("fails when the other one is in another stack", () => {
    expect(() =>
      synthesize((stack, providers) => {
        const [one] = build()(stack, providers);
        synthesize((other, others) => {
          aConsumer(other, others, { existingFunction: one });
        });
      }),
    ).toThrow("'existingFunction' must be in stack");
  });
});

const short = (address: string): string => address.replace(/_[0-9A-F]{8}$/, "");
