import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Construct } from "constructs";
import { arnPart } from "../policies/arns";
import { identityStatement, Statement } from "../policies/statements";
import { accountId, bucketArn, queueArn, topicArn } from "../properties/formats";
import { isGiven, Kind } from "../properties/kinds";
import { PropertyChecks } from "../properties/property-checks";

/** The longest that SQS keeps a message: 14 days. */
const QUEUE_RETENTION_SECONDS = 1209600;

/**
 * The consumer that the destination is for.
 *
 * @internal
 */
export interface OnFailureContext {
  readonly provider: AwsProvider;
  readonly functionName: string;
  readonly roleArn: string;
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

/**
 * The destination to which Lambda reports records that it gave up on. The report to a queue or a
 * topic names the records by shard and sequence number, and they must be read from the stream
 * before its retention ends. Only a bucket gets the records themselves.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export class OnFailure {
  /**
   * An encrypted queue for this consumer, in its account, which keeps messages for 14 days. It is
   * named after the function when it is created, and keeps that name if the function is
   * renamed, so that the reports in it are not lost.
   */
  public static queue(): OnFailure {
    return new OnFailure(
      (scope, { provider, functionName, tags }) => {
        const queue = new SqsQueue(scope, "on-failure-queue", {
          provider,
          name: `${functionName}-on-failure`,
          messageRetentionSeconds: QUEUE_RETENTION_SECONDS,
          sqsManagedSseEnabled: true,
          // A queue of another name would be a new queue, and the reports in the old one would be
          // lost. A queue that is no longer used is destroyed after the mapping has stopped using it.
          lifecycle: { ignoreChanges: ["name"], createBeforeDestroy: true },
          tags,
        });
        return { queue, ...toQueue(queue.arn) };
      },
      { createsQueue: true },
    );
  }

  /** An existing standard queue. A FIFO queue is refused, as Lambda refuses it. */
  public static sqs(arn: string): OnFailure {
    return new OnFailure(() => toQueue(arn), {
      check: (checks) => check(checks, arn, queueArn),
    });
  }

  /** An existing standard topic. A FIFO topic is refused, as Lambda refuses it. */
  public static sns(arn: string): OnFailure {
    return new OnFailure(
      () => ({
        destinationArn: arn,
        statements: [identityStatement("ReportFailures", ["sns:Publish"], arn)],
      }),
      { check: (checks) => check(checks, arn, topicArn) },
    );
  }

  /**
   * An existing bucket, which gets the records themselves.
   *
   * @param bucketAccountId the account that must own the bucket; the consumer's, unless given
   */
  public static s3(arn: string, bucketAccountId?: string): OnFailure {
    return new OnFailure(
      (_scope, { roleArn }) => toBucket(arn, bucketAccountId ?? arnPart(roleArn, "accountId")),
      {
        check: (checks) => {
          check(checks, arn, bucketArn);
          if (isGiven(bucketAccountId)) {
            check(
              checks,
              bucketAccountId,
              accountId,
              "omit it if the consumer's account owns the bucket",
            );
          }
        },
      },
    );
  }

  /** No destination: records that Lambda gives up on leave no trace. */
  public static none(): OnFailure {
    return new OnFailure(() => ({ statements: [] }), { isNone: true });
  }

  /** Prevents structural typing from accepting other objects. */
  declare protected readonly brand: never;

  private constructor(
    /** @internal */
    public readonly bind: (scope: Construct, context: OnFailureContext) => OnFailureConfig,
    private readonly kind: {
      readonly check?: (checks: PropertyChecks) => void;
      readonly createsQueue?: boolean;
      readonly isNone?: boolean;
    } = {},
  ) {}

  /** @internal */
  public check(checks: PropertyChecks): void {
    this.kind.check?.(checks);
  }

  /** @internal */
  public get createsQueue(): boolean {
    return this.kind.createsQueue ?? false;
  }

  /** @internal */
  public get isNone(): boolean {
    return this.kind.isNone ?? false;
  }
}

const toQueue = (arn: string): OnFailureConfig => ({
  destinationArn: arn,
  statements: [identityStatement("ReportFailures", ["sqs:SendMessage"], arn)],
});

/** Prevents writing to a bucket of the same name owned by another account. */
function toBucket(arn: string, owner: string): OnFailureConfig {
  const Condition = { StringEquals: { "s3:ResourceAccount": owner } };
  return {
    destinationArn: arn,
    statements: [
      // Lambda names each object after shard and time, hence the `*`.
      { ...identityStatement("ReportFailures", ["s3:PutObject"], `${arn}/*`), Condition },
      { ...identityStatement("FindFailureBucket", ["s3:ListBucket"], arn), Condition },
    ],
  };
}

function check(
  checks: PropertyChecks,
  value: unknown,
  kind: Kind,
  fix = "omit it to have a queue created for this consumer",
): void {
  kind.read(value, checks.report("onFailure", fix, "mapping"));
}
