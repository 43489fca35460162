import { ReadMode } from "../../modules";
import { aConsumer, aStream, ROLE_ARN, Synthesized } from "../helpers/synthesize";

import {
  ACCOUNT,
  between,
  FUNCTION_NAME,
  matching,
  NAME,
  oneOf,
  preconditions,
  type Props,
  ROLE_NAME,
  type Tokens,
  withTokens,
} from "../helpers/tokens";

describe("a token passes, and Terraform judges its value with the same sentence", () => {
  type Row = readonly [
    sentence: string,
    property: (tokens: Tokens) => Props,
    resource: string,
    condition: string,
  ];

  const check = (synthesized: Synthesized, [sentence, , resource, condition]: Row) =>
    expect(preconditions(synthesized)).toEqual({
      [resource]: [
        {
          condition,
          error_message: sentence.replace("<GIVEN>", "${var.given}"),
        },
      ],
    });

  it.each<Row>([
    [
      "'streamName' must be 1 to 128 letters, digits, dots, hyphens or underscores, got <GIVEN>; rename the stream",
      ({ text }) => ({ streamName: text }),
      "stream",
      matching(NAME),
    ],
    [
      "'retentionPeriodHours' must be an integer from 24 to 8760, got <GIVEN>; omit it for 24 hours",
      ({ number }) => ({ retentionPeriodHours: number }),
      "stream",
      between(24, 8760),
    ],
    [
      "'shardCount' must be an integer from 1 to 10000, got <GIVEN>; omit it for on-demand capacity",
      ({ number }) => ({ shardCount: number }),
      "stream",
      between(1, 10000),
    ],
    [
      "'registeredConsumerLimit' must be one of 20, 50, got <GIVEN>; omit it for 20; 50 is the limit of On-demand Advantage",
      ({ number }) => ({ registeredConsumerLimit: number }),
      "stream",
      oneOf(20, 50),
    ],
    [
      "'streamMode' must be one of ON_DEMAND, PROVISIONED, got <GIVEN>; omit it to let 'shardCount' decide",
      ({ text }) => ({ streamMode: text, shardCount: 1 }),
      "stream",
      oneOf("ON_DEMAND", "PROVISIONED"),
    ],
    [
      "'encryption' must be one of CUSTOMER_MANAGED_KEY, NONE, got <GIVEN>; omit it to have a key created",
      ({ text }) => ({ encryption: text }),
      "stream",
      oneOf("CUSTOMER_MANAGED_KEY", "NONE"),
    ],
    [
      "'deletionWindowInDays' must be an integer from 7 to 30, got <GIVEN>; omit it for 30",
      ({ number }) => ({ deletionWindowInDays: number }),
      "stream_key",
      between(7, 30),
    ],
    [
      "'shardLevelMetrics[0]' must be one of IncomingBytes, IncomingRecords, OutgoingBytes, OutgoingRecords, WriteProvisionedThroughputExceeded, ReadProvisionedThroughputExceeded, IteratorAgeMilliseconds, ALL, got <GIVEN>; name each metric once, or omit it for stream-level metrics only",
      ({ text }) => ({ shardLevelMetrics: [text] }),
      "stream",
      oneOf(
        "IncomingBytes",
        "IncomingRecords",
        "OutgoingBytes",
        "OutgoingRecords",
        "WriteProvisionedThroughputExceeded",
        "ReadProvisionedThroughputExceeded",
        "IteratorAgeMilliseconds",
        "ALL",
      ),
    ],
  ])("ProducerStream: %s", (...row) => {
    check(
      withTokens((tokens, stack, providers) => aStream(stack, providers, row[1](tokens))),
      row,
    );
  });

  it.each<Row>([
    [
      "'consumerName' must be 1 to 128 letters, digits, dots, hyphens or underscores, got <GIVEN>; rename the consumer",
      ({ text }) => ({ consumerName: text, functionName: "f" }),
      "consumer",
      matching(NAME),
    ],
    [
      "'consumerName' must be 1 to 128 letters, digits, dots, hyphens or underscores, got <GIVEN>; rename the consumer",
      ({ text }) => ({
        consumerName: text,
        functionName: "f",
        readMode: ReadMode.SHARED_THROUGHPUT,
      }),
      "consumer_role-policy",
      matching(NAME),
    ],
    [
      "'readMode' must be one of ENHANCED_FAN_OUT, SHARED_THROUGHPUT, got <GIVEN>; omit it for ENHANCED_FAN_OUT",
      ({ text }) => ({ readMode: text }),
      "consumer",
      oneOf("ENHANCED_FAN_OUT", "SHARED_THROUGHPUT"),
    ],
    [
      "'functionName' must be 1 to 64 letters, digits, hyphens or underscores, got <GIVEN>; rename the function",
      ({ text }) => ({ functionName: text }),
      "consumer_function",
      matching(FUNCTION_NAME),
    ],
    [
      "'roleName' must be 1 to 64 letters, digits or characters of _+=,.@-, got <GIVEN>; rename the role",
      ({ text }) => ({ roleName: text }),
      "consumer_role",
      matching(ROLE_NAME),
    ],
    [
      "'permissionsBoundaryArn' must be a managed policy ARN (arn:aws:iam::<account>:policy/<name>), got <GIVEN>; omit it for no boundary",
      ({ text }) => ({ permissionsBoundaryArn: text }),
      "consumer_role",
      matching(`^arn:aws[a-z-]*:iam::(${ACCOUNT}|aws):policy/[^* ]+$`),
    ],
    [
      "'runtime' must be a runtime identifier such as nodejs22.x, got <GIVEN>; omit it for nodejs22.x",
      ({ text }) => ({ runtime: text }),
      "consumer_function",
      matching("^[a-z]+[a-z0-9.-]+$"),
    ],
    [
      "'architecture' must be one of arm64, x86_64, got <GIVEN>; omit it for arm64",
      ({ text }) => ({ architecture: text }),
      "consumer_function",
      oneOf("arm64", "x86_64"),
    ],
    [
      "'tracing' must be one of Active, PassThrough, got <GIVEN>; omit it for PassThrough",
      ({ text }) => ({ tracing: text }),
      "consumer_function",
      oneOf("Active", "PassThrough"),
    ],
    [
      "'memorySizeMb' must be an integer from 128 to 10240, got <GIVEN>; omit it for 256",
      ({ number }) => ({ memorySizeMb: number }),
      "consumer_function",
      between(128, 10240),
    ],
    [
      "'timeoutSeconds' must be an integer from 1 to 900, got <GIVEN>; omit it for 60",
      ({ number }) => ({ timeoutSeconds: number }),
      "consumer_function",
      between(1, 900),
    ],
    [
      "'reservedConcurrentExecutions' must be an integer from 0 to 1000000, got <GIVEN>; omit it to share the account's concurrency",
      ({ number }) => ({ reservedConcurrentExecutions: number }),
      "consumer_function",
      between(0, 1000000),
    ],
    [
      "'layers[0]' must be the ARN of a layer version (arn:aws:lambda:<region>:<account>:layer:<name>:<version>), got <GIVEN>; give ARNs of layer versions, and merge some if there are too many",
      ({ text }) => ({ layers: [text] }),
      "consumer_function",
      matching(`^arn:aws[a-z-]*:lambda:[a-z0-9-]+:${ACCOUNT}:layer:[a-zA-Z0-9_-]+:[0-9]+$`),
    ],
    [
      "'logRetentionDays' must be one of 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, got <GIVEN>; omit it for 30",
      ({ number }) => ({ logRetentionDays: number }),
      "consumer_log-group",
      oneOf(
        0,
        1,
        3,
        5,
        7,
        14,
        30,
        60,
        90,
        120,
        150,
        180,
        365,
        400,
        545,
        731,
        1096,
        1827,
        2192,
        2557,
        2922,
        3288,
        3653,
      ),
    ],
  ])("CrossAccountConsumer: %s", (...row) => {
    check(
      withTokens((tokens, stack, providers) => aConsumer(stack, providers, row[1](tokens))),
      row,
    );
  });

  it.each<Row>([
    [
      "'existingFunction.functionName' must be 1 to 64 letters, digits, hyphens or underscores, which an alias or version can follow (name:live), got <GIVEN>; give the function's name, not its ARN",
      ({ text }) => ({ functionName: text }),
      "consumer_mapping",
      matching("^[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9_-]{1,128})?$"),
    ],
    [
      "'existingFunction.roleName' must be 1 to 64 letters, digits or characters of _+=,.@-, got <GIVEN>; give the name of the function's execution role",
      ({ text }) => ({ roleName: text }),
      "consumer_role-policy",
      matching(ROLE_NAME),
    ],
    [
      "'existingFunction.roleArn' must be a role ARN (arn:aws:iam::<account>:role/<name>), got <GIVEN>; give the ARN of the function's execution role",
      ({ text }) => ({ roleArn: text }),
      "consumer_role-policy",
      matching(`^arn:aws[a-z-]*:iam::${ACCOUNT}:role/[^* ]+$`),
    ],
  ])("an existing function: %s", (sentence, property, resource, condition) => {
    const found = preconditions(
      withTokens((tokens, stack, providers) =>
        aConsumer(stack, providers, {
          existingFunction: {
            functionName: "reader",
            roleName: "reader",
            roleArn: ROLE_ARN,
            ...property(tokens),
          },
        }),
      ),
    );
    expect(found[resource]).toContainEqual({
      condition,
      error_message: sentence.replace("<GIVEN>", "${var.given}"),
    });
  });

  it.each(["grantRead", "grantWrite"] as const)("%s", (grant) => {
    const found = preconditions(
      withTokens(({ text }, stack, providers) => aStream(stack, providers)[grant](text)),
    );
    expect(found).toEqual({
      "stream_stream-policy": [
        {
          condition: matching(
            `^(${ACCOUNT}|arn:aws[a-z-]*:iam::${ACCOUNT}:(root|(role|user)/[^* ]+))$`,
          ),
          error_message:
            "'principalArn' must be an account id or the ARN of an account root, role or user, got ${var.given}; grant an account, a role or a user",
        },
        {
          condition:
            '${(!startswith(var.given, "arn:") || (element(split(":", var.given), 1) == "aws"))}',
          error_message:
            "'principalArn' must be in the stream's partition aws, got ${var.given}; accounts of different AWS partitions cannot share a stream: correct the ARN",
        },
      ],
    });
  });
});
