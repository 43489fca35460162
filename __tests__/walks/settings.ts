import { CONSUMER } from "../e2e/deployment";

/** The account that puts records, beside the stream's own. */
export const WRITER = "555555555555";
/** A second account with functions. */
export const NEIGHBOUR = "333333333333";
/** The account of a team whose access to the stream is granted, or given by hand. */
export const AUDITOR = "888888888888";

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * Properties of a construct. `null` is a property that is not given. A text that starts with `$` is
 * the name of something that exists before the first step; see `world.ts`.
 */
export type Props = Readonly<Record<string, Json>>;

export interface WalkedStream {
  readonly props: Props;
  /** Accounts that may put records, and accounts that may read them. */
  readonly writers: readonly string[];
  readonly readers: readonly string[];
}

export interface WalkedConsumer {
  /** Construct id of its stream. */
  readonly stream: string;
  readonly account: string;
  readonly props: Props;
}

/** What a walk deploys, by construct id. */
export interface Settings {
  readonly streams: Readonly<Record<string, WalkedStream>>;
  readonly consumers: Readonly<Record<string, WalkedConsumer>>;
}

const consumer = (consumerName: string, props: Props): WalkedConsumer => ({
  stream: "events",
  account: CONSUMER,
  props: { consumerName, ...props },
});

/** Where every walk starts. */
export const START: Settings = {
  streams: {
    events: {
      props: { streamName: "events", shardCount: 2 },
      writers: [WRITER],
      readers: [],
    },
  },
  consumers: {
    fan: consumer("fan", {}),
    shared: consumer("shared", { readMode: "SHARED_THROUGHPUT" }),
    strict: consumer("strict", { readMode: "SHARED_THROUGHPUT", maximumRetryAttempts: 2 }),
  },
};

/** A property, or something that exists, that must be a text. */
export function textOf(value: Json | undefined): string {
  if (typeof value !== "string") {
    throw new TypeError(`not a text: ${JSON.stringify(value)}`);
  }
  return value;
}

/** The name of a consumer's function, which is also that of its role unless the settings give one. */
export function functionNameOf({ props }: WalkedConsumer): string {
  const existing = props.existingFunction === undefined || props.existingFunction === null;
  return textOf(existing ? (props.functionName ?? props.consumerName) : "echo");
}

export const roleNameOf = (consumer: WalkedConsumer): string =>
  textOf(consumer.props.roleName ?? functionNameOf(consumer));

export const streamNameIn = ({ props }: WalkedStream): string => textOf(props.streamName);
