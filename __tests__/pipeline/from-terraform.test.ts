import * as fs from "node:fs";
import * as path from "node:path";
import { accessOf } from "../../pipeline/access";
import { found, missing, unknown } from "../../pipeline/fact";
import { pipelinesIn } from "../../pipeline/from-terraform";
import { unreadablePolicy } from "../../pipeline/iam/document";
import type { PipelineWithPolicies } from "../../pipeline/pipeline";
import { resourcesInConfiguration } from "../../pipeline/terraform/configuration";
import type { Resource, Values } from "../../pipeline/terraform/resource";
import { resourcesOfState } from "../../pipeline/terraform/resources";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const CONSUMER = `${STREAM}/consumer/efo:1700000000`;
const KEY = "arn:aws:kms:eu-west-1:111111111111:key/1";
const ROLE = "arn:aws:iam::222222222222:role/reader";
const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:reader";
const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";

const allow = (Action: string | string[], Resource: string, more: object = {}) => ({
  Effect: "Allow",
  ...more,
  Action,
  Resource,
});
const policy = (...Statement: object[]): string => JSON.stringify({ Statement });
const byRole = { Principal: { AWS: ROLE } };
const READ = allow("kinesis:*", "*");

/** The attributes of a pipeline's resources, by their addresses. */
const STATE: Readonly<Record<string, Values>> = {
  "aws_kinesis_stream.it": {
    arn: STREAM,
    name: "clicks",
    retention_period: 48,
    encryption_type: "KMS",
    kms_key_id: KEY,
  },
  "aws_kinesis_stream_consumer.it": { arn: CONSUMER, name: "efo", stream_arn: STREAM },
  "aws_kms_key.it": { arn: KEY, key_id: "1" },
  "aws_kms_key_policy.it": { key_id: "1", policy: policy(allow("kms:Decrypt", "*", byRole)) },
  "aws_kinesis_resource_policy.stream": {
    resource_arn: STREAM,
    policy: policy(allow("kinesis:*", STREAM, byRole)),
  },
  "aws_kinesis_resource_policy.consumer": {
    resource_arn: CONSUMER,
    policy: policy(allow("kinesis:*", CONSUMER, byRole)),
  },
  "aws_iam_role.it": {
    // As `terraform show` writes attributes that are not set.
    managed_policy_arns: null,
    inline_policy: null,
    permissions_boundary: null,
    arn: ROLE,
    name: "reader",
    unique_id: "AROAREADER",
    assume_role_policy: "{}",
  },
  "aws_iam_role_policy.it": { role: "reader", policy: policy(READ, allow("kms:Decrypt", KEY)) },
  "aws_lambda_function.it": {
    reserved_concurrent_executions: 5,
    arn: FUNCTION,
    role: ROLE,
    logging_config: [{ log_group: "/shared" }],
  },
  "aws_sqs_queue.it": { arn: QUEUE, name: "failed" },
  "aws_lambda_event_source_mapping.it": {
    uuid: "u-1",
    event_source_arn: CONSUMER,
    function_arn: `${FUNCTION}:live`,
    enabled: true,
    filter_criteria: [{ filter: [{ pattern: '{"data":{}}' }] }],
    starting_position: "AT_TIMESTAMP",
    starting_position_timestamp: "2026-01-31T08:00:00Z",
    maximum_retry_attempts: 3,
    maximum_record_age_in_seconds: 3600,
    destination_config: [{ on_failure: [{ destination_arn: QUEUE }] }],
  },
};

/** The pipelines in that state with other resources; undefined takes one away. */
function pipelines(changes: Record<string, Values | undefined> = {}): PipelineWithPolicies[] {
  const resources = Object.entries({ ...STATE, ...changes }).flatMap(
    ([address, values]): Resource[] => {
      const [type = "", name = ""] = address.split(".");
      return values ? [{ address, type, name, values, dependsOn: [] }] : [];
    },
  );
  return pipelinesIn(resourcesOfState(resources));
}

const change = (address: string, values: Values) => ({
  [address]: { ...STATE[address], ...values },
});
const MAPPING = "aws_lambda_event_source_mapping.it";

/** Whether the role may do what it needs, by service. */
const outcomes = (changes: Record<string, Values | undefined>): string[] =>
  pipelines(changes).flatMap((one) =>
    accessOf(one).map(
      ({ on, decisions }) =>
        `${on.split(":")[2]} ${[...new Set(decisions.map(({ outcome }) => outcome))].join()}`,
    ),
  );

