import type { Effect } from "../../app/explain/effect";
import { Memory, type Course, type Moment } from "./memory";
import type { ObservedReader, Store } from "./observe";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/events";

const readerOf = (functionName: string, uuid = functionName): ObservedReader => ({
  ...{ uuid, functionName, account: "222222222222", streamArn: STREAM, state: "Enabled" },
  ...{ problem: undefined, keys: undefined, position: "TRIM_HORIZON", startsAt: 0 },
  ...{ destination: undefined, retries: Infinity, ageSeconds: Infinity },
});

const streamOf = (identity: string): Store => ({
  ...{ kind: "stream", name: "events", account: "111111111111", identity },
});

const moment = (
  readers: readonly ObservedReader[],
  reception: "receiving" | "waiting" = "receiving",
  stream = "1",
): Moment => ({
  observation: { readers, stores: [streamOf(stream)], readableByAuditor: [] },
  settled: new Map(readers.map(({ uuid }) => [uuid, { reception }])),
  writers: new Map([["events", true]]),
});

/** Record n is put at the time n; the functions got these. */
const step = (
  before: Moment,
  after: Moment,
  times: readonly [begun: number, applied: number],
  sent: readonly number[],
  got: Readonly<Record<string, readonly (readonly [number: number, at: number])[]>>,
): Course => ({
  ...{ before, after, begun: times[0], applied: times[1], recreated: [] },
  idOf: () => undefined,
  sentTo: () => sent.map((number) => ({ number, key: "a", at: number, streamArn: STREAM })),
  received: (readers) =>
    [...new Set(readers.map(({ functionName }) => functionName))].flatMap((name) =>
      (got[name] ?? []).map(([number, at]) => ({ number, at, key: "a", version: "1" })),
    ),
  discards: () => [],
});

const replayed = (name: string): Effect => ({
  id: "mapping-replaced",
  records: "replayed",
  about: { kind: "reader", name },
  sentence: "receives everything again",
  address: "aws_lambda_event_source_mapping.it",
});

describe("what a walk remembers of earlier steps", () => {
  it("is what a renamed reader got under its former name", () => {
    const memory = new Memory();
    const [fan, renamed] = [readerOf("fan", "1"), readerOf("renamed", "1")];
    const got = {
      fan: [[1, 1]],
      renamed: [
        [12, 12],
        [22, 22],
      ],
    } as const;
    const first = step(moment([fan]), moment([renamed]), [10, 11], [1, 12], got);
    const second = step(moment([renamed]), moment([renamed]), [20, 21], [1, 12, 22], got);

    expect(memory.truthOf(first).readers).toMatchObject([{ missed: 0, names: ["fan", "renamed"] }]);
    expect(memory.truthOf(second).readers).toMatchObject([{ missed: 0, again: 0 }]);
  });

  it("is what was missed, which is no news", () => {
    const memory = new Memory();
    const now = moment([readerOf("fan")]);
    const got = {
      fan: [
        [12, 12],
        [22, 22],
      ],
    } as const;

    expect(memory.truthOf(step(now, now, [10, 11], [1, 12], got)).readers).toMatchObject([
      { missed: 1 },
    ]);
    expect(memory.truthOf(step(now, now, [20, 21], [1, 12, 22], got)).readers).toMatchObject([
      { missed: 0 },
    ]);
  });

  it("is that a key is gone, which a reader that is added later finds out", () => {
    const memory = new Memory();
    const [none, added] = [moment([]), moment([readerOf("fan")], "waiting")];
    const course = step(none, added, [10, 11], [1], {});
    const gone: Effect = {
      ...replayed("fan"),
      ...{ id: "key-deleted", records: "unreadable", about: { kind: "key", name: "one" } },
    };

    expect(memory.truthOf(course).readers).toMatchObject([{ owed: [] }]);
    memory.owe([gone], { readers: [], access: [], ended: [], kept: [] });
    expect(memory.truthOf(course).readers).toMatchObject([{ owed: ["unreadable"] }]);
  });

  it("is that a stream was made anew: what was in it is lost once", () => {
    const memory = new Memory();
    const fan = readerOf("fan");
    const [old, next] = [moment([fan]), moment([fan], "receiving", "2")];
    const got = {
      fan: [
        [1, 1],
        [12, 12],
        [22, 22],
      ],
    } as const;

    const lost = memory.truthOf(step(old, next, [10, 11], [1, 2, 12], got));
    expect(lost).toMatchObject({ readers: [{ missed: 1 }], ended: [{ name: "events" }] });
    const later = memory.truthOf(step(next, next, [20, 21], [1, 2, 12, 22], got));
    expect(later).toMatchObject({ readers: [{ missed: 0 }], ended: [] });
  });

  it("is what was said of a reader that waits, until it receives", () => {
    const memory = new Memory();
    const fan = readerOf("fan");
    const [waiting, receiving] = [moment([fan], "waiting"), moment([fan])];
    const said = memory.truthOf(step(waiting, waiting, [10, 11], [1], { fan: [[1, 1]] }));
    memory.owe([replayed("fan")], said);
    const got = {
      fan: [
        [1, 1],
        [1, 22],
      ],
    } as const;

    const resumed = memory.truthOf(step(waiting, receiving, [20, 21], [1], got));
    expect(resumed.readers).toMatchObject([{ again: 1, owed: ["replayed"] }]);
    memory.owe([], resumed);
    const later = memory.truthOf(step(receiving, receiving, [30, 31], [1], got));
    expect(later.readers).toMatchObject([{ owed: [] }]);
  });

  it("is not what a new reader at LATEST never expected", () => {
    const memory = new Memory();
    const fan = { ...readerOf("fan"), position: "LATEST" };
    const got = {
      fan: [
        [12, 12],
        [13, 13],
      ],
    } as const;
    const sent = [1, 2, 12, 13];

    const added = memory.truthOf(step(moment([]), moment([fan]), [10, 11], sent, got));
    expect(added.readers).toMatchObject([{ before: "absent", missed: 0 }]);
  });
});
