import { ResourceNotFoundException } from "@aws-sdk/client-kinesis";
import type { Accounts } from "./accounts";
import { isConsumerArn, streamArnOf } from "../../pipeline/arn";
import { AwsError, checkOwner, inUse, limitExceeded, notFound } from "./errors";
import { type Call, type Handlers, bodyOf, jsonReply } from "./protocol";

const REGISTERED_CONSUMER_LIMIT = 20;
const CONCURRENT_CREATION_LIMIT = 5;

interface Consumer {
  readonly ConsumerName: string;
  readonly ConsumerARN: string;
  readonly ConsumerCreationTimestamp: number;
  readonly StreamARN: string;
  /** Time when its deletion is complete, in milliseconds since the epoch. */
  readonly deletedAt?: number;
}

interface Body extends Partial<Consumer> {
  readonly StreamName?: string;
  readonly ResourceARN?: string;
  readonly EnforceConsumerDeletion?: boolean;
  readonly Tags?: Record<string, string>;
  readonly TagKeys?: string[];
}

/** Registered consumers, whose ARNs contain the creation time. moto does not build these ARNs. */
export class StreamConsumers {
  /** Called with the ARN of a deleted consumer or stream. */
  onDeleted: (arn: string) => void = () => undefined;
  private readonly all = new Map<string, Consumer>();
  private readonly tags = new Map<string, Map<string, string>>();

  constructor(
    private readonly accounts: Accounts,
    private readonly creatingSeconds: number,
  ) {}

  /** Error for a consumer that does not exist or is not ACTIVE; undefined if it is ACTIVE. */
  inactiveReason(arn: string): AwsError | undefined {
    const consumer = this.find(arn);
    if (!consumer) {
      return notFound(`Consumer ${arn} not found.`);
    }
    if (this.status(consumer) === "ACTIVE") {
      return undefined;
    }
    return inUse(`Consumer ${arn} is not in ACTIVE status`);
  }

  /** Throws unless the stream or consumer exists and is ACTIVE. */
  async assertActive(arn: string): Promise<void> {
    const problem = isConsumerArn(arn)
      ? this.inactiveReason(arn)
      : await this.inactiveStreamReason(arn);
    if (problem) {
      throw problem;
    }
  }

  readonly handlers: Handlers = {
    "kinesis.RegisterStreamConsumer": async (call) => {
      const { StreamARN: arn = "", ConsumerName: name = "", Tags = {} } = bodyOf<Body>(call);
      checkOwner(call, arn);
      await this.assertActive(arn);
      return jsonReply({ Consumer: this.register(arn, name, Tags) });
    },
    "kinesis.DescribeStreamConsumer": (call) => {
      const consumer = this.get(bodyOf<Body>(call));
      const { StreamARN } = consumer;
      return jsonReply({ ConsumerDescription: { ...this.describe(consumer), StreamARN } });
    },
    "kinesis.ListStreamConsumers": async (call) => {
      const { StreamARN: arn = "" } = bodyOf<Body>(call);
      checkOwner(call, arn);
      await this.assertActive(arn);
      return jsonReply({ Consumers: this.of(arn).map((consumer) => this.describe(consumer)) });
    },
    "kinesis.DeregisterStreamConsumer": (call) => {
      const consumer = this.get(bodyOf<Body>(call));
      checkOwner(call, consumer.ConsumerARN);
      this.delete(consumer, Math.min(this.creatingSeconds, 1));
      return jsonReply();
    },
    "kinesis.CreateStream": async (call) => {
      const { StreamName, Tags } = bodyOf<Body>(call);
      const reply = await call.forward();
      const { kinesis } = this.accounts.owning(streamArn(call));
      // moto ignores tags in CreateStream.
      if (reply.status < 300 && Tags) {
        await kinesis.addTagsToStream({ StreamName, Tags });
      }
      return reply;
    },
    "kinesis.DeleteStream": async (call) => {
      const arn = streamArn(call);
      checkOwner(call, arn);
      const consumers = this.of(arn);
      if (consumers.length && !bodyOf<Body>(call).EnforceConsumerDeletion) {
        throw inUse(
          `Stream ${arn} has ${consumers.length} registered consumers: deregister them or set EnforceConsumerDeletion`,
        );
      }
      const reply = await call.forward();
      if (reply.status >= 300) {
        return reply;
      }
      consumers.forEach((consumer) => this.delete(consumer));
      this.onDeleted(arn);
      return reply;
    },
    "kinesis.ListTagsForResource": (call) =>
      this.tagged(call, (tags) => ({
        Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
      })),
    "kinesis.TagResource": (call) =>
      this.tagged(call, (tags, { Tags = {} }) => {
        Object.entries(Tags).forEach((tag) => tags.set(...tag));
      }),
    "kinesis.UntagResource": (call) =>
      this.tagged(call, (tags, { TagKeys = [] }) => {
        TagKeys.forEach((key) => tags.delete(key));
      }),
  };

