import { TerraformVariable } from "cdktf";
import { OnFailure, StreamEncryption } from "../../modules";
import {
  aConsumer,
  aStream,
  KEY_ARN,
  type Providers,
  refusals,
  ROLE_ARN,
  synthesize,
} from "../helpers/synthesize";

const KEY = "arn:aws:kms:eu-central-1:222222222222:key/99999999-2222-3333-4444-555555555555";
const QUEUE = "arn:aws:sqs:eu-central-1:222222222222:failures";
const TOPIC = "arn:aws:sns:eu-central-1:222222222222:failures";
const BUCKET = "arn:aws:s3:::failures";

const consumerWith = (onFailure: OnFailure) =>
  synthesize((stack, providers) => aConsumer(stack, providers, { onFailure }));

const keyStatement = (onFailure: OnFailure) => {
  const statements = consumerWith(onFailure).statements(
    "aws_iam_role_policy",
    "consumer_role-policy",
  );
  return statements.filter(({ Sid }) => Sid === "EncryptReports");
};

const refused = (onFailure: OnFailure, region?: string) =>
  refusals((stack, providers) => aConsumer(stack, providers, { onFailure }), region);

describe("a destination with a customer managed key", () => {
  const own = "${aws_sqs_queue.consumer_on-failure-queue_82A27C2E.arn}";

  it.each([
    ["queue", OnFailure.queue({ kmsKeyArn: KEY }), "sqs", "aws:sqs:arn", own],
    ["sqs", OnFailure.sqs(QUEUE, { kmsKeyArn: KEY }), "sqs", "aws:sqs:arn", QUEUE],
    ["sns", OnFailure.sns(TOPIC, { kmsKeyArn: KEY }), "sns", "aws:sns:topicArn", TOPIC],
  ])("%s: the role may encrypt what it sends there", (_kind, onFailure, service, context, arn) => {
    expect(keyStatement(onFailure)).toEqual([
      {
        Sid: "EncryptReports",
        Effect: "Allow",
        Action: ["kms:GenerateDataKey", "kms:Decrypt"],
        Resource: KEY,
        Condition: {
          StringEquals: {
            "kms:ViaService": expect.stringMatching(
              `^${service}\\.eu-central-1\\.\\$\\{data\\.aws_partition\\.`,
            ),
            [`kms:EncryptionContext:${context}`]: arn,
          },
        },
      },
    ]);
  });

  it("s3: the role may encrypt the bucket's objects, with a bucket key or without", () => {
    expect(keyStatement(OnFailure.s3(BUCKET, "444444444444", { kmsKeyArn: KEY }))).toEqual([
      {
        Sid: "EncryptReports",
        Effect: "Allow",
        Action: ["kms:GenerateDataKey"],
        Resource: KEY,
        Condition: {
          StringEquals: { "kms:ViaService": expect.stringMatching(/^s3\.eu-central-1\./) },
          StringLike: { "kms:EncryptionContext:aws:s3:arn": [BUCKET, `${BUCKET}/*`] },
        },
      },
    ]);
  });

  it("has no statement without a key", () => {
    expect(keyStatement(OnFailure.queue())).toEqual([]);
    expect(keyStatement(OnFailure.queue({}))).toEqual([]);
    expect(keyStatement(OnFailure.sqs(QUEUE))).toEqual([]);
  });

  it("encrypts the created queue with the key instead of a key of SQS", () => {
    expect(consumerWith(OnFailure.queue({ kmsKeyArn: KEY })).only("aws_sqs_queue")).toMatchObject({
      kms_master_key_id: KEY,
    });
    expect(
      consumerWith(OnFailure.queue({ kmsKeyArn: KEY })).only("aws_sqs_queue"),
    ).not.toHaveProperty("sqs_managed_sse_enabled");
    expect(consumerWith(OnFailure.queue()).only("aws_sqs_queue")).toMatchObject({
      sqs_managed_sse_enabled: true,
    });
  });

  it("has the partition looked up by the consumer if no key of the stream needs it", () => {
    const synthesized = synthesize((stack, providers) => {
      const stream = aStream(stack, providers, { encryption: StreamEncryption.NONE });
      aConsumer(stack, providers, { stream, onFailure: OnFailure.queue({ kmsKeyArn: KEY }) });
    });
    const statements = synthesized.statements("aws_iam_role_policy", "consumer_role-policy");
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      "ReadStream",
      "ReadConsumer",
      "ReportFailures",
      "EncryptReports",
      "WriteLogs",
    ]);
    expect(Object.values(synthesized.data.aws_partition ?? {})).toEqual([
      { provider: "aws.consumer" },
    ]);
  });

  it("works with an existing function's role", () => {
    const statements = synthesize((stack, providers) =>
      aConsumer(stack, providers, {
        onFailure: OnFailure.sqs(QUEUE, { kmsKeyArn: KEY }),
        existingFunction: { functionName: "reader", roleName: "reader", roleArn: ROLE_ARN },
      }),
    ).statements("aws_iam_role_policy", "consumer_role-policy");
    expect(statements.at(-1)).toMatchObject({ Sid: "EncryptReports", Resource: KEY });
  });

  it.each([
    ["queue", OnFailure.queue({ kmsKeyArn: "alias/failures" })],
    ["sqs", OnFailure.sqs(QUEUE, { kmsKeyArn: "alias/failures" })],
    ["sns", OnFailure.sns(TOPIC, { kmsKeyArn: "alias/failures" })],
    ["s3", OnFailure.s3(BUCKET, undefined, { kmsKeyArn: "alias/failures" })],
  ])("%s: is refused if the key is an alias", (_kind, onFailure) => {
    expect(refused(onFailure)).toEqual([
      `'onFailure.kmsKeyArn' must be a key ARN, got the alias "alias/failures"; policies name a key by its ARN: give the ARN of the customer managed key behind the alias, or omit it for an AWS managed key`,
    ]);
  });

  it.each([
    ["queue", OnFailure.queue({ kmsKeyArn: KEY.replace("eu-central", "us-east") })],
    ["sqs", OnFailure.sqs(QUEUE, { kmsKeyArn: KEY.replace("eu-central", "us-east") })],
    ["sns", OnFailure.sns(TOPIC, { kmsKeyArn: KEY.replace("eu-central", "us-east") })],
  ])("%s: is refused if the key is in another Region", (_kind, onFailure) => {
    expect(refused(onFailure)).toEqual([
      expect.stringMatching(/^'onFailure\.kmsKeyArn' must be in Region eu-central-1 .*us-east-1/),
    ]);
  });

  it("is refused with a property that does not exist", () => {
    const options = { kmsKeyARN: KEY } as never;
    expect(refused(OnFailure.queue(options))).toEqual([
      "'onFailure.kmsKeyARN' is not a property; write 'kmsKeyArn'",
    ]);
  });

  it("has a token checked by Terraform on the mapping", () => {
    const withToken = (build: (token: string) => OnFailure, region?: string) =>
      synthesize((stack, providers: Providers) => {
        const token = new TerraformVariable(stack, "key", { type: "string" }).stringValue;
        aConsumer(stack, providers, { onFailure: build(token) });
      }, region).only("aws_lambda_event_source_mapping").lifecycle.precondition;
    const [format, region] = withToken((kmsKeyArn) => OnFailure.queue({ kmsKeyArn }));
    expect(format.condition).toMatch(/^\$\{can\(regex\(.*, var.key\)\)\}$/);
    expect(region.condition).toBe('${(element(split(":", var.key), 3) == "eu-central-1")}');
    expect(withToken((kmsKeyArn) => OnFailure.queue({ kmsKeyArn }), "")[1].condition).toMatch(
      /element\(split\(":", var.key\), 3\) == element\(split\(":", aws_kinesis_stream/,
    );
  });

  it("does not change the permission for the stream's key", () => {
    expect(KEY).not.toBe(KEY_ARN);
    const [decrypt] = consumerWith(OnFailure.queue({ kmsKeyArn: KEY }))
      .statements("aws_iam_role_policy", "consumer_role-policy")
      .filter(({ Sid }) => Sid === "DecryptRecords");
    expect(decrypt.Resource).not.toBe(KEY);
  });
});
