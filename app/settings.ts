import {
  CrossAccountConsumerProps,
  FunctionAlias,
  GrantWriteOptions,
  OnFailureOptions,
  PipelineMonitoringProps,
  ProducerStreamAttributes,
  ProducerStreamProps,
  StreamPolicyStatement,
} from "../modules";
import { Account } from "./accounts";

/** A stream to create. */
export type NewStream = Omit<ProducerStreamProps, "provider">;

/** A stream that already exists. */
export type ExistingStream = Omit<ProducerStreamAttributes, "provider">;

/** Alarms and dashboards of the deployment. */
export type MonitoringInput = Omit<PipelineMonitoringProps, "stream" | "consumers">;

/** A queue to create for failure reports. */
export interface NewQueue {
  /** Options of the queue, with its key. */
  readonly queue: OnFailureOptions;
}

/** An existing queue for failure reports. */
export interface ExistingQueue extends OnFailureOptions {
  /** ARN of the queue. */
  readonly sqs: string;
}

/** An existing topic for failure reports. */
export interface ExistingTopic extends OnFailureOptions {
  /** ARN of the topic. */
  readonly sns: string;
}

/** An existing bucket for failed records. */
export interface ExistingBucket extends OnFailureOptions {
  /** ARN of the bucket. */
  readonly s3: string;
  /**
   * Account that must own the bucket.
   *
   * @default - the consumer's account
   */
  readonly bucketAccountId?: string;
}

/** Destination of failure reports: one for each kind of OnFailure. */
export type OnFailureSetting =
  "queue" | "none" | NewQueue | ExistingQueue | ExistingTopic | ExistingBucket;

/** A principal that may put records, with further permissions. */
export interface WriterOptions extends GrantWriteOptions {
  /** Account id, or ARN of an account root, role or user. */
  readonly principal: string;
}

export type Writer = string | WriterOptions;

/** The alias of a created function, and how many of its versions are kept. */
export interface AliasSetting extends FunctionAlias {
  /**
   * How many published versions `npm run deploy` keeps: it deletes older ones that no alias invokes
   * after it has applied a plan. Valid range: 1 to 1000.
   *
   * @default 10
   */
  readonly retainedVersions?: number;
}

/** A consumer as the settings declare it. */
export interface ConsumerInput extends Omit<
  CrossAccountConsumerProps,
  "provider" | "stream" | "consumerArn" | "code" | "onFailure" | "dependsOn" | "alias"
> {
  /**
   * Alias that the mapping invokes, and how many published versions are kept.
   *
   * @default - the mapping invokes the function as it was changed last
   */
  readonly alias?: AliasSetting;
  /** Account of the function: an account, or the name of one under `accounts`. */
  readonly account: string | Account;
  /**
   * Part of the Terraform addresses. Keep it to rename a consumer without replacing it.
   *
   * @default - `consumerName`
   */
  readonly id?: string;
  /**
   * Directory with the function's code. Ignored with `existingFunction`.
   *
   * @default "handler/dist"
   */
  readonly code?: string;
  /**
   * Destination of reports about records that Lambda gave up on: "queue", "none", {"sqs": ARN},
   * {"sns": ARN} or {"s3": bucket ARN}. If a customer managed key encrypts it, the last three take a
   * "kmsKeyArn" in addition to the ARN; {"queue": {"kmsKeyArn": ARN}} creates a queue with that key.
   *
   * @default "queue"
   */
  readonly onFailure?: OnFailureSetting;
}

/** Bucket for the state, which S3 itself locks (Terraform 1.10 or newer). */
export interface Backend {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Key of the state in the bucket, another one for each deployment. */
  readonly key: string;
  /** Region of the bucket. */
  readonly region: string;
  /**
   * Profile of the shared AWS configuration.
   *
   * @default - the credentials of the environment
   */
  readonly profile?: string;
  /**
   * Key that encrypts the state.
   *
   * @default - the encryption of the bucket
   */
  readonly kmsKeyId?: string;
}

/** One deployment as a settings file declares it. */
export interface DeploymentInput {
  /**
   * JSON Schema of this file, for editors.
   *
   * @default - none
   */
  readonly $schema?: string;
  /**
   * Name of the stack, of its directory in the output, and of its local state.
   *
   * @default "cross-account-kinesis"
   */
  readonly name?: string;
  /** Region of the stream and of every function. */
  readonly region: string;
  /**
   * Accounts by a name of your choice. An account keeps its provider until it is removed here.
   *
   * @default - none
   */
  readonly accounts?: Record<string, Account>;
  /** Account of the stream: an account, or the name of one under `accounts`. */
  readonly producer: string | Account;
  /** The stream: a new one by `streamName`, or an existing one by `streamArn`. */
  readonly stream: NewStream | ExistingStream;
  /**
   * Principals of any account that may put records: account ids, or ARNs of account roots, roles
   * or users. For a producer that also lists shards: {"principal": ARN, "listShards": true}.
   *
   * @default - none
   */
  readonly writers?: Writer[];
  /**
   * Statements of the stream's policy beside those of writers and consumers, for principals that only
   * read, or under conditions. They change nothing in the key's policy.
   *
   * @default - none
   */
  readonly streamPolicyStatements?: StreamPolicyStatement[];
  /** The consumers, one or more. */
  readonly consumers: ConsumerInput[];
  /**
   * Resources in AWS that the first deploy imports instead of creating them, by their path in the stack
   * (`npm run synth` prints the paths): {"stream/stream": "orders"}. The id is that of
   * `terraform import`. A resource that is in the state already is not imported again.
   *
   * @default - none
   */
  readonly imports?: Record<string, string>;
  /**
   * Alarms and dashboards, each in the account of the metric. An empty object uses all
   * defaults.
   *
   * @default - none
   */
  readonly monitoring?: MonitoringInput;
  /**
   * Bucket that keeps the state.
   *
   * @default - a file next to the program
   */
  readonly backend?: Backend;
}

/** A deployment in a list of several. */
export interface ListedDeployment extends DeploymentInput {
  /**
   * Names of settings under `shared` that this deployment extends. Later ones replace earlier ones,
   * and the deployment's own settings replace all of them.
   *
   * @default - all settings are given here
   */
  readonly extends?: string[];
}

/** A settings file with several deployments. */
export interface DeploymentsInput {
  /**
   * JSON Schema of this file, for editors.
   *
   * @default - none
   */
  readonly $schema?: string;
  /**
   * Parts of deployments by a name of your choice, for `extends`. Objects are merged, and so are
   * consumers with the same `id`; every other value is replaced.
   *
   * @default - none
   */
  readonly shared?: Record<string, Record<string, unknown>>;
  /** The deployments, one or more. */
  readonly deployments: Record<string, unknown>[];
}

export type ConsumerSettings = ConsumerInput & {
  readonly id: string;
  readonly account: Account;
  readonly code: string;
};

/** The settings of one deployment, with defaults and with the declared accounts inserted. */
export interface Settings {
  readonly name: string;
  readonly region: string;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly producer: Account;
  readonly stream: NewStream | ExistingStream;
  readonly writers: readonly Writer[];
  readonly streamPolicyStatements?: readonly StreamPolicyStatement[];
  readonly consumers: readonly ConsumerSettings[];
  readonly imports?: Readonly<Record<string, string>>;
  readonly monitoring?: MonitoringInput;
  readonly backend?: Backend;
}
