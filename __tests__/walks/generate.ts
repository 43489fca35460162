import { CONSUMER } from "../e2e/deployment";
import { HANDS, type HandName } from "./hands";
import {
  alternativesIn,
  CONSUMER_PROPERTIES,
  fittingProps,
  NARROW_BOUNDARY,
  STREAM_PROPERTIES,
} from "./properties";
import type { Random } from "./random";
import { AUDITOR, NEIGHBOUR, type Props, type Settings, WRITER } from "./settings";
import type { DeployStep, Edit, Step } from "./steps";

/** More would only make each step slower. */
const MOST_CONSUMERS = 5;
const MOST_STREAMS = 2;

/** Calls that AWS can refuse once, when a quota is reached or somebody else is changing the same. */
const REFUSED_CALLS: readonly NonNullable<DeployStep["fail"]>[] = [
  { service: "lambda", operation: "UpdateFunctionCode" },
  { service: "lambda", operation: "UpdateFunctionConfiguration" },
  { service: "lambda", operation: "CreateFunction" },
  { service: "lambda", operation: "CreateEventSourceMapping" },
  { service: "lambda", operation: "UpdateEventSourceMapping" },
  { service: "lambda", operation: "PublishVersion" },
  { service: "kinesis", operation: "PutResourcePolicy" },
  { service: "kinesis", operation: "RegisterStreamConsumer" },
  { service: "iam", operation: "PutRolePolicy" },
  { service: "sqs", operation: "CreateQueue" },
];

const REPLACEABLE = [
  "aws_lambda_event_source_mapping",
  "aws_lambda_function",
  "aws_iam_role",
  "aws_sqs_queue",
];

/** Hands that do nothing to AWS: they decide whether the function processes what it gets. */
const isRepair = (hand: HandName): boolean => hand === "mends the function";

const isChange = (current: Props, props: Props): boolean =>
  Object.entries(props).some(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(current[name] ?? null),
  );

/** Draws steps. They may be refused by the library, by the app or by AWS, which is part of the walk. */
export class Steps {
  private names = 0;

  constructor(private readonly random: Random) {}

  /** One step, and what is needed to judge it. */
  next(settings: Settings): readonly Step[] {
    const consumers = Object.keys(settings.consumers);
    // While a role may do nothing, AWS refuses every change of its mapping.
    const limited = consumers.find(
      (id) => settings.consumers[id]?.props.permissionsBoundaryArn === NARROW_BOUNDARY,
    );
    if (limited !== undefined) {
      const props = { permissionsBoundaryArn: null };
      return [{ do: "deploy", edits: [{ edit: "consumer", id: limited, props }] }];
    }
    if (consumers.length > 0 && this.random.chance(0.3)) {
      const id = this.random.pick(consumers);
      const hand = this.random.pick(Object.keys(HANDS) as HandName[]);
      const step: Step = { do: "hand", hand, id };
      if (hand === "breaks the function") {
        return [step, this.deploy(settings), { do: "hand", hand: "mends the function", id }];
      }
      return isRepair(hand) || this.random.chance(0.2)
        ? [step]
        : [step, this.random.chance(0.7) ? { do: "deploy", edits: [] } : this.deploy(settings)];
    }
    return [this.deploy(settings)];
  }

  private deploy(settings: Settings): DeployStep {
    const { random } = this;
    const edits = Array.from(
      {
        length: random.weighted([
          [5, 1],
          [3, 2],
          [2, 3],
        ]),
      },
      () => this.edit(settings),
    );
    const consumers = Object.keys(settings.consumers);
    const step: DeployStep = { do: "deploy", edits };
    if (consumers.length === 0 || random.chance(0.65)) {
      return step;
    }
    const construct = random.pick(consumers);
    return random.weighted<() => DeployStep>([
      [2, () => ({ ...step, replay: [construct] })],
      [2, () => ({ ...step, replace: { type: random.pick(REPLACEABLE), construct } })],
      [
        4,
        () => ({
          ...step,
          interruption: {
            after: 1 + random.below(8),
            signal: random.pick(["SIGINT", "SIGINT", "SIGKILL"] as const),
          },
        }),
      ],
      [2, () => ({ ...step, fail: random.pick(REFUSED_CALLS) })],
    ])();
  }

