import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Fn, type TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { arnPart } from "../policies/arns";
import { encryptReportsStatement, identityStatement, Statement } from "../policies/statements";
import { accountId, bucketArn, customerKeyArn, queueArn, topicArn } from "../properties/formats";
import { asArgument, isLiteral } from "../properties/expressions";
import { PropertyType } from "../properties/property-types";
import { isGiven } from "../../pipeline/values";
import { checkKeyRegion } from "../producer-stream/key";
import { PropertyChecks } from "../properties/property-checks";
import { object, Properties } from "../properties/property";

/** Longest message retention of SQS: 14 days. */
const QUEUE_RETENTION_SECONDS = 1209600;

/** SQS allows 80 characters, of which Terraform fills the last 26. */
const LONGEST_QUEUE_PREFIX = 54;

/**
 * The consumer that the destination is for.
 *
 * @internal
 */
export interface OnFailureContext {
  readonly provider: TerraformProvider;
  readonly functionName: string;
  readonly roleArn: string;
  /** DNS suffix of the partition, looked up only where a key needs it. */
  readonly dnsSuffix: () => string;
  readonly tags?: Record<string, string>;
}

/**
 * The destination, and the permissions that the function's role needs for it.
 *
 * @internal
 */
export interface OnFailureConfig {
  readonly destinationArn?: string;
  readonly queue?: SqsQueue;
  readonly statements: Statement[];
}

/** The encryption of an on-failure destination. */
export interface OnFailureOptions {
  /**
   * ARN of the customer managed key that encrypts the destination. The function's role gets the
   * permission to use it for this destination, which deliveries need. The owner
   * manages the key's policy. It must also allow the role, or delegate to the IAM policies of the
   * role's account, as the default key policy does for the key's own account.
   *
   * @default - the destination is encrypted with a key of AWS, or not at all
   */
  readonly kmsKeyArn?: string;
}

export const ON_FAILURE_OPTIONS = {
  kmsKeyArn: { type: customerKeyArn, fix: "omit it without a customer managed key" },
} as const satisfies Properties<OnFailureOptions>;

/**
 * The destination to which Lambda reports records that it gave up on. A report to a queue or a topic
 * contains only shard and sequence numbers, and the records must be read from the stream before its
 * retention ends. Only a bucket receives the records themselves.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export class OnFailure {
  /**
   * An encrypted queue for this consumer, in its account, which keeps messages for 14 days. Its name
   * is `<function>-on-failure-`, cut to 54 characters, and 26 characters of Terraform's, so that no
   * other deployment can have the same queue. The queue keeps its name if the function is renamed,
   * so that the reports in it are not lost.
   *
   * @param options a key to encrypt with; a key of SQS, unless given
   */
  public static queue(options: OnFailureOptions = {}): OnFailure {
    return new OnFailure(
      (scope, context) => {
        const { provider, functionName, tags } = context;
        const { kmsKeyArn } = options;
        const queue = new SqsQueue(scope, "on-failure-queue", {
          provider,
          namePrefix: queuePrefix(functionName),
          messageRetentionSeconds: QUEUE_RETENTION_SECONDS,
          ...(isGiven(kmsKeyArn) ? { kmsMasterKeyId: kmsKeyArn } : { sqsManagedSseEnabled: true }),
          // Another name would replace the queue, and its reports would be lost; queues of former
          // versions have no prefix. An unused queue is destroyed only after the mapping has stopped
          // using it.
          lifecycle: { ignoreChanges: ["name", "name_prefix"], createBeforeDestroy: true },
          tags,
        });
        return { queue, ...reportTo("sqs", queue.arn, options, context) };
      },
      (checks, region) => checkOptions(checks, options, region),
    );
  }

  /** An existing standard queue. A FIFO queue is refused, as Lambda refuses it. */
  public static sqs(arn: string, options: OnFailureOptions = {}): OnFailure {
    return new OnFailure(
      (_scope, context) => reportTo("sqs", arn, options, context),
      (checks) => {
        check(checks, arn, queueArn);
        checkOptions(checks, options, arnPart(arn, "region"));
      },
    );
  }

  /** An existing standard topic. A FIFO topic is refused, as Lambda refuses it. */
  public static sns(arn: string, options: OnFailureOptions = {}): OnFailure {
    return new OnFailure(
      (_scope, context) => reportTo("sns", arn, options, context),
      (checks) => {
        check(checks, arn, topicArn);
        checkOptions(checks, options, arnPart(arn, "region"));
      },
    );
  }

  /**
   * An existing bucket, which receives the records themselves.
   *
   * @param bucketAccountId the account that must own the bucket; the consumer's, unless given
   */
  public static s3(
    arn: string,
    bucketAccountId?: string,
    options: OnFailureOptions = {},
  ): OnFailure {
    return new OnFailure(
      (_scope, context) =>
        reportToBucket(
          arn,
          bucketAccountId ?? arnPart(context.roleArn, "account"),
          options,
          context,
        ),
      (checks) => {
        check(checks, arn, bucketArn);
        checkOptions(checks, options);
        if (isGiven(bucketAccountId)) {
          const fix = "omit it if the consumer's account owns the bucket";
          check(checks, bucketAccountId, accountId, fix);
        }
      },
    );
  }

  /** No destination: records that Lambda gives up on leave no trace. */
  public static none(): OnFailure {
    return new OnFailure(
      () => ({ statements: [] }),
      () => undefined,
      true,
    );
  }

  private constructor(
    /** @internal */
    public readonly _bind: (scope: Construct, context: OnFailureContext) => OnFailureConfig,
    /** @internal The Region is the function's, a token if only Terraform knows it. */
    public readonly _check: (checks: PropertyChecks, region: string) => void,
    /** Private, so that structural typing accepts no other objects. */
    private readonly isNone = false,
  ) {}

  /** @internal */
  public get _isNone(): boolean {
    return this.isNone;
  }
}

