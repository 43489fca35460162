import type { HandName } from "./hands";
import type { Props, Settings, WalkedConsumer, WalkedStream } from "./settings";

/** A change of the settings, as data, so that it can be printed and repeated. */
export type Edit =
  | { readonly edit: "consumer" | "stream"; readonly id: string; readonly props: Props }
  | { readonly edit: "add consumer"; readonly id: string; readonly consumer: WalkedConsumer }
  | { readonly edit: "remove consumer" | "remove stream"; readonly id: string }
  | { readonly edit: "rename construct"; readonly id: string; readonly to: string }
  | { readonly edit: "exchange names"; readonly id: string; readonly with: string }
  | {
      readonly edit: "move consumer";
      readonly id: string;
      readonly to: { readonly stream?: string; readonly account?: string };
    }
  | { readonly edit: "add stream"; readonly id: string; readonly stream: WalkedStream }
  | {
      readonly edit: "grants";
      readonly id: string;
      readonly writers: readonly string[];
      readonly readers: readonly string[];
    };

/** Terraform is stopped after so many resources, by Ctrl-C or for good, and then run again. */
export interface Interruption {
  readonly after: number;
  readonly signal: "SIGINT" | "SIGKILL";
}

/** Settings that are deployed. Without edits the same settings are deployed again. */
export interface DeployStep {
  readonly do: "deploy";
  readonly edits: readonly Edit[];
  /** Consumers whose mapping is recreated, as with `--replay`. */
  readonly replay?: readonly string[];
  /** A resource that Terraform is asked to replace. */
  readonly replace?: { readonly type: string; readonly construct: string };
  readonly interruption?: Interruption;
  /** A call that AWS refuses once. */
  readonly fail?: { readonly service: string; readonly operation: string };
}

/** Something that somebody does in AWS, to a consumer or to its stream. */
export interface HandStep {
  readonly do: "hand";
  readonly hand: HandName;
  /** Construct id of the consumer, or of the stream. */
  readonly id: string;
}

export type Step = DeployStep | HandStep;

/** All that is needed to repeat a walk. */
export interface Walk {
  readonly seed: number;
  readonly steps: readonly Step[];
}

const without = <T>(table: Readonly<Record<string, T>>, id: string): Record<string, T> =>
  Object.fromEntries(Object.entries(table).filter(([key]) => key !== id));

const setProps = (before: Props, props: Props): Props =>
  Object.fromEntries(Object.entries({ ...before, ...props }).filter(([, value]) => value !== null));

/** Settings after a change. What it names may be gone, since shrinking leaves steps out. */
function applyEdit(settings: Settings, edit: Edit): Settings {
  const { streams, consumers } = settings;
  const consumer = consumers[edit.id];
  const stream = streams[edit.id];
  const withConsumer = (id: string, one: WalkedConsumer): Settings => ({
    streams,
    consumers: { ...consumers, [id]: one },
  });
  switch (edit.edit) {
    case "add consumer":
      return (consumer ?? !streams[edit.consumer.stream])
        ? settings
        : withConsumer(edit.id, edit.consumer);
    case "add stream":
      return stream ? settings : { consumers, streams: { ...streams, [edit.id]: edit.stream } };
    case "consumer":
      return consumer
        ? withConsumer(edit.id, { ...consumer, props: setProps(consumer.props, edit.props) })
        : settings;
    case "move consumer":
      return consumer && streams[edit.to.stream ?? consumer.stream]
        ? withConsumer(edit.id, { ...consumer, ...edit.to })
        : settings;
    case "rename construct":
      return consumer && !consumers[edit.to]
        ? { streams, consumers: { ...without(consumers, edit.id), [edit.to]: consumer } }
        : settings;
    case "exchange names": {
      const other = consumers[edit.with];
      if (!consumer || !other) {
        return settings;
      }
      const named = (one: WalkedConsumer, { props }: WalkedConsumer): WalkedConsumer => ({
        ...one,
        props: setProps(one.props, { consumerName: props.consumerName ?? null }),
      });
      return {
        streams,
        consumers: {
          ...consumers,
          [edit.id]: named(consumer, other),
          [edit.with]: named(other, consumer),
        },
      };
    }
    case "remove consumer":
      return { streams, consumers: without(consumers, edit.id) };
    case "remove stream":
      // Without any stream there would be nothing to walk on.
      if (Object.keys(streams).length < 2) {
        return settings;
      }
      return {
        streams: without(streams, edit.id),
        consumers: Object.fromEntries(
          Object.entries(consumers).filter(([, one]) => one.stream !== edit.id),
        ),
      };
    case "stream":
      return stream
        ? {
            consumers,
            streams: {
              ...streams,
              [edit.id]: { ...stream, props: setProps(stream.props, edit.props) },
            },
          }
        : settings;
    case "grants": {
      const { writers, readers } = edit;
      return stream
        ? { consumers, streams: { ...streams, [edit.id]: { ...stream, writers, readers } } }
        : settings;
    }
  }
}

export const applyEdits = (settings: Settings, edits: readonly Edit[]): Settings =>
  edits.reduce(applyEdit, settings);

/** A step as one line of a printed walk. */
export function describeStep(step: Step): string {
  if (step.do === "hand") {
    return `hand: ${step.hand} (${step.id})`;
  }
  const { edits, replay, replace, interruption, fail } = step;
  const parts = [
    ...edits.map(({ edit, id, ...rest }) => `${edit} ${id} ${JSON.stringify(rest)}`),
    ...(replay ? [`--replay ${replay.join(",")}`] : []),
    ...(replace ? [`-replace ${replace.type} of ${replace.construct}`] : []),
    ...(interruption ? [`${interruption.signal} after ${interruption.after} resources`] : []),
    ...(fail ? [`${fail.service}:${fail.operation} fails once`] : []),
  ];
  return `deploy: ${parts.length === 0 ? "the same settings" : parts.join("; ")}`;
}
