import {
  ApplicationLogLevel,
  CrossAccountConsumer,
  type CrossAccountConsumerProps,
  IProducerStream,
  LambdaCode,
  LogFormat,
  OnFailure,
  ProducerStream,
  ReadMode,
  SystemLogLevel,
} from "../../modules";
import { wireKeys } from "../helpers/wired-key";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import * as path from "node:path";
import { CODE, describeWithTerraform, plan, STACK, synthesize, synthesizeMain } from "./harness";
import { analytics, archive, fraud, settings } from "./settings";

jest.setTimeout(120_000);

const KEY_ARN = "arn:aws:kms:us-east-1:111111111111:key/0a1b2c3d";
const STREAM_ARN = "arn:aws:kinesis:us-east-1:111111111111:stream/orders";

/** Shortens addresses without losing information: no hashes, and no scope of main.ts's consumers. */
const short = (addresses: readonly string[]): string[] =>
  addresses
    .map((address) =>
      address
        .replace(/_[0-9A-F]{8}$/, "")
        .replace("consumers_", "")
        .replace(/^aws_/, ""),
    )
    .sort();

const planned = async (stackDirectory: string): Promise<string[]> =>
  short(await plan(stackDirectory));

const aStream = (scope: TerraformStack, provider: AwsProvider): IProducerStream =>
  new ProducerStream(scope, "stream", { provider, streamName: "orders" });

const consumerOf =
  (
    stream: (scope: TerraformStack, producer: AwsProvider) => IProducerStream,
    props: Partial<CrossAccountConsumerProps> = {},
  ) =>
  (stack: TerraformStack, provider: (alias: string, accountId: string) => AwsProvider): void => {
    new CrossAccountConsumer(stack, "analytics", {
      provider: provider("analytics", "222222222222"),
      stream: stream(stack, provider("producer", "111111111111")),
      consumerName: "analytics",
      code: CODE(),
      ...props,
    });
  };

const producer = [
  "kinesis_resource_policy.stream_stream-policy",
  "kinesis_stream.stream",
  "kms_alias.stream_key-alias",
  "kms_key.stream_key",
  "kms_key_policy.stream_key-policy",
];

const registration = (name: string): string[] => [
  `kinesis_resource_policy.${name}_consumer-policy`,
  `kinesis_stream_consumer.${name}_consumer`,
];

const reader = (name: string): string[] => [
  `iam_role_policy.${name}_role-policy`,
  `lambda_event_source_mapping.${name}_mapping`,
];

const madeFunction = (name: string): string[] => [
  `cloudwatch_log_group.${name}_log-group`,
  `iam_role.${name}_role`,
  `lambda_function.${name}_function`,
];

const ALARMS_OF_MAPPING = [
  "failing-batches",
  "records-given-up",
  "records-dropped",
  "destination-failures",
  "function-errors",
  "function-throttles",
  "iterator-age",
];
const ALARMS_OF_QUEUE = ["failures-waiting", "oldest-failure"];
const ALARMS_OF_FAN_OUT = ["access-lost", "consumer-lag"];

const alarms = (scope: string, ...ids: string[]): string[] =>
  ids.map((id) => `cloudwatch_metric_alarm.monitoring_${scope}_${id}`);

const ofAccounts = (type: string, id: string, ...accounts: string[]): string[] =>
  accounts.map((account) => `${type}.monitoring_accounts_${account}_${id}`);

const queue = (name: string): string => `sqs_queue.${name}_on-failure-queue`;

