import { conditions } from "../../modules/policies/conditions";
import { principalArn } from "../../modules/policies/principals";
import {
  consumerPolicyStatements,
  decryptStatement,
  encryptReportsStatement,
  keyAdministrationStatement,
  keyUseStatements,
  logStatement,
  readStatements,
  streamPolicyStatements,
} from "../../modules/policies/statements";
import type { PropertyType } from "../../modules/properties/property-types";
import { PropertyChecks } from "../../modules/properties/property-checks";
import { CONSUMER_ARN, KEY_ARN, ROLE_ARN, STREAM_ARN } from "../helpers/synthesize";

const STREAM = { arn: STREAM_ARN, region: "eu-central-1" };
const WRITER = "111111111111";
const READS = [
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:DescribeStream",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
];
const CONSUMER_READS = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"];
const allow = (Sid: string, Action: string[], Resource: string | string[], more: object = {}) => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const to = (...AWS: string[]) => ({ Principal: { AWS } });
const VIA_KINESIS = {
  StringEquals: {
    "kms:ViaService": "kinesis.eu-central-1.amazonaws.com",
    "kms:EncryptionContext:aws:kinesis:arn": STREAM_ARN,
  },
};

describe("policy statements", () => {
  it.each([
    [
      "a stream's readers, writers and those that list its shards",
      streamPolicyStatements(STREAM_ARN, [ROLE_ARN], [WRITER], [WRITER, ROLE_ARN]),
      [
        allow("StreamEFOReadStatementID", READS, STREAM_ARN, to(ROLE_ARN)),
        allow(
          "StreamWriteStatementID",
          ["kinesis:PutRecord", "kinesis:PutRecords"],
          STREAM_ARN,
          to(WRITER),
        ),
        allow(
          "StreamListShardsStatementID",
          ["kinesis:DescribeStreamSummary", "kinesis:ListShards"],
          STREAM_ARN,
          to(WRITER, ROLE_ARN),
        ),
      ],
    ],
    ["nobody", streamPolicyStatements(STREAM_ARN, [], []), []],
    [
      "a consumer's reader",
      consumerPolicyStatements(CONSUMER_ARN, ROLE_ARN),
      [allow("ConsumerEFOReadStatementID", CONSUMER_READS, CONSUMER_ARN, to(ROLE_ARN))],
    ],
    [
      "users of a key",
      keyUseStatements(STREAM, "amazonaws.com", [ROLE_ARN], [WRITER]),
      [
        allow("StreamReadersDecrypt", ["kms:Decrypt"], "*", {
          ...to(ROLE_ARN),
          Condition: VIA_KINESIS,
        }),
        allow("StreamWritersGenerateDataKey", ["kms:GenerateDataKey"], "*", {
          ...to(WRITER),
          Condition: VIA_KINESIS,
        }),
      ],
    ],
    [
      "a key's own account",
      [keyAdministrationStatement("aws-cn", "111111111111")],
      [allow("KeyAdministration", ["kms:*"], "*", to("arn:aws-cn:iam::111111111111:root"))],
    ],
    [
      "a role that reads with shared throughput",
      readStatements(STREAM_ARN),
      [allow("ReadStream", READS, STREAM_ARN)],
    ],
    [
      "a role that reads with enhanced fan-out",
      readStatements(STREAM_ARN, CONSUMER_ARN),
      [allow("ReadStream", READS, STREAM_ARN), allow("ReadConsumer", CONSUMER_READS, CONSUMER_ARN)],
    ],
    [
      "a role that decrypts with one key",
      [decryptStatement([KEY_ARN], STREAM, "amazonaws.com")],
      [allow("DecryptRecords", ["kms:Decrypt"], KEY_ARN, { Condition: VIA_KINESIS })],
    ],
    [
      "a role that decrypts with a key and its previous ones",
      [decryptStatement([KEY_ARN, `${KEY_ARN}0`], STREAM, "amazonaws.com")],
      [
        allow("DecryptRecords", ["kms:Decrypt"], [KEY_ARN, `${KEY_ARN}0`], {
          Condition: VIA_KINESIS,
        }),
      ],
    ],
    [
      "a role that logs",
      [logStatement("arn:aws:logs:eu-central-1:222222222222:log-group:fn")],
      [
        allow(
          "WriteLogs",
          ["logs:CreateLogStream", "logs:PutLogEvents"],
          "arn:aws:logs:eu-central-1:222222222222:log-group:fn:*",
        ),
      ],
    ],
  ])("for %s are complete", (_, statements, expected) => {
    expect(statements).toEqual(expected);
  });

  it.each([
    ["sqs", "aws:sqs:arn"],
    ["sns", "aws:sns:topicArn"],
  ] as const)("encrypt reports to %s, for that destination only", (service, context) => {
    const destination = `arn:aws:${service}:eu-central-1:222222222222:failed`;

    expect(encryptReportsStatement(service, destination, KEY_ARN, "amazonaws.com")).toEqual(
      allow("EncryptReports", ["kms:GenerateDataKey", "kms:Decrypt"], KEY_ARN, {
        Condition: {
          StringEquals: {
            "kms:ViaService": `${service}.eu-central-1.amazonaws.com`,
            [`kms:EncryptionContext:${context}`]: destination,
          },
        },
      }),
    );
  });

  it("encrypt reports to a bucket, with its bucket key or a key of the object", () => {
    const bucket = "arn:aws:s3:::reports";

    expect(encryptReportsStatement("s3", bucket, KEY_ARN, "amazonaws.com")).toEqual(
      allow("EncryptReports", ["kms:GenerateDataKey"], KEY_ARN, {
        Condition: {
          StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" },
          StringLike: { "kms:EncryptionContext:aws:s3:arn": [bucket, `${bucket}/*`] },
        },
      }),
    );
  });
});

