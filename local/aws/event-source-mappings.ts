import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { functionArnOf } from "./function-arns";
import { checkSettings, DEFAULTS, type Mapping, type MappingSettings } from "./mapping-settings";
import { Poller, unreadableReason, type PollerTools } from "./poller";
import { parseArn, parseFunctionArn } from "../../pipeline/arn";
import { AwsError, inUse, invalidParameter } from "./errors";
import { type Call, type Handlers, type Reply, bodyOf, jsonReply } from "./protocol";

// Long enough for a client that polls to see the intermediate state, and short enough not to slow tests.
const TRANSITION_MILLISECONDS = 300;

type Body = Partial<MappingSettings> & {
  readonly FunctionName?: string;
  readonly EventSourceArn?: string;
  readonly Enabled?: boolean;
  readonly Tags?: Record<string, string>;
};

interface Entry {
  readonly mapping: Mapping;
  readonly tags: Map<string, string>;
  readonly poller: Poller;
}

/** Lambda's event source mapping API for Kinesis streams. moto supports it only within one account. */
export class EventSourceMappings {
  private readonly all = new Map<string, Entry>();

  constructor(private readonly tools: PollerTools) {}

  async stop(): Promise<void> {
    await Promise.all([...this.all.values()].map(({ poller }) => poller.stop()));
  }

  readonly handlers: Handlers = {
    "lambda.CreateEventSourceMapping": (call) =>
      bodyOf<Body>(call).EventSourceArn?.includes(":kinesis:") ? this.create(call) : call.forward(),
    "lambda.GetEventSourceMapping": (call) =>
      this.answer(call, ({ mapping }) => mappingReply(mapping)),
    "lambda.UpdateEventSourceMapping": (call) =>
      this.answer(call, (entry) => this.update(call, entry)),
    "lambda.DeleteEventSourceMapping": (call) =>
      this.answer(call, ({ mapping, poller }) => {
        assertSettled(mapping, "delete");
        mapping.State = "Deleting";
        void settled(poller).then(() => this.all.delete(mapping.UUID));
        return mappingReply(mapping, 202);
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
      this.answer(call, ({ tags }) => jsonReply({ Tags: Object.fromEntries(tags) })),
    "lambda.TagResource": (call) =>
      this.answer(call, ({ tags }) => {
        Object.entries(bodyOf<Body>(call).Tags ?? {}).forEach((tag) => tags.set(...tag));
        return jsonReply({}, 204);
      }),
    "lambda.UntagResource": (call) =>
      this.answer(call, ({ tags }) => {
        call.query.getAll("tagKeys").forEach((key) => tags.delete(key));
        return jsonReply({}, 204);
      }),
  };

  /** Responds for the mapping whose UUID or ARN ends the path. Other mappings belong to moto. */
  private answer(call: Call, respond: (entry: Entry) => Promise<Reply> | Reply) {
    const [uuid = ""] = /[\w-]{36}(?=\/?$)/.exec(call.path) ?? [];
    const entry = this.all.get(uuid);
    return entry && isOwn(call, entry.mapping) ? respond(entry) : call.forward();
  }

  private async create(call: Call): Promise<Reply> {
    const { EventSourceArn = "", FunctionName, Enabled, Tags = {}, ...rest } = bodyOf<Body>(call);
    const settings = { ...DEFAULTS, ...withoutNulls(rest) };
    checkSettings(settings);
    const FunctionArn = functionArnOf(call, FunctionName);
    const duplicate = [...this.all.values()].find(
      ({ mapping }) =>
        mapping.EventSourceArn === EventSourceArn && mapping.FunctionArn === FunctionArn,
    );
    if (duplicate) {
      throw new AwsError(
        "ResourceConflictException",
        `The event source arn (" ${EventSourceArn} ") and function (" ${parseFunctionArn(FunctionArn).name} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${duplicate.mapping.UUID}`,
        409,
      );
    }
    await this.assertReadable(FunctionArn, EventSourceArn);

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
    return mappingReply(mapping, 202);
  }

  private async update(call: Call, { mapping, poller }: Entry): Promise<Reply> {
    const { FunctionName: name, Enabled, ...rest } = bodyOf<Body>(call);
    assertSettled(mapping, "update");
    const settings = withoutNulls(rest);
    checkSettings({ ...mapping, ...settings });
    const FunctionArn = name ? functionArnOf(call, name) : mapping.FunctionArn;
    await this.assertReadable(FunctionArn, mapping.EventSourceArn);
    const isEnabled = Enabled ?? mapping.State === "Enabled";
    const State = isEnabled ? "Updating" : "Disabling";
    Object.assign(mapping, settings, { FunctionArn, State, LastModified: Date.now() / 1000 });
    settle(mapping, poller, isEnabled);
    return mappingReply(mapping, 202);
  }

  private async assertReadable(functionArn: string, source: string): Promise<void> {
    const configuration = await this.tools.functions.configuration(functionArn);
    if (await unreadableReason(this.tools, configuration, source)) {
      throw invalidParameter(
        `Cannot access stream ${source}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.`,
      );
    }
  }
}

const isOwn = ({ account, region }: Call, { EventSourceMappingArn: arn }: Mapping): boolean =>
  parseArn(arn).account === account && parseArn(arn).region === region;

const without = <T extends object>(isOmitted: (value: unknown) => boolean, settings: T): T =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => !isOmitted(value))) as T;

/** Lambda ignores null in a request. An empty object removes a setting. */
const withoutNulls = (settings: Partial<MappingSettings>): Partial<MappingSettings> =>
  without((value) => value === null, settings);

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && Object.values(value ?? {}).every(isEmpty);

/** Lambda does not return settings that are empty, such as `{ OnFailure: {} }`. */
const visible = (mapping: Mapping): Mapping => without(isEmpty, mapping);

const mappingReply = (mapping: Mapping, status = 200): Reply => jsonReply(visible(mapping), status);

function assertSettled({ State: state }: Mapping, verb: string): void {
  if (state !== "Enabled" && state !== "Disabled") {
    throw inUse(`Cannot ${verb} the event source mapping because it is in use.`);
  }
}

const settled = async (poller: Poller): Promise<void> => {
  await Promise.all([poller.stop(), sleep(TRANSITION_MILLISECONDS)]);
};

function settle(mapping: Mapping, poller: Poller, isEnabled: boolean): void {
  void settled(poller).then(() => {
    mapping.State = isEnabled ? "Enabled" : "Disabled";
    if (isEnabled) {
      poller.start();
    }
  });
}