describe("a pipeline in a state", () => {
  it("has what its resources say, in AWS's words", () => {
    expect(pipelines()).toEqual([
      {
        pipeline: {
          region: "eu-west-1",
          stream: {
            arn: STREAM,
            name: "clicks",
            account: { id: "111111111111" },
            summary: found({
              StreamARN: STREAM,
              RetentionPeriodHours: 48,
              EncryptionType: "KMS",
              KeyId: KEY,
            }),
          },
          consumer: { arn: CONSUMER, name: "efo" },
          role: { arn: ROLE },
          function: {
            arn: `${FUNCTION}:live`,
            name: "reader",
            qualifier: "live",
            reservedConcurrentExecutions: 5,
            account: { id: "222222222222" },
            configuration: found({ FunctionArn: FUNCTION, Role: ROLE }),
          },
          mapping: {
            uuid: "u-1",
            address: MAPPING,
            sourceArn: CONSUMER,
            configuration: found({
              EventSourceArn: CONSUMER,
              FunctionArn: `${FUNCTION}:live`,
              State: "Enabled",
              FilterCriteria: { Filters: [{ Pattern: '{"data":{}}' }] },
              StartingPosition: "AT_TIMESTAMP",
              StartingPositionTimestamp: new Date("2026-01-31T08:00:00Z"),
              MaximumRetryAttempts: 3,
              MaximumRecordAgeInSeconds: 3600,
              DestinationConfig: { OnFailure: { Destination: QUEUE } },
            }),
          },
          destination: { arn: QUEUE, service: "sqs" },
        },
        streamPolicy: found({
          name: `the policy of ${STREAM}`,
          statements: [allow("kinesis:*", STREAM, byRole)],
          header: {},
        }),
        consumerPolicy: found({
          name: `the policy of ${CONSUMER}`,
          statements: [allow("kinesis:*", CONSUMER, byRole)],
          header: {},
        }),
        key: found({ KeyId: KEY, Arn: KEY }),
        keyPolicy: found({
          name: `the policy of ${KEY}`,
          statements: [allow("kms:Decrypt", "*", byRole)],
          header: {},
        }),
        keyGrants: found([]),
        role: found({ Arn: ROLE, RoleId: "AROAREADER", AssumeRolePolicyDocument: "{}" }),
        identityPolicies: found([
          {
            name: "aws_iam_role_policy.it",
            statements: [READ, allow("kms:Decrypt", KEY)],
            header: {},
          },
        ]),
        destination: { arn: QUEUE, service: "sqs", settings: found({}) },
        logGroup: { name: "/shared" },
      },
    ]);
  });

  it("is known by its mapping's id where the state has no uuid", () => {
    const [one] = pipelines(change(MAPPING, { uuid: undefined, id: "u-2", enabled: false }));

    expect(one?.pipeline.mapping).toMatchObject({
      uuid: "u-2",
      configuration: { value: { State: "Disabled" } },
    });
  });

  it("has shared throughput, no destination and no filters if its mapping says so", () => {
    const [one] = pipelines(
      change(MAPPING, {
        event_source_arn: STREAM,
        filter_criteria: null,
        destination_config: null,
      }),
    );

    expect(one?.pipeline.consumer).toBeUndefined();
    expect(one?.consumerPolicy).toBeUndefined();
    expect([one?.pipeline.destination, one?.destination]).toEqual([undefined, undefined]);
    expect(one?.pipeline.mapping.configuration).toMatchObject({
      value: { FilterCriteria: { Filters: [] } },
    });
  });

  it("knows nothing of what is in another state", () => {
    const [one] = pipelinesIn(
      resourcesOfState([
        {
          address: MAPPING,
          type: "aws_lambda_event_source_mapping",
          name: "it",
          values: STATE[MAPPING]!,
          dependsOn: [],
        },
      ]),
    );
    const elsewhere = (arn: string) => unknown(`${arn} is not in this Terraform configuration`);

    expect(one).toMatchObject({
      pipeline: {
        stream: { summary: elsewhere(STREAM) },
        role: { arn: undefined },
        function: { configuration: elsewhere(`${FUNCTION}:live`) },
      },
      streamPolicy: elsewhere(STREAM),
      consumerPolicy: elsewhere(CONSUMER),
      key: unknown("the stream is not in this Terraform configuration"),
      role: unknown("role of the function is not in this Terraform configuration"),
      destination: { settings: elsewhere(QUEUE) },
      logGroup: { name: "/aws/lambda/reader" },
    });
  });

  it.each([
    ["with a longer name", { arn: `${FUNCTION}-2` }],
    ["of another account", { arn: FUNCTION.replace("222222222222", "333333333333") }],
  ])("has no role if the only function is one %s", (_, values) => {
    expect(
      pipelines(change("aws_lambda_function.it", values))[0]?.pipeline.role.arn,
    ).toBeUndefined();
  });

  it.each([
    ["a queue", { event_source_arn: QUEUE }],
    ["nothing that is known yet", { event_source_arn: undefined }],
    ["for no function that is known yet", { function_arn: undefined }],
  ])("is none if its mapping reads %s", (_, values) => {
    expect(pipelines(change(MAPPING, values))).toEqual([]);
  });
});

