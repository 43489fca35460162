import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { Construct } from "constructs";
import {
  ApplicationLogLevel,
  CrossAccountConsumer,
  type CrossAccountConsumerProps,
  type IProducerStream,
  LambdaCode,
  LogFormat,
  OnFailure,
  ProducerStream,
  ReadMode,
  SystemLogLevel,
} from "../../modules";
import { wireKeys } from "../helpers/wired-key";
import { CODE } from "./harness";

export interface Providers {
  /** In account 111111111111. */
  readonly producer: AwsProvider;
  /** In account 222222222222. */
  readonly consumer: AwsProvider;
}

/** A program, and the addresses that it creates, without its scope. Names in AWS contain the scope's id. */
interface Case {
  create(scope: Construct, providers: Providers): void;
  readonly created: readonly string[];
}

const keyArn = (account: string): string => `arn:aws:kms:us-east-1:${account}:key/0a1b2c3d`;
const streamArn = (name: string): string => `arn:aws:kinesis:us-east-1:111111111111:stream/${name}`;
const inAccount = (service: string, resource: string): string =>
  `arn:aws:${service}:us-east-1:222222222222:${resource}`;

export const producer = [
  "kinesis_resource_policy.stream_stream-policy",
  "kinesis_stream.stream",
  "kms_alias.stream_key-alias",
  "kms_key.stream_key",
  "kms_key_policy.stream_key-policy",
];

export const registration = (name: string): string[] => [
  `kinesis_resource_policy.${name}_consumer-policy`,
  `kinesis_stream_consumer.${name}_consumer`,
];

export const reader = (name: string): string[] => [
  `iam_role_policy.${name}_on-failure-policy`,
  `iam_role_policy.${name}_role-policy`,
  `lambda_event_source_mapping.${name}_mapping`,
];

export const madeFunction = (name: string): string[] => [
  `cloudwatch_log_group.${name}_log-group`,
  `iam_role.${name}_role`,
  `lambda_function.${name}_function`,
];

export const queue = (name: string): string => `sqs_queue.${name}_on-failure-queue`;

const consumer = (name: string): string[] => [...registration(name), ...reader(name)];

const aStream = (
  scope: Construct,
  { producer: provider }: Providers,
  props: Partial<ConstructorParameters<typeof ProducerStream>[2]> = {},
): ProducerStream =>
  new ProducerStream(scope, "stream", { provider, streamName: scope.node.id, ...props });

const aConsumer = (
  scope: Construct,
  { consumer: provider }: Providers,
  stream: IProducerStream,
  props: Partial<CrossAccountConsumerProps> = {},
): CrossAccountConsumer =>
  new CrossAccountConsumer(scope, "analytics", {
    provider,
    stream,
    consumerName: scope.node.id,
    ...(props.existingFunction ? {} : { code: CODE() }),
    ...props,
  });

/** A consumer of a created stream. */
const reading =
  (props: Partial<CrossAccountConsumerProps>): Case["create"] =>
  (scope, providers) => {
    aConsumer(scope, providers, aStream(scope, providers), props);
  };

