import { compareSequences } from "./sequence";

/** How far the records of a shard that pass some filters were sent; the lists are what is new. */
export interface PassedLine {
  readonly shard: string;
  readonly filters: readonly string[];
  /** Sequence number. */
  readonly upTo: string;
  /** Number of records up to there that the function confirmed. */
  readonly confirmed: number;
  /** Records up to there that it rejected. */
  readonly rejected?: readonly string[];
  /** Rejected records that it confirmed after all. */
  readonly cured?: readonly string[];
  /** Records after `upTo` that it confirmed: other partition keys were faster. */
  readonly ahead?: readonly string[];
  /** Confirmed records that were not sent, but given up on purpose. */
  readonly dropped?: readonly string[];
}

/** What a report was about that was, or was to be, deleted. */
export interface DeletedReport {
  readonly shardId: string;
  /** Sequence number. */
  readonly start: string;
  readonly end: string;
  readonly batchSize: number;
  /** Of its first and last record, in ISO 8601. */
  readonly firstArrival: string;
  readonly lastArrival: string;
}

/** A line of the journal. */
export interface Line {
  /** A batch that is about to be sent. */
  readonly sending?: readonly string[];
  /**
   * Which of the batches that are sent side by side `sending`, `unsent` and `settled` are about:
   * `SHARD` or `SHARD:NUMBER`; nothing in earlier versions, which sent one at a time.
   */
  readonly lane?: string;
  /** The batch did not reach the function. */
  readonly unsent?: true;
  /** The batch came back: what the function confirmed, by report; by shard in earlier versions. */
  readonly settled?: Readonly<Record<string, readonly string[]>>;
  /** What of `settled` was not sent, but given up on purpose. */
  readonly dropped?: Readonly<Record<string, readonly string[]>>;
  readonly passed?: PassedLine;
  /** A run reached its end: what an earlier one left without an answer was sent again, or is gone. */
  readonly completed?: true;
  /** A report that was deleted. */
  readonly deleted?: string;
  /** What reports are about that are deleted next, and that others share a range with. */
  readonly about?: Readonly<Record<string, DeletedReport>>;
  /** Deleted reports that no other report needs any more. */
  readonly over?: readonly string[];
  /** A redrive by time is done. */
  readonly forgotten?: true;
  /** Receipt handles of received messages, by message ID. */
  readonly held?: Readonly<Record<string, string>>;
  readonly released?: true;
}

export interface Position {
  readonly shard: string;
  readonly filters: readonly string[];
  readonly upTo: string;
  readonly confirmed: number;
  readonly rejected: ReadonlySet<string>;
  readonly ahead: ReadonlySet<string>;
  readonly dropped: ReadonlySet<string>;
}

interface OwnPosition extends Position {
  readonly rejected: Set<string>;
  readonly ahead: Set<string>;
  readonly dropped: Set<string>;
}

/** A sequence number is unique in its shard. */
const shardOf = (lane: string): string => lane.replace(/:\d+$/, "");

const NONE: ReadonlySet<string> = new Set();

function addTo(
  sets: Map<string, Set<string>>,
  numbers: Readonly<Record<string, readonly string[]>>,
): void {
  for (const [report, added] of Object.entries(numbers)) {
    const all = sets.get(report) ?? new Set();
    added.forEach((number) => all.add(number));
    sets.set(report, all);
  }
}

/** What the lines of a journal say together. */
export class JournalState {
  private readonly confirmedByReport = new Map<string, Set<string>>();
  private readonly droppedByReport = new Map<string, Set<string>>();
  readonly deletedReports = new Map<string, DeletedReport>();
  private readonly positions = new Map<string, OwnPosition>();
  private handles: Record<string, string> = {};
  /** What was sent in this run and is not answered yet, by lane. */
  private readonly sending = new Map<string, readonly string[]>();
  /** What an earlier run sent, and nobody answered, by shard. */
  private readonly doubtful = new Map<string, Set<string>>();

  /** What the function has confirmed of a report that is not deleted yet. */
  confirmed(report: string): ReadonlySet<string> {
    return this.confirmedByReport.get(report) ?? NONE;
  }

  /** What was given up on purpose of a report that is not deleted yet. */
  dropped(report: string): ReadonlySet<string> {
    return this.droppedByReport.get(report) ?? NONE;
  }

  /** How far a shard was sent, once for each set of filters that a run had. */
  positionsOf(shard: string): Position[] {
    return [...this.positions.values()].filter((position) => position.shard === shard);
  }

