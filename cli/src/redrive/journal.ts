import * as fs from "node:fs";
import {
  JournalState,
  type DeletedReport,
  type Line,
  type PassedLine,
  type Position,
} from "./journal-state";
import { onDisk } from "./state-files";

/** The file is written anew when it has grown by this much. */
const GROWTH_BYTES = 4 * 1024 * 1024;
/** What is not on the disk yet is lost if the machine fails, and not if the process is killed. */
const SYNC_MILLISECONDS = 1000;

/**
 * What the function has confirmed of reports that are not deleted yet, and how far a redrive by time
 * has come: a journal on this machine, appended to before and after every invocation, so that a run
 * that was killed can be taken up.
 */
export class Journal {
  private readonly state = new JournalState();
  private bytes = 0;
  /** Size at which the file is written anew. */
  private limit = GROWTH_BYTES;
  private unsynced: NodeJS.Timeout | undefined;
  /** Why the file could not be brought to the disk. */
  private failure: Error | undefined;
  private descriptor = -1;

  private constructor(
    private readonly file: string,
    /** A copy of the journal as it was found, if some of its lines could not be read. */
    readonly setAside: string | undefined,
  ) {}

  static open(file: string): Journal {
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    // The last line of a killed process may be incomplete: it has no line break.
    const lines = text.split("\n").slice(0, -1);
    const read = lines.map((line) => parse(line));
    const setAside = read.includes(undefined) ? `${file}.unreadable-${Date.now()}` : undefined;
    const journal = new Journal(file, setAside);
    read.forEach((line) => line && journal.state.apply(line));
    journal.state.endRuns();
    onDisk(file, () => {
      if (setAside !== undefined) {
        fs.copyFileSync(file, setAside, fs.constants.COPYFILE_EXCL);
      }
      journal.compact();
    });
    return journal;
  }

  /** What the function has confirmed of a report that is not deleted yet. */
  confirmed(report: string): ReadonlySet<string> {
    return this.state.confirmed(report);
  }

  /** What was given up on purpose of a report that is not deleted yet. */
  dropped(report: string): ReadonlySet<string> {
    return this.state.dropped(report);
  }

  /** Reports that were to be deleted while others with records in the same range were left. */
  get deletedReports(): ReadonlyMap<string, DeletedReport> {
    return this.state.deletedReports;
  }

  /** How far a shard was sent, once for each set of filters that a run had. */
  positionsOf(shard: string): Position[] {
    return this.state.positionsOf(shard);
  }

  /** Sequence numbers that were sent when a previous run ended before it had an answer. */
  get unanswered(): readonly string[] {
    return this.state.unanswered;
  }

  /** Receipt handles that a run which was killed did not give back. */
  get heldHandles(): Readonly<Record<string, string>> {
    return this.state.heldHandles;
  }

  write(line: Line): void {
    this.state.apply(line);
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    onDisk(this.file, () => {
      if (this.failure) {
        throw this.failure;
      }
      try {
        for (let at = 0; at < text.length;) {
          at += fs.writeSync(this.descriptor, text, at);
        }
      } catch (error) {
        // An incomplete line would corrupt the next one.
        fs.ftruncateSync(this.descriptor, this.bytes);
        throw error;
      }
      this.bytes += text.length;
      this.compactIfLarge();
    });
    this.unsynced ??= setTimeout(() => this.sync(), SYNC_MILLISECONDS).unref();
  }

  /** Forgets what was confirmed. */
  forget(): void {
    this.state.reports.forEach((deleted) => this.write({ deleted }));
    this.write({ forgotten: true });
  }

  /** Removes the file if there is nothing left to remember. */
  close(): void {
    if (this.unsynced) {
      clearTimeout(this.unsynced);
      this.sync();
    }
    fs.closeSync(this.descriptor);
    if (this.state.lines().length === 0) {
      fs.rmSync(this.file);
    }
  }

  private sync(): void {
    this.unsynced = undefined;
    try {
      fs.fsyncSync(this.descriptor);
    } catch (error) {
      this.failure = error as Error;
    }
  }

  /** Replaces the file by one with the fewest lines that say the same. */
  private compact(): void {
    const text = this.state.lines().map((line) => `${JSON.stringify(line)}\n`);
    const temporary = `${this.file}.new`;
    fs.rmSync(temporary, { force: true });
    const descriptor = fs.openSync(temporary, "a", 0o600);
    try {
      fs.writeFileSync(descriptor, text.join(""));
      fs.fsyncSync(descriptor);
      fs.renameSync(temporary, this.file);
    } catch (error) {
      fs.closeSync(descriptor);
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    if (this.descriptor >= 0) {
      fs.closeSync(this.descriptor);
    }
    this.descriptor = descriptor;
    this.bytes = fs.fstatSync(descriptor).size;
  }

  private compactIfLarge(): void {
    if (this.bytes < this.limit) {
      return;
    }
    try {
      this.compact();
    } catch {
      // A full disk has no room for two files; this one is still whole.
    }
    this.limit = this.bytes + GROWTH_BYTES;
  }
}

const isNumbers = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

const isPlace = ({ shard, filters, upTo, confirmed }: Partial<PassedLine>): boolean =>
  [shard, upTo].every((one) => typeof one === "string") &&
  typeof confirmed === "number" &&
  isNumbers(filters);

const isAbout = ({
  shardId,
  start,
  end,
  batchSize,
  ...arrivals
}: Partial<DeletedReport>): boolean =>
  [start, end].every((one) => /^\d+$/.test(String(one))) &&
  typeof shardId === "string" &&
  typeof batchSize === "number" &&
  [arrivals.firstArrival, arrivals.lastArrival].every(
    (one) => !Number.isNaN(Date.parse(one ?? "")),
  );

/** Parses a line of the journal; undefined if it is incomplete, as after a full disk. */
function parse(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Line | null;
    const { rejected = [], cured = [], ahead = [], dropped = [], ...place } = line?.passed ?? {};
    const lists = [
      line?.sending ?? [],
      line?.over ?? [],
      ...[line?.settled, line?.dropped].flatMap((numbers) => Object.values(numbers ?? {})),
    ];
    return line &&
      [...lists, rejected, cured, ahead, dropped].every(isNumbers) &&
      (!line.passed || isPlace(place)) &&
      Object.values(line.about ?? {}).every(isAbout)
      ? line
      : undefined;
  } catch {
    return undefined;
  }
}
