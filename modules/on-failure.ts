import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Construct } from "constructs";
import { arnPart } from "./private/arns";
import { Checks, isLiteral } from "./private/checks";
import { fifoDestination } from "./private/errors";
import { own, Statement } from "./private/policies";
import { accountId, bucketArn, queueArn, Rule, topicArn } from "./private/rules";

/** The longest that SQS keeps a message: 14 days. */
const QUEUE_RETENTION_SECONDS = 1209600;

/**
 * Whose destination it is.
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
 * The destination, and what the function's role needs to reach it.
 *
 * @internal
 */
export interface OnFailureConfig {
  readonly destinationArn?: string;
  readonly queue?: SqsQueue;
  readonly statements: Statement[];
}

/**
 * Where Lambda reports records that it gave up on. A queue or a topic is told which records
 * (shard, sequence numbers), and they must be read again from the stream before its retention
 * ends; only a bucket gets the records themselves.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export class OnFailure {
  /**
   * A queue of the consumer's own in its account, encrypted, which keeps messages for 14 days. It
   * is named after the function when it is created, and keeps that name if the function is
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
          // A queue of another name would be a new one, without the reports that nobody has read yet;
          // and a queue that is no longer wanted must not go before the mapping has let go of it.
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
      check: (checks) => checkArn(checks, arn, queueArn),
    });
  }

  /** An existing standard topic. A FIFO topic is refused, as Lambda refuses it. */
  public static sns(arn: string): OnFailure {
    return new OnFailure(
      () => ({
        destinationArn: arn,
        statements: [own("ReportFailures", ["sns:Publish"], arn)],
      }),
      { check: (checks) => checkArn(checks, arn, topicArn) },
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
          checkArn(checks, arn, bucketArn);
          checks.check(
            "onFailure",
            bucketAccountId,
            accountId,
            "omit it where the consumer's account owns the bucket",
          );
        },
      },
    );
  }

  /** Nowhere: records that Lambda gives up on leave no trace. */
  public static none(): OnFailure {
    return new OnFailure(() => ({ statements: [] }), { isNone: true });
  }

  /** So that nothing else passes for one. */
  declare protected readonly brand: never;

  private constructor(
    /** @internal */
    public readonly bind: (scope: Construct, context: OnFailureContext) => OnFailureConfig,
    private readonly kind: {
      readonly check?: (checks: Checks) => void;
      readonly createsQueue?: boolean;
      readonly isNone?: boolean;
    } = {},
  ) {}

  /** @internal */
  public check(checks: Checks): void {
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
  statements: [own("ReportFailures", ["sqs:SendMessage"], arn)],
});

/** The account is named, lest a bucket of that name in a stranger's account gets the records. */
function toBucket(arn: string, owner: string): OnFailureConfig {
  const Condition = { StringEquals: { "s3:ResourceAccount": owner } };
  return {
    destinationArn: arn,
    statements: [
      // Lambda names each object after shard and time, hence the `*`.
      { ...own("ReportFailures", ["s3:PutObject"], `${arn}/*`), Condition },
      { ...own("FindFailureBucket", ["s3:ListBucket"], arn), Condition },
    ],
  };
}

function checkArn(checks: Checks, arn: string, rule: Rule<string>): void {
  if (isLiteral(arn) && arn.endsWith(".fifo")) {
    checks.refuse(fifoDestination(arn));
  } else {
    checks.check("onFailure", arn, rule, "omit it to have a queue made for this consumer");
  }
}