describeWithTerraform("terraform plan, which validates first, passes", () => {
  it("on the default settings", async () => {
    const name = "kds-cross-account-stream-efo-consumer";

    const created = await planned(path.join(synthesizeMain(), STACK));

    expect(created).toEqual(
      [
        ...producer,
        `kinesis_resource_policy.${name}_consumer-policy`,
        `kinesis_stream_consumer.${name}`,
        ...reader(name),
        ...madeFunction(name),
        queue(name),
      ].sort(),
    );
  });

  it("on three consumers in three accounts, one with shared throughput, one with every option, all monitored", async () => {
    const monitoring = {
      name: "orders.v2",
      alarmTopicArns: { "222222222222": "arn:aws:sns:us-east-1:222222222222:alarms" },
      iteratorAgeShareOfRetention: 0.25,
      thresholds: { "function-errors": 5 },
      dashboards: true,
      tags: { team: "orders" },
    };
    const outdir = synthesizeMain({ ...settings(analytics, archive, fraud), monitoring });

    expect(await planned(path.join(outdir, STACK))).toEqual(
      [
        ...producer,
        ...["analytics", "fraud"].flatMap(registration),
        ...["analytics", "archive", "fraud"].flatMap(reader),
        ...["analytics", "archive", "fraud"].flatMap(madeFunction),
        ...["analytics", "archive"].map(queue),
        "iam_role_policy.fraud_function-policy",
        "iam_role_policy.fraud_policy-statements",
        "lambda_alias.fraud_alias",
        ...alarms("stream", "write-throttled", "read-throttled"),
        ...alarms("analytics", ...ALARMS_OF_MAPPING, ...ALARMS_OF_QUEUE, ...ALARMS_OF_FAN_OUT),
        ...alarms("archive", ...ALARMS_OF_MAPPING, ...ALARMS_OF_QUEUE, "not-polled"),
        // This mapping is paused, so nobody is told that it does not read.
        ...alarms("fraud", ...ALARMS_OF_MAPPING, "consumer-lag"),
        ...ofAccounts("sns_topic", "topic", "111111111111", "333333333333", "444444444444"),
        ...ofAccounts(
          "cloudwatch_dashboard",
          "dashboard",
          ...["111111111111", "222222222222", "333333333333", "444444444444"],
        ),
      ].sort(),
    );
  });

  it("on an imported stream with a provider, whose resource policy is created", async () => {
    const directory = synthesize(
      consumerOf((scope, provider) =>
        ProducerStream.fromAttributes(scope, "stream", {
          streamArn: STREAM_ARN,
          kmsKeyArn: KEY_ARN,
          provider,
        }),
      ),
    );

    expect(await planned(directory)).toEqual(
      [
        "kinesis_resource_policy.stream_stream-policy",
        ...registration("analytics"),
        ...reader("analytics"),
        ...madeFunction("analytics"),
        queue("analytics"),
      ].sort(),
    );
  });

  it("on an imported stream without a provider, in whose account nothing is created", async () => {
    const directory = synthesize((stack, provider) => {
      new CrossAccountConsumer(stack, "analytics", {
        provider: provider("analytics", "222222222222"),
        stream: ProducerStream.fromAttributes(stack, "stream", {
          streamArn: STREAM_ARN,
          kmsKeyArn: KEY_ARN,
        }),
        consumerName: "analytics",
        consumerArn: `${STREAM_ARN}/consumer/analytics:1706616477`,
        code: CODE(),
      });
    });

    expect(await planned(directory)).toEqual(
      [...reader("analytics"), ...madeFunction("analytics"), queue("analytics")].sort(),
    );
  });

  it("on an existing key, whose policy is not changed", async () => {
    const directory = synthesize(
      consumerOf(
        (scope, provider) =>
          new ProducerStream(scope, "stream", {
            provider,
            streamName: "orders",
            kmsKeyArn: KEY_ARN,
          }),
      ),
    );

    expect(await planned(directory)).toEqual(
      [
        "kinesis_resource_policy.stream_stream-policy",
        "kinesis_stream.stream",
        ...registration("analytics"),
        ...reader("analytics"),
        ...madeFunction("analytics"),
        queue("analytics"),
      ].sort(),
    );
  });

  it("on every setting of a function, and an alias with a share for the next version", async () => {
    const inAccount = (service: string, resource: string) =>
      `arn:aws:${service}:us-east-1:222222222222:${resource}`;
    const directory = synthesize(
      consumerOf(aStream, {
        description: "Reads orders",
        policyStatements: [
          {
            sid: "WriteOrders",
            actions: ["dynamodb:PutItem"],
            resources: [inAccount("dynamodb", "table/orders")],
            conditions: { StringEquals: { "dynamodb:LeadingKeys": ["one", "two"] } },
          },
        ],
        managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"],
        ephemeralStorageMb: 1024,
        environment: { STAGE: "test" },
        environmentKmsKeyArn: inAccount("kms", "key/0a1b2c3d"),
        vpc: {
          subnetIds: ["subnet-1"],
          securityGroupIds: ["sg-1"],
          ipv6AllowedForDualStack: true,
        },
        fileSystem: {
          accessPointArn: inAccount("elasticfilesystem", "access-point/fsap-0a1b2c3d4e5f60718"),
          localMountPath: "/mnt/data",
        },
        codeSigningConfigArn: inAccount("lambda", "code-signing-config:csc-0a1b2c3d4e5f60718"),
        alias: {
          name: "live",
          functionVersion: "3",
          additionalVersionWeight: { weight: 0.1 },
        },
        applicationLogLevel: ApplicationLogLevel.WARN,
        systemLogLevel: SystemLogLevel.WARN,
        logGroupKmsKeyArn: inAccount("kms", "key/0a1b2c3d"),
      }),
    );

    expect(await planned(directory)).toEqual(
      [
        ...producer,
        ...registration("analytics"),
        ...reader("analytics"),
        ...madeFunction("analytics"),
        queue("analytics"),
        "iam_role_policy.analytics_function-policy",
        "iam_role_policy.analytics_policy-statements",
        "iam_role_policy_attachment.analytics_managed-policy-arnawsiamawspolicy--AmazonDynamoDBReadOnlyAccess",
        "lambda_alias.analytics_alias",
      ].sort(),
    );
  });

  it.each<[string, Partial<CrossAccountConsumerProps>, string[]]>([
    [
      "a container image with an existing log group",
      {
        code: LambdaCode.fromImage("222222222222.dkr.ecr.us-east-1.amazonaws.com/reader:1"),
        imageConfig: { command: ["a"], entryPoint: ["b"], workingDirectory: "/c" },
        existingLogGroupName: "/shared/functions",
        logFormat: LogFormat.TEXT,
      },
      ["iam_role.analytics_role", "lambda_function.analytics_function"],
    ],
    [
      "SnapStart",
      { alias: { name: "live" }, snapStart: true, runtime: "java21" },
      [...madeFunction("analytics"), "lambda_alias.analytics_alias"],
    ],
  ])("on %s", async (_what, props, functionResources) => {
    expect(await planned(synthesize(consumerOf(aStream, props)))).toEqual(
      [
        ...producer,
        ...registration("analytics"),
        ...reader("analytics"),
        ...functionResources,
        queue("analytics"),
      ].sort(),
    );
  });

  it("on keys that the program creates, metrics, tags and all names", async () => {
    const kmsKeyArn = (account: string) => `arn:aws:kms:us-east-1:${account}:key/0a1b2c3d`;
    const directory = synthesize((stack, provider) => {
      const stream = new ProducerStream(stack, "stream", {
        provider: provider("producer", "111111111111"),
        streamName: "orders",
        keyRotationPeriodInDays: 90,
        keyAliasName: "alias/orders/records",
      });
      stream.grantWrite("333333333333", { listShards: true });
      new CrossAccountConsumer(stack, "analytics", {
        provider: provider("analytics", "222222222222"),
        stream,
        consumerName: "analytics",
        code: CODE(),
        rolePath: "/pipelines/",
        tags: { team: "analytics" },
        tagsByResource: { mapping: { team: "security" } },
        filterPatterns: [{ partitionKey: ["a"] }],
        filterCriteriaKmsKeyArn: kmsKeyArn("222222222222"),
        metrics: ["EventCount"],
        onFailure: OnFailure.queue({ kmsKeyArn: kmsKeyArn("222222222222") }),
        dependsOn: [stream.stream],
      });
    });

    expect(await planned(directory)).toEqual(
      [
        ...producer,
        ...registration("analytics"),
        ...reader("analytics"),
        ...madeFunction("analytics"),
        queue("analytics"),
      ].sort(),
    );
  });

  it("on a key that the program creates, whose policy contains the stream's statements", async () => {
    const directory = synthesize((stack, provider) => {
      const accounts = {
        producer: provider("producer", "111111111111"),
        producerId: "111111111111",
        consumer: provider("analytics", "222222222222"),
      };
      wireKeys(stack, accounts, CODE());
    });

    expect(await planned(directory)).toEqual(
      [
        "kinesis_resource_policy.orders_stream-policy",
        "kinesis_stream.orders_stream",
        "kms_key.failures-key",
        "kms_key.stream-key",
        "kms_key_policy.stream-key-policy",
        ...registration("analytics"),
        ...reader("analytics"),
        ...madeFunction("analytics"),
        queue("analytics"),
      ].sort(),
    );
  });

  it("on an existing function, which keeps its role and its logs", async () => {
    const directory = synthesize((stack, provider) => {
      new CrossAccountConsumer(stack, "analytics", {
        provider: provider("analytics", "222222222222"),
        stream: new ProducerStream(stack, "stream", {
          provider: provider("producer", "111111111111"),
          streamName: "orders",
        }),
        consumerName: "analytics",
        readMode: ReadMode.SHARED_THROUGHPUT,
        existingFunction: {
          functionName: "report",
          roleName: "report-role",
          roleArn: "arn:aws:iam::222222222222:role/report-role",
        },
      });
    });

    expect(await planned(directory)).toEqual(
      [...producer, ...reader("analytics"), queue("analytics")].sort(),
    );
  });

  it("on one function that reads two streams", async () => {
    const directory = synthesize((stack, provider) => {
      const producer = provider("producer", "111111111111");
      const analytics = provider("analytics", "222222222222");
      const stream = (name: string) =>
        ProducerStream.fromAttributes(stack, name, {
          streamArn: STREAM_ARN.replace(/[^/]+$/, name),
          provider: producer,
        });
      const clicks = new CrossAccountConsumer(stack, "clicks", {
        provider: analytics,
        stream: stream("click-stream"),
        consumerName: "clicks",
        code: CODE(),
      });
      new CrossAccountConsumer(stack, "orders", {
        provider: analytics,
        stream: stream("order-stream"),
        consumerName: "orders",
        existingFunction: clicks,
      });
    });

    expect(await planned(directory)).toEqual(
      [
        ...["click-stream", "order-stream"].map(
          (id) => `kinesis_resource_policy.${id}_stream-policy`,
        ),
        ...["clicks", "orders"].flatMap((id) => [...registration(id), ...reader(id)]),
        ...madeFunction("clicks"),
        queue("clicks"),
      ].sort(),
    );
  });
});