  get unanswered(): readonly string[] {
    const shards = new Set([...this.doubtful.keys(), ...[...this.sending.keys()].map(shardOf)]);
    return [...shards].flatMap((shard) => {
      const sent = [...this.sending].filter(([lane]) => shardOf(lane) === shard);
      const numbers = sent.flatMap(([, sending]) => sending);
      return [...new Set([...(this.doubtful.get(shard) ?? []), ...numbers])];
    });
  }

  get heldHandles(): Readonly<Record<string, string>> {
    return this.handles;
  }

  get reports(): readonly string[] {
    return [...this.confirmedByReport.keys()];
  }

  /** All that was read is of runs that have ended. */
  endRuns(): void {
    [...this.sending.keys()].forEach((lane) => this.doubt(lane));
  }

  apply(line: Line): void {
    const { lane = "" } = line;
    if (line.sending) {
      this.doubt(lane);
      this.sending.set(lane, line.sending);
    }
    if (line.unsent) {
      this.sending.delete(lane);
    }
    if (line.settled) {
      for (const number of this.sending.get(lane) ?? []) {
        this.doubtful.get(shardOf(lane))?.delete(number);
        this.doubtful.get("")?.delete(number);
      }
      this.sending.delete(lane);
      addTo(this.confirmedByReport, line.settled);
    }
    addTo(this.droppedByReport, line.dropped ?? {});
    if (line.passed) {
      this.pass(line.passed);
    }
    if (line.completed) {
      this.doubtful.clear();
      this.sending.clear();
    }
    for (const [report, about] of Object.entries(line.about ?? {})) {
      this.deletedReports.set(report, about);
    }
    line.over?.forEach((report) => this.deletedReports.delete(report));
    // A run that was killed right after a deletion has not written that.
    for (const report of [
      ...(line.over ?? []),
      ...(line.deleted === undefined ? [] : [line.deleted]),
    ]) {
      this.confirmedByReport.delete(report);
      this.droppedByReport.delete(report);
    }
    if (line.forgotten) {
      this.positions.clear();
    }
    if (line.held) {
      Object.assign(this.handles, line.held);
    }
    if (line.released) {
      this.handles = {};
    }
  }

  private doubt(lane: string): void {
    const doubtful = this.doubtful.get(shardOf(lane)) ?? new Set();
    this.sending.get(lane)?.forEach((number) => doubtful.add(number));
    this.doubtful.set(shardOf(lane), doubtful);
    this.sending.delete(lane);
  }

  private pass(line: PassedLine): void {
    const { rejected = [], cured = [], ahead = [], dropped = [], ...place } = line;
    const key = JSON.stringify([place.shard, place.filters]);
    const {
      rejected: left,
      ahead: early,
      dropped: given,
    } = this.positions.get(key) ?? {
      rejected: new Set<string>(),
      ahead: new Set<string>(),
      dropped: new Set<string>(),
    };
    dropped.forEach((number) => given.add(number));
    rejected.forEach((number) => left.add(number));
    cured.forEach((number) => left.delete(number));
    ahead.forEach((number) => early.add(number));
    early.forEach((number) => compareSequences(number, place.upTo) <= 0 && early.delete(number));
    this.positions.set(key, { ...place, rejected: left, ahead: early, dropped: given });
  }

  /** The fewest lines that say the same. */
  lines(): Line[] {
    const sent = [...this.doubtful, ...this.sending].map(([lane, numbers]) => ({
      sending: [...numbers],
      ...(lane && { lane }),
    }));
    return [
      ...[...this.confirmedByReport]
        .filter(([, numbers]) => numbers.size > 0)
        .map(([report, numbers]) => {
          const dropped = [...this.dropped(report)];
          return {
            settled: { [report]: [...numbers] },
            ...(dropped.length > 0 && { dropped: { [report]: dropped } }),
          };
        }),
      ...[...this.positions.values()].map(({ rejected, ahead, dropped, ...place }) => ({
        passed: {
          ...place,
          ...(rejected.size > 0 && { rejected: [...rejected] }),
          ...(ahead.size > 0 && { ahead: [...ahead] }),
          ...(dropped.size > 0 && { dropped: [...dropped] }),
        },
      })),
      ...[...this.deletedReports].map(([report, about]) => ({ about: { [report]: about } })),
      ...(Object.keys(this.handles).length > 0 ? [{ held: this.handles }] : []),
      ...sent.filter(({ sending }) => sending.length > 0),
    ];
  }
}