/** CreateQueue returns an existing queue of the same name, so names must not be reused. */
function queuePrefix(functionName: string): string {
  const prefix = `${functionName}-on-failure-`;
  return isLiteral(functionName)
    ? prefix.slice(0, LONGEST_QUEUE_PREFIX)
    : Fn.substr(asArgument(prefix), 0, LONGEST_QUEUE_PREFIX);
}

const REPORT_ACTIONS = { sqs: "sqs:SendMessage", sns: "sns:Publish" } as const;

const reportTo = (
  service: keyof typeof REPORT_ACTIONS,
  arn: string,
  options: OnFailureOptions,
  context: OnFailureContext,
): OnFailureConfig => ({
  destinationArn: arn,
  statements: [
    identityStatement("ReportFailures", [REPORT_ACTIONS[service]], arn),
    ...keyStatements(service, arn, options, context),
  ],
});

/** Prevents writing to a bucket of the same name owned by another account. */
function reportToBucket(
  arn: string,
  owner: string,
  options: OnFailureOptions,
  context: OnFailureContext,
): OnFailureConfig {
  const Condition = { StringEquals: { "s3:ResourceAccount": owner } };
  return {
    destinationArn: arn,
    statements: [
      // Lambda names each object after shard and time, hence the `*`.
      { ...identityStatement("ReportFailures", ["s3:PutObject"], `${arn}/*`), Condition },
      { ...identityStatement("FindFailureBucket", ["s3:ListBucket"], arn), Condition },
      ...keyStatements("s3", arn, options, context),
    ],
  };
}

const keyStatements = (
  service: "sqs" | "sns" | "s3",
  arn: string,
  { kmsKeyArn }: OnFailureOptions,
  { dnsSuffix }: OnFailureContext,
): Statement[] =>
  isGiven(kmsKeyArn) ? [encryptReportsStatement(service, arn, kmsKeyArn, dnsSuffix())] : [];

function check(
  checks: PropertyChecks,
  value: unknown,
  type: PropertyType,
  fix = "omit it to have a queue created for this consumer",
): void {
  type.validate(value, checks.report("onFailure", fix));
}

/** @param region of the destination; undefined if its ARN has none */
function checkOptions(checks: PropertyChecks, options: OnFailureOptions, region?: string): void {
  check(checks, options, object<OnFailureOptions>(ON_FAILURE_OPTIONS));
  if (region !== undefined && isGiven(options.kmsKeyArn)) {
    checkKeyRegion(checks, "onFailure.kmsKeyArn", options.kmsKeyArn, region);
  }
}