describe("the role of a pipeline in a state", () => {
  const only = {
    "aws_iam_role_policy.it": undefined,
    "aws_kms_key_policy.it": STATE["aws_kms_key_policy.it"],
  };
  const attached = (policy_arn: string) => ({
    ...only,
    "aws_iam_role_policy_attachment.it": { role: "reader", policy_arn },
  });
  const OWN = "arn:aws:iam::222222222222:policy/own";
  const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";

  it.each<[string, Record<string, Values | undefined>, string]>([
    ["inline policies", {}, "kinesis allowed"],
    [
      "inline blocks",
      { ...only, ...change("aws_iam_role.it", { inline_policy: [{ policy: policy(READ) }] }) },
      "kinesis allowed",
    ],
    [
      "managed policies of the same state",
      { ...attached(OWN), "aws_iam_policy.own": { arn: OWN, policy: policy(READ) } },
      "kinesis allowed",
    ],
    [
      "AWS's managed policies for functions",
      attached("arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole"),
      "kinesis allowed",
    ],
    [
      "managed policies that it is created with",
      {
        ...only,
        ...change("aws_iam_role.it", {
          managed_policy_arns: [
            "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole",
          ],
        }),
      },
      "kinesis allowed",
    ],
    ["a managed policy that nobody can read here", attached(ADMIN), "kinesis cannot tell"],
    ["nothing", only, "kinesis denied"],
    [
      "a boundary without that",
      {
        ...change("aws_iam_role.it", { permissions_boundary: OWN }),
        "aws_iam_policy.own": { arn: OWN, policy: policy(allow("kms:*", "*")) },
      },
      "kinesis denied",
    ],
    [
      "a boundary that nobody can read here",
      change("aws_iam_role.it", { permissions_boundary: ADMIN }),
      "kinesis cannot tell",
    ],
    [
      "a policy that is known only at apply",
      change("aws_iam_role_policy.it", { policy: "${data.aws_iam_policy_document.x.json}" }),
      "kinesis cannot tell",
    ],
  ])("may read the stream as far as %s allow it", (_, changes, outcome) => {
    expect(outcomes(changes)).toContain(outcome);
  });

  it("keeps a managed policy that cannot be read apart from none", () => {
    expect(pipelines(attached(ADMIN))[0]?.identityPolicies).toEqual(
      found([unreadablePolicy(`policy ${ADMIN}`)]),
    );
  });
});

