import { randomUUID } from "node:crypto";
import { functionArnOf, nameOf, type Functions } from "./functions";
import {
  check,
  checkStart,
  DEFAULTS,
  defined,
  invalid,
  type Input,
  type Settings,
} from "./mapping-settings";
import type { Permissions } from "./permissions";
import { Poller, type PollerTools } from "./poller";
import {
  AwsError,
  bodyOf,
  isConsumerArn,
  jsonReply,
  messageOf,
  parseArn,
  sleep,
  type Call,
  type Handler,
  type Json,
  without,
} from "./requests";
import type { StreamConsumers } from "./stream-consumers";

// Long enough for a waiter to see the state, short enough not to be waited for.
const TRANSITION_MILLISECONDS = 300;

export interface Mapping {
  readonly uuid: string;
  readonly arn: string;
  readonly sourceArn: string;
  functionArn: string;
  settings: Settings;
  enabled: boolean;
  state: string;
  lastModified: number;
  lastProcessingResult: string;
  tags: Record<string, string>;
}

/** The event source mapping API of Lambda for Kinesis; moto knows it only inside one account. */
export class EventSourceMappings {
  private readonly mappings = new Map<
    string,
    { mapping: Mapping; poller: Poller }
  >();

  constructor(
    private readonly functions: Functions,
    private readonly consumers: StreamConsumers,
    private readonly permissions: Permissions,
    private readonly tools: PollerTools,
  ) {}

  async stop(): Promise<void> {
    await Promise.all(
      [...this.mappings.values()].map(({ poller }) => poller.stop()),
    );
    this.mappings.clear();
  }

  readonly handlers: Record<string, Handler> = {
    "lambda.CreateEventSourceMapping": async (call) => {
      const input = bodyOf<Input>(call);
      if (!input.EventSourceArn?.includes(":kinesis:")) return call.forward();
      return jsonReply(show(await this.create(call, input)), 202);
    },
    "lambda.GetEventSourceMapping": async (call) => {
      const found = this.find(call);
      return found ? jsonReply(show(found.mapping)) : call.forward();
    },
    "lambda.UpdateEventSourceMapping": async (call) => {
      const found = this.find(call);
      if (!found) return call.forward();
      return jsonReply(show(await this.update(call, found)), 202);
    },
    "lambda.DeleteEventSourceMapping": async (call) => {
      const found = this.find(call);
      if (!found) return call.forward();
      const { mapping, poller } = found;
      mustBeSettled(mapping, "delete");
      mapping.state = "Deleting";
      void Promise.all([poller.stop(), sleep(TRANSITION_MILLISECONDS)]).then(
        () => this.mappings.delete(mapping.uuid),
      );
      return jsonReply(show(mapping), 202);
    },
    "lambda.ListEventSourceMappings": async (call) => {
      const reply = await call.forward();
      if (reply.status >= 300) return reply;
      const source = call.query.get("EventSourceArn");
      const name = call.query.get("FunctionName");
      const ours = [...this.mappings.values()]
        .map(({ mapping }) => mapping)
        .filter(
          ({ arn }) =>
            parseArn(arn).account === call.account &&
            parseArn(arn).region === call.region,
        )
        .filter((mapping) => !source || mapping.sourceArn === source)
        .filter(
          (mapping) =>
            !name || mapping.functionArn === functionArnOf(call, name),
        );
      const theirs = bodyOf<{ EventSourceMappings?: Json[] }>(reply);
      return jsonReply({
        ...theirs,
        EventSourceMappings: [
          ...(theirs.EventSourceMappings ?? []),
          ...ours.map(show),
        ],
      });
    },
    "lambda.ListTags": async (call) => {
      const found = this.find(call);
      return found ? jsonReply({ Tags: found.mapping.tags }) : call.forward();
    },
    "lambda.TagResource": async (call) => {
      const found = this.find(call);
      if (!found) return call.forward();
      Object.assign(found.mapping.tags, bodyOf<Input>(call).Tags);
      return { ...jsonReply({}, 204), body: Buffer.alloc(0) };
    },
    "lambda.UntagResource": async (call) => {
      const found = this.find(call);
      if (!found) return call.forward();
      const gone = call.query.getAll("tagKeys");
      found.mapping.tags = without(found.mapping.tags, gone);
      return { ...jsonReply({}, 204), body: Buffer.alloc(0) };
    },
  };

  /** The mapping that a path names, by its UUID or its ARN, in the caller's account. */
  private find(call: Call) {
    const uuid = /[\w-]{36}/.exec(
      call.path.split(/event-source-mappings?[/:]/)[1] ?? "",
    )?.[0];
    const found = this.mappings.get(uuid ?? "");
    const { account, region } = parseArn(found?.mapping.arn ?? "");
    return account === call.account && region === call.region
      ? found
      : undefined;
  }

