import { randomUUID } from "node:crypto";
import { functionArnOf, nameOf } from "./functions";
import { checkSettings, DEFAULTS, type Mapping, type MappingSettings } from "./mapping";
import { Poller, whyNotReadable, type PollerTools } from "./poller";
import { AwsError, bodyOf, inUse, invalidParameter, jsonReply, parseArn, sleep } from "./requests";
import type { Call, Handlers, Reply } from "./requests";

// Long enough for a waiter to see the state, short enough not to be waited for.
const TRANSITION_MILLISECONDS = 300;

type Body = Partial<MappingSettings> & {
  readonly FunctionName?: string;
  readonly EventSourceArn?: string;
  readonly Enabled?: boolean;
  readonly Tags?: Record<string, string>;
};

interface Known {
  readonly mapping: Mapping;
  readonly tags: Map<string, string>;
  readonly poller: Poller;
}

/** The event source mapping API of Lambda for Kinesis; moto knows it only inside one account. */
export class EventSourceMappings {
  private readonly all = new Map<string, Known>();

  constructor(private readonly tools: PollerTools) {}

  async stop(): Promise<void> {
    await Promise.all([...this.all.values()].map(({ poller }) => poller.stop()));
  }

  readonly handlers: Handlers = {
    "lambda.CreateEventSourceMapping": (call) =>
      bodyOf<Body>(call).EventSourceArn?.includes(":kinesis:") ? this.create(call) : call.forward(),
    "lambda.GetEventSourceMapping": (call) => this.known(call, ({ mapping }) => shown(mapping)),
    "lambda.UpdateEventSourceMapping": (call) =>
      this.known(call, (known) => this.update(call, known)),
    "lambda.DeleteEventSourceMapping": (call) =>
      this.known(call, ({ mapping, poller }) => {
        mustBeSettled(mapping, "delete");
        mapping.State = "Deleting";
        void settled(poller).then(() => this.all.delete(mapping.UUID));
        return shown(mapping, 202);
      }),
    "lambda.ListEventSourceMappings": async (call) => {
      const { EventSourceMappings: others = [] } = bodyOf<{ EventSourceMappings?: object[] }>(
        await call.forward(),
      );
      const source = call.query.get("EventSourceArn");
      const name = call.query.get("FunctionName");
      const own = [...this.all.values()]
        .map(({ mapping }) => mapping)
        .filter((mapping) => isOwn(call, mapping))
        .filter(({ EventSourceArn: arn }) => !source || arn === source)
        .filter(({ FunctionArn: arn }) => !name || arn === functionArnOf(call, name));
      return jsonReply({ EventSourceMappings: [...others, ...own.map(visible)] });
    },
    "lambda.ListTags": (call) =>
      this.known(call, ({ tags }) => jsonReply({ Tags: Object.fromEntries(tags) })),
    "lambda.TagResource": (call) =>
      this.known(call, ({ tags }) => {
        Object.entries(bodyOf<Body>(call).Tags ?? {}).forEach((tag) => tags.set(...tag));
        return jsonReply({}, 204);
      }),
    "lambda.UntagResource": (call) =>
      this.known(call, ({ tags }) => {
        call.query.getAll("tagKeys").forEach((key) => tags.delete(key));
        return jsonReply({}, 204);
      }),
  };

  /** What `answer` says of the mapping that a path names, by its UUID or its ARN; else moto's answer. */
  private known(call: Call, answer: (known: Known) => Promise<Reply> | Reply) {
    const [uuid = ""] = /[\w-]{36}(?=\/?$)/.exec(call.path) ?? [];
    const known = this.all.get(uuid);
    return known && isOwn(call, known.mapping) ? answer(known) : call.forward();
  }

  private async create(call: Call): Promise<Reply> {
    const { EventSourceArn = "", FunctionName, Enabled, Tags = {}, ...rest } = bodyOf<Body>(call);
    const settings = { ...DEFAULTS, ...withoutNulls(rest) };
    checkSettings(settings);
    const FunctionArn = functionArnOf(call, FunctionName);
    const twin = [...this.all.values()].find(
      ({ mapping }) =>
        mapping.EventSourceArn === EventSourceArn && mapping.FunctionArn === FunctionArn,
    );
    if (twin)
      throw new AwsError(
        "ResourceConflictException",
        `The event source arn (" ${EventSourceArn} ") and function (" ${nameOf(FunctionArn)} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${twin.mapping.UUID}`,
        409,
      );
    await this.mustBeReadable(FunctionArn, EventSourceArn);

    const UUID = randomUUID();
    const mapping: Mapping = {
      ...settings,
      UUID,
      EventSourceArn,
      EventSourceMappingArn: `arn:aws:lambda:${call.region}:${call.account}:event-source-mapping:${UUID}`,
      FunctionArn,
      LastModified: Date.now() / 1000,
      LastProcessingResult: "No records processed",
      State: "Creating",
      StateTransitionReason: "User action",
    };
    const poller = new Poller(mapping, this.tools);
    this.all.set(UUID, { mapping, poller, tags: new Map(Object.entries(Tags)) });
    settle(mapping, poller, Enabled ?? true);
    return shown(mapping, 202);
  }

  private async update(call: Call, { mapping, poller }: Known): Promise<Reply> {
    const { FunctionName: name, Enabled, ...rest } = bodyOf<Body>(call);
    mustBeSettled(mapping, "update");
    const settings = withoutNulls(rest);
    checkSettings({ ...mapping, ...settings });
    const FunctionArn = name ? functionArnOf(call, name) : mapping.FunctionArn;
    await this.mustBeReadable(FunctionArn, mapping.EventSourceArn);
    const isEnabled = Enabled ?? mapping.State === "Enabled";
    const State = isEnabled ? "Updating" : "Disabling";
    Object.assign(mapping, settings, { FunctionArn, State, LastModified: Date.now() / 1000 });
    settle(mapping, poller, isEnabled);
    return shown(mapping, 202);
  }

  private async mustBeReadable(functionArn: string, source: string): Promise<void> {
    const configuration = await this.tools.functions.configuration(functionArn);
    if (await whyNotReadable(this.tools, configuration, source))
      throw invalidParameter(
        `Cannot access stream ${source}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.`,
      );
  }
}

const isOwn = ({ account, region }: Call, { EventSourceMappingArn: arn }: Mapping): boolean =>
  parseArn(arn).account === account && parseArn(arn).region === region;

const without = <T extends object>(isLeftOut: (value: unknown) => boolean, settings: T): T =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => !isLeftOut(value))) as T;

/** In a request null says nothing, and `{}` takes a setting back. */
const withoutNulls = (settings: Partial<MappingSettings>): Partial<MappingSettings> =>
  without((value) => value === null, settings);

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && Object.values(value ?? {}).every(isEmpty);

/** A mapping without the settings that were taken back, such as `{ OnFailure: {} }`. */
const visible = (mapping: Mapping): Mapping => without(isEmpty, mapping);

const shown = (mapping: Mapping, status = 200): Reply => jsonReply(visible(mapping), status);

function mustBeSettled({ State: state }: Mapping, verb: string): void {
  if (state !== "Enabled" && state !== "Disabled")
    throw inUse(`Cannot ${verb} the event source mapping because it is in use.`);
}

const settled = async (poller: Poller): Promise<void> => {
  await Promise.all([poller.stop(), sleep(TRANSITION_MILLISECONDS)]);
};

function settle(mapping: Mapping, poller: Poller, isEnabled: boolean): void {
  void settled(poller).then(() => {
    mapping.State = isEnabled ? "Enabled" : "Disabled";
    if (isEnabled) poller.start();
  });
}