describe("the policies of a stream and its key in a state", () => {
  it.each<[string, Record<string, Values | undefined>, object]>([
    [
      "a missing policy",
      { "aws_kinesis_resource_policy.stream": undefined },
      {
        streamPolicy: missing(`${STREAM} has no resource policy in this Terraform configuration`),
      },
    ],
    ["no key", change("aws_kinesis_stream.it", { encryption_type: "NONE" }), { key: undefined }],
    [
      "AWS's own key",
      change("aws_kinesis_stream.it", { kms_key_id: "alias/aws/kinesis" }),
      { key: found({ KeyId: "alias/aws/kinesis", Arn: "alias/aws/kinesis", KeyManager: "AWS" }) },
    ],
    [
      "a key of another state",
      { "aws_kms_key.it": undefined },
      {
        key: found({ KeyId: KEY, Arn: KEY }),
        keyPolicy: unknown(`${KEY} is not in this Terraform configuration`),
      },
    ],
    [
      "an alias of another state",
      change("aws_kinesis_stream.it", { kms_key_id: "alias/clicks" }),
      { key: unknown("alias/clicks is not in this Terraform configuration") },
    ],
    [
      "a key with its policy inline",
      {
        "aws_kms_key_policy.it": undefined,
        ...change("aws_kms_key.it", { policy: policy(allow("kms:*", "*")) }),
      },
      {
        keyPolicy: found({
          name: `the policy of ${KEY}`,
          statements: [allow("kms:*", "*")],
          header: {},
        }),
      },
    ],
    [
      "a key whose policy is elsewhere",
      { "aws_kms_key_policy.it": undefined },
      { keyPolicy: unknown(`${KEY} is not in this Terraform configuration`) },
    ],
  ])("know %s", (_, changes, expected) => {
    const [one] = pipelines(changes);

    expect({ ...one, key: one?.key }).toMatchObject(expected);
  });

  const GRANT = {
    key_id: KEY,
    grantee_principal: ROLE,
    operations: ["Decrypt"],
    constraints: [
      {
        encryption_context_equals: {},
        encryption_context_subset: { "aws:kinesis:arn": STREAM },
      },
    ],
  };
  const nobody = change("aws_kms_key_policy.it", { policy: policy() });

  it.each<[string, Values, string]>([
    ["of the key to the role", GRANT, "kms allowed"],
    ["of another operation", { ...GRANT, operations: ["Encrypt"] }, "kms denied"],
    ["to another role", { ...GRANT, grantee_principal: `${ROLE}-2` }, "kms denied"],
    ["of another key", { ...GRANT, key_id: "2" }, "kms denied"],
    [
      "for another stream",
      {
        ...GRANT,
        constraints: [{ encryption_context_subset: { "aws:kinesis:arn": `${STREAM}-2` } }],
      },
      "kms denied",
    ],
    [
      "for this stream and more",
      {
        ...GRANT,
        constraints: [{ encryption_context_equals: { "aws:kinesis:arn": STREAM, more: "x" } }],
      },
      "kms denied",
    ],
  ])("decide by a grant %s", (_, grant, outcome) => {
    expect(outcomes({ ...nobody, "aws_kms_grant.it": grant })).toContain(outcome);
  });

  it("cannot tell whether a grant that could not be read allows it", () => {
    const [one] = pipelines(nobody);
    const decision = accessOf({ ...one!, keyGrants: unknown("no permission") })[2]?.decisions[0];

    expect(decision).toMatchObject({
      outcome: "cannot tell",
      why: `nothing allows kms:Decrypt on ${KEY}, but a grant may: no permission`,
    });
  });

  it("decide for the role", () => {
    expect(outcomes({})).toEqual([
      "kinesis allowed",
      "kinesis allowed",
      "kms allowed",
      "sqs denied",
      "logs denied",
    ]);
    expect(outcomes(change("aws_kms_key_policy.it", { policy: policy() }))).toContain("kms denied");
    expect(outcomes({ "aws_kinesis_resource_policy.consumer": undefined })).toEqual([
      "kinesis allowed",
      "kinesis denied",
      "kms allowed",
      "sqs denied",
      "logs denied",
    ]);
    expect(
      outcomes(
        change("aws_sqs_queue.it", {
          policy: policy({ Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "*" }),
        }),
      ),
    ).toContain("sqs denied");
  });
});

describe("a pipeline in a synthesized configuration", () => {
  const golden = fs.readFileSync(path.join(__dirname, "..", "golden", "cdk.tf.json"), "utf8");
  const read = (text: string) => pipelinesIn(resourcesInConfiguration([text]));

  it("is allowed all that it needs before anything exists", () => {
    const all = read(golden).flatMap(accessOf);

    expect(all.map(({ on }) => on.replace(/\$\{.*/, ""))).toEqual([
      "arn:aws:kinesis:us-east-1:111111111111:stream/kds-cross-account-stream",
      "arn:aws:kinesis:us-east-1:111111111111:stream/kds-cross-account-stream/consumer/kds-cross-account-stream-efo-consumer:",
      "arn:aws:kms:us-east-1:111111111111:key/",
      "arn:aws:sqs:us-east-1:222222222222:kds-cross-account-stream-efo-consumer-on-failure-",
      "arn:aws:logs:us-east-1:222222222222:log-group:/aws/lambda/kds-cross-account-stream-efo-consumer",
    ]);
    expect(
      all.flatMap(({ decisions }) => decisions).filter(({ outcome }) => outcome !== "allowed"),
    ).toEqual([]);
  });

  it("cannot tell for a principal that is known only at apply", () => {
    const [one] = read(
      golden.replace(/\$\{aws_iam_role\.[\w-]+\.arn\}\\"\]/g, '${var.reader_arn}\\"]'),
    );

    expect(accessOf(one!)[0]?.decisions[0]?.outcome).toBe("cannot tell");
  });

  it("names its function by an ARN or a name", () => {
    const named = golden.replace(
      /"function_name": "\$\{aws_lambda_function\.([\w-]+)\.arn\}"/,
      '"function_name": "${aws_lambda_function.$1.function_name}"',
    );

    expect(named).not.toBe(golden);
    expect(read(named)[0]?.pipeline.function).toEqual(read(golden)[0]?.pipeline.function);
  });
});