export const CASES: Record<string, Case> = {
  "an imported stream with a provider, whose resource policy is created": {
    create(scope, providers) {
      const stream = ProducerStream.fromAttributes(scope, "stream", {
        streamArn: streamArn(scope.node.id),
        kmsKeyArn: keyArn("111111111111"),
        provider: providers.producer,
      });
      aConsumer(scope, providers, stream);
    },
    created: [
      "kinesis_resource_policy.stream_stream-policy",
      ...consumer("analytics"),
      ...madeFunction("analytics"),
      queue("analytics"),
    ],
  },

  "an imported stream without a provider, in whose account nothing is created": {
    create(scope, providers) {
      const arn = streamArn(scope.node.id);
      const stream = ProducerStream.fromAttributes(scope, "stream", {
        streamArn: arn,
        kmsKeyArn: keyArn("111111111111"),
      });
      aConsumer(scope, providers, stream, {
        consumerArn: `${arn}/consumer/${scope.node.id}:1706616477`,
      });
    },
    created: [...reader("analytics"), ...madeFunction("analytics"), queue("analytics")],
  },

  "an existing key, whose policy is not changed": {
    create(scope, providers) {
      const stream = aStream(scope, providers, { kmsKeyArn: keyArn("111111111111") });
      aConsumer(scope, providers, stream);
    },
    created: [
      "kinesis_resource_policy.stream_stream-policy",
      "kinesis_stream.stream",
      ...consumer("analytics"),
      ...madeFunction("analytics"),
      queue("analytics"),
    ],
  },

  "every setting of a function, and an alias with a share for the next version": {
    create: reading({
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
      environmentKmsKeyArn: keyArn("222222222222"),
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
      logGroupKmsKeyArn: keyArn("222222222222"),
    }),
    created: [
      ...producer,
      ...consumer("analytics"),
      ...madeFunction("analytics"),
      queue("analytics"),
      "iam_role_policy.analytics_function-policy",
      "iam_role_policy.analytics_policy-statements",
      "iam_role_policy_attachment.analytics_managed-policy-arnawsiamawspolicy--AmazonDynamoDBReadOnlyAccess",
      "lambda_alias.analytics_alias",
    ],
  },

  "a container image with an existing log group": {
    create: reading({
      code: LambdaCode.fromImage("222222222222.dkr.ecr.us-east-1.amazonaws.com/reader:1"),
      imageConfig: { command: ["a"], entryPoint: ["b"], workingDirectory: "/c" },
      existingLogGroupName: "/shared/functions",
      logFormat: LogFormat.TEXT,
    }),
    created: [
      ...producer,
      ...consumer("analytics"),
      "iam_role.analytics_role",
      "lambda_function.analytics_function",
      queue("analytics"),
    ],
  },

  SnapStart: {
    create: reading({ alias: { name: "live" }, snapStart: true, runtime: "java21" }),
    created: [
      ...producer,
      ...consumer("analytics"),
      ...madeFunction("analytics"),
      "lambda_alias.analytics_alias",
      queue("analytics"),
    ],
  },

  "existing keys, metrics, tags and all names": {
    create(scope, providers) {
      const stream = aStream(scope, providers, {
        keyRotationPeriodInDays: 90,
        keyAliasName: "alias/orders/records",
      });
      stream.grantWrite("333333333333", { listShards: true });
      aConsumer(scope, providers, stream, {
        rolePath: "/pipelines/",
        tags: { team: "analytics" },
        tagsByResource: { mapping: { team: "security" } },
        filterPatterns: [{ partitionKey: ["a"] }],
        filterCriteriaKmsKeyArn: keyArn("222222222222"),
        metrics: ["EventCount"],
        onFailure: OnFailure.queue({ kmsKeyArn: keyArn("222222222222") }),
        dependsOn: [stream.stream],
      });
    },
    created: [
      ...producer,
      ...consumer("analytics"),
      ...madeFunction("analytics"),
      queue("analytics"),
    ],
  },

  "a key that the program creates, whose policy contains the stream's statements": {
    create(scope, providers) {
      wireKeys(scope, { ...providers, producerId: "111111111111" }, CODE());
    },
    created: [
      "kinesis_resource_policy.orders_stream-policy",
      "kinesis_stream.orders_stream",
      "kms_key.failures-key",
      "kms_key.stream-key",
      "kms_key_policy.stream-key-policy",
      ...consumer("analytics"),
      ...madeFunction("analytics"),
      queue("analytics"),
    ],
  },

  "an existing function, which keeps its role and its logs": {
    create: reading({
      readMode: ReadMode.SHARED_THROUGHPUT,
      existingFunction: {
        functionName: "report",
        roleName: "report-role",
        roleArn: "arn:aws:iam::222222222222:role/report-role",
      },
    }),
    created: [...producer, ...reader("analytics"), queue("analytics")],
  },

  "one function that reads two streams": {
    create(scope, providers) {
      const stream = (name: string): IProducerStream =>
        ProducerStream.fromAttributes(scope, name, {
          streamArn: streamArn(name),
          provider: providers.producer,
        });
      const clicks = aConsumer(scope, providers, stream("click-stream"));
      new CrossAccountConsumer(scope, "orders", {
        provider: providers.consumer,
        stream: stream("order-stream"),
        consumerName: "orders-of-two-streams",
        existingFunction: clicks,
      });
    },
    created: [
      ...["click-stream", "order-stream"].map(
        (id) => `kinesis_resource_policy.${id}_stream-policy`,
      ),
      ...["analytics", "orders"].flatMap(consumer),
      ...madeFunction("analytics"),
      queue("analytics"),
    ],
  },
};
