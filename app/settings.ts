import {
  CrossAccountConsumerProps,
  OnFailure,
  ProducerStreamAttributes,
  ProducerStreamProps,
} from "../modules";
import { PropertyChecks } from "../modules/properties/property-checks";
import { Account, accountResolver } from "./accounts";
import { outputName } from "./outputs";

/** A stream to create. */
export type NewStream = Omit<ProducerStreamProps, "provider">;

/** A stream that already exists. */
export type ExistingStream = Omit<ProducerStreamAttributes, "provider">;

/** Destination of failure reports: one for each kind of OnFailure. */
export type OnFailureSetting =
  | "queue"
  | "none"
  | { readonly sqs: string }
  | { readonly sns: string }
  | { readonly s3: string; readonly bucketAccountId?: string };

/** A consumer as the settings declare it. */
export interface ConsumerInput extends Omit<
  CrossAccountConsumerProps,
  "provider" | "stream" | "consumerArn" | "code" | "onFailure"
> {
  /** Account of the function: an account, or the name of one under `accounts`. */
  readonly account: string | Account;
  /**
   * Part of the Terraform addresses. Keep it to rename a consumer without replacing it.
   *
   * @default - `consumerName`
   */
  readonly id?: string;
  /**
   * Directory that holds the function's code. Ignored with `existingFunction`.
   *
   * @default "handler/dist"
   */
  readonly code?: string;
  /**
   * Destination of reports about records that Lambda gave up on: "queue", "none", {"sqs": ARN},
   * {"sns": ARN} or {"s3": bucket ARN}.
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
   * or users.
   *
   * @default - none
   */
  readonly writers?: string[];
  /** The consumers, one or more. */
  readonly consumers: ConsumerInput[];
  /**
   * Bucket that keeps the state.
   *
   * @default - in a file beside the program
   */
  readonly backend?: Backend;
}

export type ConsumerSettings = ConsumerInput & {
  readonly id: string;
  readonly account: Account;
  readonly code: string;
};

/** The settings of one deployment, with defaults, and with every account found. */
export interface Settings {
  readonly name: string;
  readonly region: string;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly producer: Account;
  readonly stream: NewStream | ExistingStream;
  readonly writers: readonly string[];
  readonly consumers: readonly ConsumerSettings[];
  readonly backend?: Backend;
}

/** Input whose properties have been checked, with the defaults set. */
export type CheckedDeployment = Omit<DeploymentInput, "consumers"> &
  Required<Pick<DeploymentInput, "name" | "accounts" | "writers">> & {
    readonly consumers: readonly (ConsumerInput & { readonly code: string })[];
  };

/**
 * Checks what spans several properties of a deployment, and finds its accounts.
 *
 * @param path of the deployment, ending in a dot; empty if it is the only one
 */
export function resolveDeployment(
  { $schema: _schema, ...given }: CheckedDeployment,
  checks: PropertyChecks,
  path: string,
): Settings {
  const accountOf = accountResolver(given.accounts, checks);
  const producer = accountOf(given.producer, `${path}producer`);
  const consumers = given.consumers.map((one, index) => ({
    ...one,
    id: one.id ?? one.consumerName,
    account: accountOf(one.account, `${path}consumers[${index}].account`),
  }));
  for (const property of ["consumerName", "id"] as const) {
    consumers.forEach((one, index) => {
      const first = consumers.findIndex((other) => isSame(other[property], one[property]));
      if (first < index && (property === "consumerName" || !isSame(one.id, one.consumerName))) {
        checks.addError(
          `'${path}consumers[${index}].${property}' must be unique, also with hyphens for dots, got ${one[property]} for consumers[${first}] as well; rename one of them`,
        );
      }
    });
  }
  return { ...given, producer, consumers };
}

/** Names of Terraform outputs must not contain dots, so dots count as hyphens. */
const isSame = (one: string, other: string): boolean => outputName(one) === outputName(other);

export function onFailureOf(setting: OnFailureSetting | undefined): OnFailure | undefined {
  if (setting === undefined || setting === "queue") {
    return undefined;
  }
  if (setting === "none") {
    return OnFailure.none();
  }
  if ("sqs" in setting) {
    return OnFailure.sqs(setting.sqs);
  }
  return "sns" in setting
    ? OnFailure.sns(setting.sns)
    : OnFailure.s3(setting.s3, setting.bucketAccountId);
}