  private async create(call: Call, input: Input): Promise<Mapping> {
    const sourceArn = input.EventSourceArn ?? "";
    const functionArn = functionArnOf(call, input.FunctionName);
    const settings: Settings = { ...DEFAULTS, ...defined(input) };
    check(settings);
    checkStart(settings);
    if (parseArn(sourceArn).region !== call.region)
      throw invalid(
        `The event source ${sourceArn} is not in the function's Region, ${call.region}`,
      );
    const twin = [...this.mappings.values()].find(
      ({ mapping }) =>
        mapping.functionArn === functionArn && mapping.sourceArn === sourceArn,
    );
    if (twin)
      throw new AwsError(
        "ResourceConflictException",
        `The event source arn (" ${sourceArn} ") and function (" ${nameOf(functionArn)} ") provided mapping already exists. ` +
          `Please update or delete the existing mapping with UUID ${twin.mapping.uuid}`,
        409,
      );
    await this.mustBeReadable(functionArn, sourceArn);

    const uuid = randomUUID();
    const mapping: Mapping = {
      uuid,
      arn: `arn:aws:lambda:${call.region}:${call.account}:event-source-mapping:${uuid}`,
      sourceArn,
      functionArn,
      settings,
      enabled: input.Enabled ?? true,
      state: "Creating",
      lastModified: Date.now() / 1000,
      lastProcessingResult: "No records processed",
      tags: { ...input.Tags },
    };
    const poller = new Poller(mapping, this.tools);
    this.mappings.set(uuid, { mapping, poller });
    this.settle(mapping, poller);
    return { ...mapping };
  }

  private async update(
    call: Call,
    { mapping, poller }: { mapping: Mapping; poller: Poller },
  ): Promise<Mapping> {
    const input = bodyOf<Input>(call);
    const settings = { ...mapping.settings, ...defined(input) };
    check(settings);
    mustBeSettled(mapping, "update");
    const functionArn = input.FunctionName
      ? functionArnOf(call, input.FunctionName)
      : mapping.functionArn;
    await this.mustBeReadable(functionArn, mapping.sourceArn);
    Object.assign(mapping, {
      settings,
      functionArn,
      enabled: input.Enabled ?? mapping.enabled,
      state:
        input.Enabled === false && mapping.enabled ? "Disabling" : "Updating",
      lastModified: Date.now() / 1000,
    });
    this.settle(mapping, poller);
    return { ...mapping };
  }

  private settle(mapping: Mapping, poller: Poller): void {
    void Promise.all([poller.stop(), sleep(TRANSITION_MILLISECONDS)]).then(
      () => {
        if (mapping.state === "Deleting" || !this.mappings.has(mapping.uuid))
          return;
        mapping.state = mapping.enabled ? "Enabled" : "Disabled";
        if (mapping.enabled) poller.start();
      },
    );
  }

  private async mustBeReadable(
    functionArn: string,
    sourceArn: string,
  ): Promise<void> {
    const configuration = await this.functions.configuration(functionArn);
    if (!configuration)
      throw new AwsError(
        "ResourceNotFoundException",
        `Function not found: ${functionArn}`,
        404,
      );
    const denied =
      (isConsumerArn(sourceArn) &&
        this.consumers.status(sourceArn) !== "ACTIVE") ||
      (await this.permissions
        .deniedRead(configuration.Role ?? "", nameOf(functionArn), sourceArn)
        .catch(messageOf));
    if (denied)
      throw invalid(
        `Cannot access stream ${sourceArn}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.`,
      );
  }
}

function mustBeSettled(mapping: Mapping, verb: string): void {
  if (mapping.state === "Enabled" || mapping.state === "Disabled") return;
  throw new AwsError(
    "ResourceInUseException",
    `Cannot ${verb} the event source mapping because it is in use.`,
  );
}

function show(mapping: Mapping): Json {
  const { DestinationConfig, FilterCriteria, MetricsConfig, ...settings } =
    mapping.settings;
  return {
    ...settings,
    ...(DestinationConfig?.OnFailure?.Destination && { DestinationConfig }),
    ...(FilterCriteria?.Filters?.length && { FilterCriteria }),
    ...(MetricsConfig?.Metrics?.length && { MetricsConfig }),
    UUID: mapping.uuid,
    EventSourceArn: mapping.sourceArn,
    EventSourceMappingArn: mapping.arn,
    FunctionArn: mapping.functionArn,
    LastModified: mapping.lastModified,
    LastProcessingResult: mapping.lastProcessingResult,
    State: mapping.state,
    StateTransitionReason: "User action",
  };
}
