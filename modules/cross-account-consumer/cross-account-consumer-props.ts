import { TerraformProvider } from "cdktf";
import { FunctionProps } from "./function-props";
import { MappingProps } from "./mapping-props";
import { IProducerStream } from "../producer-stream/producer-stream-props";

/** The throughput that the consumer reads with. */
export enum ReadMode {
  /** Through a registered consumer, with 2 MB/s per shard of its own. */
  ENHANCED_FAN_OUT = "ENHANCED_FAN_OUT",
  /** Sharing 2 MB/s per shard with all other such readers; needs no registered consumer. */
  SHARED_THROUGHPUT = "SHARED_THROUGHPUT",
}

/** Tags that only one resource has, for example what other tools select a log group or a role by. */
export interface TagsByResource {
  /**
   * Of the execution role.
   *
   * @default - `tags`
   */
  readonly role?: Record<string, string>;
  /**
   * Of the function's log group.
   *
   * @default - `tags`
   */
  readonly logGroup?: Record<string, string>;
  /**
   * Of the function.
   *
   * @default - `tags`
   */
  readonly lambdaFunction?: Record<string, string>;
  /**
   * Of the queue that is created for failures.
   *
   * @default - `tags`
   */
  readonly onFailureQueue?: Record<string, string>;
  /**
   * Of the event source mapping.
   *
   * @default - `tags`
   */
  readonly mapping?: Record<string, string>;
}

/** Properties of a CrossAccountConsumer. */
export interface CrossAccountConsumerProps extends FunctionProps, MappingProps {
  /**
   * Provider of the function's account, of the same stack. Usually another account than the
   * stream's; the stream's own account works as well, with the same or another provider.
   */
  readonly provider: TerraformProvider;

  /** The stream to read: a ProducerStream, or a stream from ProducerStream.fromAttributes. */
  readonly stream: IProducerStream;

  /**
   * Name of the registered consumer, unique on the stream, and the default name of the function.
   * Valid: 1 to 128 letters, digits, dots, hyphens or underscores. Changing it registers another
   * consumer, and the mapping is recreated and starts at `startingPosition`.
   */
  readonly consumerName: string;

  /**
   * Throughput that the consumer reads with. Changing it recreates the mapping, which then starts at
   * `startingPosition`.
   *
   * @default ReadMode.ENHANCED_FAN_OUT
   */
  readonly readMode?: ReadMode;

  /**
   * ARN of an existing registered consumer, with its creation time. Required, and only
   * allowed, with enhanced fan-out on a stream from `fromAttributes` without a provider.
   *
   * @default - the consumer is registered by this construct
   */
  readonly consumerArn?: string;

  /**
   * Tags of all resources in the function's account.
   *
   * @default - the provider's default tags
   */
  readonly tags?: Record<string, string>;

  /**
   * Tags of single resources in the function's account, by the construct's fields: `role`,
   * `logGroup`, `lambdaFunction`, `onFailureQueue` and `mapping`. Where a key is in `tags` as well,
   * the resource's own value counts.
   *
   * @default - every resource has `tags`
   */
  readonly tagsByResource?: TagsByResource;
}