  private inactiveStreamReason(arn: string): Promise<AwsError | undefined> {
    const summary = this.accounts.owning(arn).kinesis.describeStreamSummary({ StreamARN: arn });
    return summary.then(
      ({ StreamDescriptionSummary: stream }) =>
        stream?.StreamStatus === "ACTIVE" ? undefined : inUse(`Stream ${arn} is not ACTIVE`),
      (error: unknown) => {
        if (!(error instanceof ResourceNotFoundException)) {
          throw error;
        }
        return notFound(`Stream ${arn} not found.`);
      },
    );
  }

  private register(streamArn: string, name: string, tags: Record<string, string>) {
    if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(name)) {
      throw new AwsError(
        "ValidationException",
        `1 validation error detected: Value '${name}' at 'consumerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
      );
    }
    const others = this.of(streamArn);
    if (others.some((other) => other.ConsumerName === name)) {
      throw inUse(`Consumer ${name} of stream ${streamArn} already exists.`);
    }
    if (others.length >= REGISTERED_CONSUMER_LIMIT) {
      throw limitExceeded(
        `A stream can have ${REGISTERED_CONSUMER_LIMIT} registered consumers, and ${streamArn} has as many.`,
      );
    }
    const changing = others.filter((other) => this.status(other) !== "ACTIVE");
    if (changing.length >= CONCURRENT_CREATION_LIMIT) {
      throw limitExceeded(
        `Only ${CONCURRENT_CREATION_LIMIT} consumers of a stream can simultaneously be in CREATING or DELETING.`,
      );
    }
    const seconds = Date.now() / 1000;
    const consumer: Consumer = {
      ConsumerName: name,
      ConsumerARN: `${streamArn}/consumer/${name}:${Math.floor(seconds)}`,
      ConsumerCreationTimestamp: seconds,
      StreamARN: streamArn,
    };
    this.all.set(consumer.ConsumerARN, consumer);
    this.tags.set(consumer.ConsumerARN, new Map(Object.entries(tags)));
    return this.describe(consumer);
  }

  private status({ ConsumerCreationTimestamp: created, deletedAt }: Consumer) {
    if (deletedAt !== undefined) {
      return "DELETING";
    }
    return Date.now() / 1000 - created < this.creatingSeconds ? "CREATING" : "ACTIVE";
  }

  private describe(consumer: Consumer) {
    const { StreamARN, deletedAt, ...described } = consumer;
    return { ...described, ConsumerStatus: this.status(consumer) };
  }

  private of(streamArn: string): Consumer[] {
    return [...this.all.values()].filter(
      ({ StreamARN: arn, deletedAt = Infinity }) => arn === streamArn && Date.now() < deletedAt,
    );
  }

  private get({ StreamARN: stream = "", ConsumerARN, ConsumerName }: Body): Consumer {
    const consumer = ConsumerARN
      ? this.find(ConsumerARN)
      : this.of(stream).find((one) => one.ConsumerName === ConsumerName);
    if (consumer) {
      return consumer;
    }
    throw notFound(`Consumer ${ConsumerARN ?? ConsumerName} not found.`);
  }

  private find(consumerArn: string): Consumer | undefined {
    return this.of(streamArnOf(consumerArn)).find(({ ConsumerARN: arn }) => arn === consumerArn);
  }

  private delete(consumer: Consumer, seconds = 0): void {
    const { ConsumerARN: arn } = consumer;
    this.all.set(arn, { ...consumer, deletedAt: Date.now() + seconds * 1000 });
    this.onDeleted(arn);
  }

  private tagged(call: Call, act: (tags: Map<string, string>, body: Body) => unknown) {
    const body = bodyOf<Body>(call);
    const arn = body.ResourceARN ?? "";
    if (!isConsumerArn(arn)) {
      return call.forward();
    }
    checkOwner(call, arn);
    this.get({ ConsumerARN: arn });
    return jsonReply(act(this.tags.get(arn) ?? new Map<string, string>(), body) ?? {});
  }
}

function streamArn(call: Call): string {
  const { StreamARN: arn, StreamName: name } = bodyOf<Body>(call);
  return arn ?? `arn:aws:kinesis:${call.region}:${call.account}:stream/${name}`;
}