  private edit(settings: Settings): Edit {
    const { random } = this;
    const consumers = Object.keys(settings.consumers);
    const stream = random.pick(Object.keys(settings.streams));
    if (consumers.length === 0) {
      return this.addConsumer(stream);
    }
    const id = random.pick(consumers);
    const others = consumers.length > 1 ? consumers.filter((one) => one !== id) : [id];
    return random.weighted<() => Edit>([
      [
        50,
        () => ({
          edit: "consumer",
          id,
          props: this.props(CONSUMER_PROPERTIES, settings.consumers[id]?.props),
        }),
      ],
      [
        20,
        () => ({
          edit: "stream",
          id: stream,
          props: this.props(STREAM_PROPERTIES, settings.streams[stream]?.props),
        }),
      ],
      [8, () => this.rename(id)],
      [6, () => (consumers.length < MOST_CONSUMERS ? this.addConsumer(stream) : this.rename(id))],
      [
        5,
        () => (consumers.length > 2 ? { edit: "remove consumer", id } : this.addConsumer(stream)),
      ],
      [3, () => ({ edit: "rename construct", id, to: this.name("moved") })],
      [3, () => ({ edit: "exchange names", id, with: random.pick(others) })],
      [2, () => ({ edit: "move consumer", id, to: { stream } })],
      [1, () => ({ edit: "move consumer", id, to: { account: NEIGHBOUR } })],
      [6, () => this.grants(stream)],
      [
        2,
        () =>
          Object.keys(settings.streams).length < MOST_STREAMS
            ? this.addStream()
            : { edit: "remove stream", id: stream },
      ],
    ])();
  }

  /** One to four properties at a time, each with what belongs to it. */
  private props(table: Parameters<typeof alternativesIn>[0], current: Props = {}): Props {
    const { random } = this;
    // Most properties are not given, so that to take one away changes nothing.
    const changing = alternativesIn(table)
      .map((alternatives) => alternatives.filter((one) => isChange(current, one)))
      .filter((alternatives) => alternatives.length > 0);
    const count = random.weighted([
      [5, 1],
      [2, 2],
      [1, 3],
      [1, 4],
    ]);
    const chosen = Array.from({ length: count }, () => random.pick(random.pick(changing)));
    return fittingProps(current, Object.assign({}, ...chosen) as Props);
  }

  private name(prefix: string): string {
    return `${prefix}-${++this.names}`;
  }

  private rename(id: string): Edit {
    const property = this.random.pick(["consumerName", "functionName", "roleName"]);
    return { edit: "consumer", id, props: { [property]: this.name(id) } };
  }

  private addConsumer(stream: string): Edit {
    const { random } = this;
    const id = this.name("added");
    return {
      edit: "add consumer",
      id,
      consumer: {
        stream,
        account: random.pick([CONSUMER, CONSUMER, NEIGHBOUR]),
        props: {
          consumerName: id,
          readMode: random.pick(["SHARED_THROUGHPUT", "ENHANCED_FAN_OUT"]),
          ...this.props(CONSUMER_PROPERTIES),
        },
      },
    };
  }

  private addStream(): Edit {
    const id = this.name("stream");
    const props = { streamName: id, shardCount: 1, ...this.props(STREAM_PROPERTIES) };
    const named = { ...props, streamName: id };
    return { edit: "add stream", id, stream: { props: named, writers: [WRITER], readers: [] } };
  }

  private grants(id: string): Edit {
    const { random } = this;
    return {
      edit: "grants",
      id,
      writers: random.chance(0.6) ? [WRITER] : [],
      readers: random.chance(0.5) ? [AUDITOR] : [],
    };
  }
}
