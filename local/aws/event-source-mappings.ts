import { randomUUID } from "node:crypto";
import { functionArnOf, nameOf } from "./functions";
import { checkSettings, DEFAULTS, type Mapping, type MappingSettings } from "./mapping";
import { Poller, whyNotReadable, type PollerTools } from "./poller";
import {
  AwsError,
  bodyOf,
  inUse,
  invalidParameter,
  jsonReply,
  notFound,
  parseArn,
  sleep,
  type Call,
  type Handlers,
} from "./requests";

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
    const known = [...this.all.values()];
    await Promise.all(known.map(({ poller }) => poller.stop()));
  }

  readonly handlers: Handlers = {
    "lambda.CreateEventSourceMapping": async (call) => {
      const { EventSourceArn: source = "", ...body } = bodyOf<Body>(call);
      if (!source.includes(":kinesis:")) return call.forward();
      return jsonReply(await this.create(call, source, body), 202);
    },
    "lambda.GetEventSourceMapping": (call) =>
      this.known(call, ({ mapping }) => jsonReply(shown(mapping))),
    "lambda.UpdateEventSourceMapping": (call) =>
      this.known(call, (known) => this.update(call, known)),
    "lambda.DeleteEventSourceMapping": (call) =>
      this.known(call, ({ mapping, poller }) => {
        mustBeSettled(mapping, "delete");
        mapping.State = "Deleting";
        void poller.stop().then(async () => {
          await sleep(TRANSITION_MILLISECONDS);
          this.all.delete(mapping.UUID);
        });
        return jsonReply(shown(mapping), 202);
      }),
    "lambda.ListEventSourceMappings": async (call) => {
      const { EventSourceMappings: others = [] } = bodyOf<{
        EventSourceMappings?: object[];
      }>(await call.forward());
      const source = call.query.get("EventSourceArn");
      const name = call.query.get("FunctionName");
      const own = [...this.all.values()]
        .map(({ mapping }) => mapping)
        .filter(
          ({ EventSourceMappingArn: arn, EventSourceArn, FunctionArn }) =>
            isOwn(call, arn) &&
            (!source || EventSourceArn === source) &&
            (!name || FunctionArn === functionArnOf(call, name)),
        );
      return jsonReply({ EventSourceMappings: [...others, ...own.map(shown)] });
    },
    "lambda.ListTags": (call) =>
      this.known(call, ({ tags }) => jsonReply({ Tags: Object.fromEntries(tags) })),
    "lambda.TagResource": (call) =>
      this.known(call, ({ tags }) => {
        const { Tags = {} } = bodyOf<Body>(call);
        Object.entries(Tags).forEach((tag) => tags.set(...tag));
        return jsonReply({}, 204);
      }),
    "lambda.UntagResource": (call) =>
      this.known(call, ({ tags }) => {
        call.query.getAll("tagKeys").forEach((key) => tags.delete(key));
        return jsonReply({}, 204);
      }),
  };

  /** What `answer` says of the mapping that a path names, by its UUID or its ARN; else moto's answer. */
  private known(call: Call, answer: (known: Known) => ReturnType<Handlers[""]>) {
    const [uuid = ""] = /[\w-]{36}(?=\/?$)/.exec(call.path) ?? [];
    const known = this.all.get(uuid);
    return known && isOwn(call, known.mapping.EventSourceMappingArn)
      ? answer(known)
      : call.forward();
  }

  private async create(call: Call, source: string, body: Body) {
    const { FunctionName: name, Enabled: enabled = true, Tags, ...rest } = body;
    const settings = { ...DEFAULTS, ...said(rest) };
    checkSettings(settings);
    const functionArn = functionArnOf(call, name);
    const twin = [...this.all.values()].find(
      ({ mapping }) => mapping.EventSourceArn === source && mapping.FunctionArn === functionArn,
    );
    if (twin)
      throw new AwsError(
        "ResourceConflictException",
        `The event source arn (" ${source} ") and function (" ${nameOf(functionArn)} ") provided mapping already exists. ` +
          `Please update or delete the existing mapping with UUID ${twin.mapping.UUID}`,
        409,
      );
    await this.mustBeReadable(functionArn, source);

    const UUID = randomUUID();
    const mapping: Mapping = {
      ...settings,
      UUID,
      EventSourceArn: source,
      EventSourceMappingArn: `arn:aws:lambda:${call.region}:${call.account}:event-source-mapping:${UUID}`,
      FunctionArn: functionArn,
      LastModified: Date.now() / 1000,
      LastProcessingResult: "No records processed",
      State: "Creating",
      StateTransitionReason: "User action",
    };
    const poller = new Poller(mapping, this.tools);
    const tags = new Map(Object.entries(Tags ?? {}));
    this.all.set(UUID, { mapping, tags, poller });
    this.settle(mapping, poller, enabled);
    return shown(mapping);
  }

  private async update(call: Call, { mapping, poller }: Known) {
    const { FunctionName: name, Enabled, Tags, ...rest } = bodyOf<Body>(call);
    mustBeSettled(mapping, "update");
    const settings = said(rest);
    checkSettings({ ...mapping, ...settings });
    const FunctionArn = name ? functionArnOf(call, name) : mapping.FunctionArn;
    await this.mustBeReadable(FunctionArn, mapping.EventSourceArn);
    const enabled = Enabled ?? mapping.State === "Enabled";
    const State = enabled ? "Updating" : "Disabling";
    const LastModified = Date.now() / 1000;
    Object.assign(mapping, settings, { FunctionArn, State, LastModified });
    this.settle(mapping, poller, enabled);
    return jsonReply(shown(mapping), 202);
  }

  private settle(mapping: Mapping, poller: Poller, enabled: boolean): void {
    void poller.stop().then(async () => {
      await sleep(TRANSITION_MILLISECONDS);
      mapping.State = enabled ? "Enabled" : "Disabled";
      if (enabled) poller.start();
    });
  }

  private async mustBeReadable(functionArn: string, source: string) {
    if (!(await this.tools.functions.configuration(functionArn)))
      throw notFound(`Function not found: ${functionArn}`, 404);
    if (await whyNotReadable(this.tools, functionArn, source))
      throw invalidParameter(
        `Cannot access stream ${source}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.`,
      );
  }
}

const isOwn = ({ account, region }: Call, arn: string): boolean =>
  parseArn(arn).account === account && parseArn(arn).region === region;

/** The settings of a request, without what is null: it says nothing. */
const said = (settings: Partial<MappingSettings>): Partial<MappingSettings> =>
  Object.fromEntries(Object.entries(settings as object).filter(([, value]) => value !== null));

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && Object.values(value ?? {}).every(isEmpty);

/** A mapping without the settings that were set to nothing, such as `{ OnFailure: {} }`. */
const shown = (mapping: Mapping): object =>
  Object.fromEntries(Object.entries(mapping).filter(([, value]) => !isEmpty(value)));

function mustBeSettled({ State: state }: Mapping, verb: string): void {
  if (state === "Enabled" || state === "Disabled") return;
  throw inUse(`Cannot ${verb} the event source mapping because it is in use.`);
}
