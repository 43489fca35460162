import {
  AddTagsToStreamCommand,
  DescribeStreamSummaryCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-kinesis";
import type { Accounts } from "./accounts";
import type { Permissions } from "./permissions";
import {
  AwsError,
  bodyOf,
  isConsumerArn,
  jsonReply,
  parseArn,
  type Call,
  type Handler,
  type Json,
  without,
} from "./requests";
import { mustOwn } from "./resource-policies";

const REGISTERED_CONSUMER_LIMIT = 20;
const CONCURRENT_CREATION_LIMIT = 5;

interface Consumer {
  readonly ConsumerName: string;
  readonly ConsumerARN: string;
  readonly ConsumerCreationTimestamp: number;
  readonly StreamARN: string;
  readonly activeAt: number;
  deletedAt: number;
  tags: Record<string, string>;
}

interface Reference {
  StreamARN?: string;
  ConsumerARN?: string;
  ConsumerName?: string;
}

/** Registered consumers as Kinesis has them: ARNs with the creation time, CREATING before ACTIVE. */
export class StreamConsumers {
  private consumers: Consumer[] = [];
  private readonly removed: ((arn: string) => void)[] = [];

  constructor(
    private readonly accounts: Accounts,
    private readonly creatingSeconds: number,
    private readonly permissions: () => Permissions,
  ) {}

  /** Calls `listener` with the ARN of each consumer and stream that is deleted. */
  onRemoved(listener: (arn: string) => void): void {
    this.removed.push(listener);
  }

  status(arn: string): "CREATING" | "ACTIVE" | "DELETING" | undefined {
    const consumer = this.find({ ConsumerARN: arn });
    if (!consumer) return undefined;
    if (consumer.deletedAt < Infinity) return "DELETING";
    return Date.now() < consumer.activeAt ? "CREATING" : "ACTIVE";
  }

  mustBeActive(arn: string): void {
    const status = this.status(arn);
    if (!status) throw notFound(`Consumer ${arn} not found.`);
    if (status !== "ACTIVE")
      throw inUse(`Consumer ${arn} is not in ACTIVE status`);
  }

  async streamMustBeActive(call: Call, arn: string): Promise<void> {
    const { account, region } = parseArn(arn);
    const kinesis = this.accounts.kinesis(account, region);
    const answer = await kinesis
      .send(new DescribeStreamSummaryCommand({ StreamARN: arn }))
      .catch((error: unknown) => {
        if (error instanceof ResourceNotFoundException)
          throw notFound(error.message);
        throw error;
      });
    const status = answer.StreamDescriptionSummary?.StreamStatus;
    if (status !== "ACTIVE")
      throw inUse(
        `Stream ${arn} under account ${call.account} is ${status}, not ACTIVE`,
      );
  }

  readonly handlers: Record<string, Handler> = {
    "kinesis.RegisterStreamConsumer": (call) => this.register(call),
    "kinesis.DescribeStreamConsumer": async (call) => {
      const consumer = this.get(bodyOf<Reference>(call), call);
      if (parseArn(consumer.ConsumerARN).account !== call.account)
        await this.permissions().mustAllow(call, consumer.ConsumerARN);
      const description = {
        ...this.show(consumer),
        StreamARN: consumer.StreamARN,
      };
      return jsonReply({ ConsumerDescription: description });
    },
    "kinesis.ListStreamConsumers": async (call) => {
      const { StreamARN: arn = "" } = bodyOf<Reference>(call);
      mustOwn(call, arn);
      await this.streamMustBeActive(call, arn);
      return jsonReply({
        Consumers: this.ofStream(arn).map((one) => this.show(one)),
      });
    },
    "kinesis.DeregisterStreamConsumer": (call) => {
      const consumer = this.get(bodyOf<Reference>(call), call);
      mustOwn(call, consumer.ConsumerARN);
      this.remove(consumer, Math.min(this.creatingSeconds, 1));
      return Promise.resolve(jsonReply({}));
    },
    "kinesis.CreateStream": async (call) => {
      const { StreamName, Tags } = bodyOf<{
        StreamName: string;
        Tags?: Record<string, string>;
      }>(call);
      const reply = await call.forward();
      // moto leaves out the tags that come with a new stream.
      if (reply.status < 300 && Tags)
        await this.accounts
          .kinesis(call.account, call.region)
          .send(new AddTagsToStreamCommand({ StreamName, Tags }));
      return reply;
    },
    "kinesis.DeleteStream": async (call) => {
      const body = bodyOf<{
        StreamName?: string;
        StreamARN?: string;
        EnforceConsumerDeletion?: boolean;
      }>(call);
      const arn =
        body.StreamARN ??
        `arn:aws:kinesis:${call.region}:${call.account}:stream/${body.StreamName}`;
      mustOwn(call, arn);
      const consumers = this.ofStream(arn);
      if (consumers.length && !body.EnforceConsumerDeletion)
        throw inUse(
          `Stream ${arn} has ${consumers.length} registered consumers: deregister them or set EnforceConsumerDeletion`,
        );
      const reply = await call.forward();
      if (reply.status >= 300) return reply;
      consumers.forEach((consumer) => this.remove(consumer, 0));
      this.removed.forEach((listener) => listener(arn));
      return reply;
    },
    "kinesis.ListTagsForResource": async (call) => {
      const consumer = this.tagged(call);
      if (!consumer) return call.forward();
      const tags = Object.entries(consumer.tags);
      return jsonReply({ Tags: tags.map(([Key, Value]) => ({ Key, Value })) });
    },
    "kinesis.TagResource": async (call) => {
      const consumer = this.tagged(call);
      if (!consumer) return call.forward();
      Object.assign(
        consumer.tags,
        bodyOf<{ Tags: Record<string, string> }>(call).Tags,
      );
      return jsonReply({});
    },
    "kinesis.UntagResource": async (call) => {
      const consumer = this.tagged(call);
      if (!consumer) return call.forward();
      consumer.tags = without(
        consumer.tags,
        bodyOf<{ TagKeys: string[] }>(call).TagKeys,
      );
      return jsonReply({});
    },
  };

  private async register(call: Call) {
    const {
      StreamARN: streamArn = "",
      ConsumerName: name = "",
      Tags: tags = {},
    } = bodyOf<Reference & { Tags?: Record<string, string> }>(call);
    mustOwn(call, streamArn);
    if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(name))
      throw new AwsError(
        "ValidationException",
        `1 validation error detected: Value '${name}' at 'consumerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
      );
    await this.streamMustBeActive(call, streamArn);
    const others = this.ofStream(streamArn);
    if (others.some((other) => other.ConsumerName === name))
      throw inUse(
        `Consumer ${name} under stream ${streamArn} already exists for account ${call.account}.`,
      );
    if (others.length >= REGISTERED_CONSUMER_LIMIT)
      throw limit(
        `A stream can have ${REGISTERED_CONSUMER_LIMIT} registered consumers, and ${streamArn} has them.`,
      );
    const changing = others.filter(
      (other) => this.status(other.ConsumerARN) !== "ACTIVE",
    );
    if (changing.length >= CONCURRENT_CREATION_LIMIT)
      throw limit(
        `Only ${CONCURRENT_CREATION_LIMIT} consumers of a stream can simultaneously be in CREATING or DELETING.`,
      );
    const now = Date.now();
    const epochSeconds = Math.floor(now / 1000);
    const consumer: Consumer = {
      ConsumerName: name,
      ConsumerARN: `${streamArn}/consumer/${name}:${epochSeconds}`,
      ConsumerCreationTimestamp: epochSeconds,
      StreamARN: streamArn,
      activeAt: now + this.creatingSeconds * 1000,
      deletedAt: Infinity,
      tags: { ...tags },
    };
    this.consumers.push(consumer);
    return jsonReply({ Consumer: this.show(consumer) });
  }

  private show(consumer: Consumer): Json {
    const { ConsumerName, ConsumerARN, ConsumerCreationTimestamp } = consumer;
    const ConsumerStatus = this.status(ConsumerARN);
    return {
      ConsumerName,
      ConsumerARN,
      ConsumerStatus,
      ConsumerCreationTimestamp,
    };
  }

  private ofStream(streamArn: string): Consumer[] {
    this.consumers = this.consumers.filter(
      ({ deletedAt }) => Date.now() < deletedAt,
    );
    return this.consumers.filter(
      (consumer) => consumer.StreamARN === streamArn,
    );
  }

  private find({
    StreamARN,
    ConsumerARN,
    ConsumerName,
  }: Reference): Consumer | undefined {
    return this.consumers.find(
      (one) =>
        Date.now() < one.deletedAt &&
        (ConsumerARN
          ? one.ConsumerARN === ConsumerARN
          : one.StreamARN === StreamARN && one.ConsumerName === ConsumerName),
    );
  }

  private get(reference: Reference, call: Call): Consumer {
    const consumer = this.find(reference);
    if (consumer) return consumer;
    const name = reference.ConsumerARN ?? reference.ConsumerName;
    throw notFound(`Consumer ${name}, account ${call.account} not found.`);
  }

  private tagged(call: Call): Consumer | undefined {
    const { ResourceARN: arn } = bodyOf<{ ResourceARN: string }>(call);
    if (!isConsumerArn(arn)) return undefined;
    mustOwn(call, arn);
    return this.get({ ConsumerARN: arn }, call);
  }

  private remove(consumer: Consumer, seconds: number): void {
    consumer.deletedAt = Date.now() + seconds * 1000;
    this.removed.forEach((listener) => listener(consumer.ConsumerARN));
  }
}

const notFound = (message: string) =>
  new AwsError("ResourceNotFoundException", message);
const inUse = (message: string) =>
  new AwsError("ResourceInUseException", message);
const limit = (message: string) =>
  new AwsError("LimitExceededException", message);