/** The mistakes in a value, each as its rule and the value it shows. */
function mistakes<T>({ validate }: PropertyType<T>, value: unknown) {
  const checks = new PropertyChecks();
  validate(value, checks.report("property", "fix"));
  return checks.errors.map((error) =>
    typeof error === "string" ? error : [error.property, error.rule, error.got],
  );
}

describe("a principal of a grant", () => {
  it.each([
    ["federated", "arn:aws:iam::111111111111:saml-provider/okta"],
    ["federated", "arn:aws:iam::111111111111:oidc-provider/x"],
    ["federated", "arn:aws:sts::111111111111:federated-user/x"],
    ["federated", "accounts.google.com"],
    ["federated", "cognito-identity.amazonaws.com"],
    ["service", "lambda.amazonaws.com"],
    ["service", "lambda.amazonaws.com.cn"],
  ])("cannot be the %s principal %s", (kind, value) => {
    const got = `the ${kind} principal "${value}"`;
    expect(mistakes(principalArn, value)).toEqual([
      ["property", "must be an AWS account, role or user", got],
    ]);
  });

  it.each(["x.accounts.google.com", "www.amazon.com.x", "lambda.amazonaws.com.x", "role"])(
    "is not taken for a principal of another kind: %s",
    (value) => {
      const rule = "must be an account id or the ARN of an account root, role or user";
      expect(mistakes(principalArn, value)).toEqual([["property", rule, JSON.stringify(value)]]);
    },
  );
});

describe("the conditions of a statement", () => {
  it("have a schema that says what is checked", () => {
    const strings = [{ type: "string" }, { type: "array", items: { type: "string" } }];
    const keys = { type: "object", additionalProperties: { anyOf: strings } };
    expect(conditions.type.schema).toEqual({
      type: "object",
      propertyNames: { pattern: "^((ForAllValues|ForAnyValue):)?[A-Z][a-zA-Z]+$" },
      additionalProperties: keys,
    });
  });

  const noOperator = "must be named with a condition operator (StringEquals)";
  it.each<[object, unknown[]]>([
    [{ StringEquals: { "aws:PrincipalOrgID": "o-1" } }, []],
    [{ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["a", "b"] } }, []],
    [{ "x:StringEquals": {} }, [["property.x:StringEquals", noOperator, '"x:StringEquals"']]],
    [{ stringEquals: {} }, [["property.stringEquals", noOperator, '"stringEquals"']]],
    [{ StringEquals: { a: [1] } }, [["property.StringEquals.a[0]", "must be a string", "1"]]],
    [{ StringEquals: { a: 1 } }, [["property.StringEquals.a", "must be a string", "1"]]],
  ])("are checked: %j", (given, expected) => {
    expect(mistakes(conditions.type, given)).toEqual(expected);
  });
});
