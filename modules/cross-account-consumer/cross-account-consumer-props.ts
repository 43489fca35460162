import type { TerraformProvider } from "cdktf";
import type { FunctionProps } from "../lambda-function/function-props";
import type { IProducerStream } from "../producer-stream/producer-stream-props";
import type { MappingProps } from "./mapping-props";

/** The throughput that the consumer reads with. */
export enum ReadMode {
  /** Reads through a registered consumer, which has its own 2 MB/s per shard. */
  ENHANCED_FAN_OUT = "ENHANCED_FAN_OUT",
  /** Shares 2 MB/s per shard with all other such readers. Needs no registered consumer. */
  SHARED_THROUGHPUT = "SHARED_THROUGHPUT",
}

/** Tags of single resources, for example tags by which other tools select log groups or roles. */
export interface TagsByResource {
  /**
   * Tags of the execution role.
   *
   * @default - `tags`
   */
  readonly role?: Record<string, string>;
  /**
   * Tags of the function's log group.
   *
   * @default - `tags`
   */
  readonly logGroup?: Record<string, string>;
  /**
   * Tags of the function.
   *
   * @default - `tags`
   */
  readonly lambdaFunction?: Record<string, string>;
  /**
   * Tags of the queue that is created for failures.
   *
   * @default - `tags`
   */
  readonly onFailureQueue?: Record<string, string>;
  /**
   * Tags of the event source mapping.
   *
   * @default - `tags`
   */
  readonly mapping?: Record<string, string>;
}

/** Properties of a CrossAccountConsumer. */
export interface CrossAccountConsumerProps extends FunctionProps, MappingProps {
  /**
   * Provider of the function's account, in the same stack. This is usually another account than the
   * stream's; it can also be the stream's own account, with the same or another provider.
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
   * `logGroup`, `lambdaFunction`, `onFailureQueue` and `mapping`. A tag of the resource
   * replaces a tag with the same key in `tags`.
   *
   * @default - every resource has `tags`
   */
  readonly tagsByResource?: TagsByResource;
}
