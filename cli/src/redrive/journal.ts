import * as fs from "node:fs";
import { onDisk } from "./state-files";

interface Line {
  /** A batch that is about to be sent. */
  readonly sending?: readonly string[];
  /** The batch did not reach the function. */
  readonly unsent?: true;
  /** The batch came back: what the function confirmed, by report. */
  readonly settled?: Readonly<Record<string, readonly string[]>>;
  /** A run reached its end: what an earlier one left without an answer was sent again, or is gone. */
  readonly completed?: true;
  /** A report that was deleted. */
  readonly deleted?: string;
  /** Receipt handles of received messages, by message ID. */
  readonly held?: Readonly<Record<string, string>>;
  readonly released?: true;
}

/**
 * What the function has confirmed of reports that are not deleted yet: a journal on this machine,
 * appended to before and after every invocation, so that a run that was killed can be taken up.
 */
export class Journal {
  private readonly confirmedByReport = new Map<string, Set<string>>();
  private handles: Record<string, string> = {};
  private sending: readonly string[] = [];
  /** Sent before `sending`, and never answered. */
  private doubtful: readonly string[] = [];
  private bytes = 0;

  private constructor(
    private readonly file: string,
    private descriptor: number,
    /** A copy of the journal as it was found, if some of its lines could not be read. */
    readonly setAside: string | undefined,
  ) {}

  static open(file: string): Journal {
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    // The last line of a killed process may be incomplete: it has no line break.
    const lines = text.split("\n").slice(0, -1);
    const read = lines.map((line) => parse(line));
    const setAside = read.includes(undefined) ? `${file}.unreadable-${Date.now()}` : undefined;
    const journal = new Journal(file, -1, setAside);
    read.forEach((line) => line && journal.apply(line));
    onDisk(file, () => {
      if (setAside !== undefined) {
        fs.copyFileSync(file, setAside, fs.constants.COPYFILE_EXCL);
      }
      journal.compact();
      journal.descriptor = fs.openSync(file, "a", 0o600);
      journal.bytes = fs.fstatSync(journal.descriptor).size;
    });
    return journal;
  }

  confirmed(report: string): ReadonlySet<string> {
    return this.confirmedByReport.get(report) ?? new Set();
  }

  /** Sequence numbers that were sent when a previous run ended before it had an answer. */
  get unanswered(): readonly string[] {
    return [...new Set([...this.doubtful, ...this.sending])];
  }

  /** Receipt handles that a run which was killed did not give back. */
  get heldHandles(): Readonly<Record<string, string>> {
    return this.handles;
  }

  write(line: Line): void {
    this.apply(line);
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    onDisk(this.file, () => {
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
      if (line.settled ?? line.deleted) {
        fs.fsyncSync(this.descriptor);
      }
    });
  }

  /** Forgets what was confirmed. */
  forget(): void {
    for (const deleted of [...this.confirmedByReport.keys()]) {
      this.write({ deleted });
    }
  }

  /** Removes the file if there is nothing left to remember. */
  close(): void {
    fs.closeSync(this.descriptor);
    if (this.lines().length === 0) {
      fs.rmSync(this.file);
    }
  }

  private apply(line: Line): void {
    if (line.sending) {
      this.doubtful = this.unanswered;
      this.sending = line.sending;
    }
    if (line.unsent) {
      this.sending = [];
    }
    if (line.settled) {
      this.doubtful = this.doubtful.filter((number) => !this.sending.includes(number));
      this.sending = [];
      for (const [report, numbers] of Object.entries(line.settled)) {
        this.confirmedByReport.set(report, new Set([...this.confirmed(report), ...numbers]));
      }
    }
    if (line.completed) {
      this.doubtful = [];
      this.sending = [];
    }
    if (line.deleted !== undefined) {
      this.confirmedByReport.delete(line.deleted);
    }
    if (line.held) {
      this.handles = { ...this.handles, ...line.held };
    }
    if (line.released) {
      this.handles = {};
    }
  }

  private lines(): Line[] {
    return [
      ...[...this.confirmedByReport]
        .filter(([, numbers]) => numbers.size > 0)
        .map(([report, numbers]) => ({ settled: { [report]: [...numbers] } })),
      ...(Object.keys(this.handles).length > 0 ? [{ held: this.handles }] : []),
      ...(this.unanswered.length > 0 ? [{ sending: this.unanswered }] : []),
    ];
  }

  private compact(): void {
    const text = this.lines().map((line) => `${JSON.stringify(line)}\n`);
    const temporary = `${this.file}.new`;
    try {
      fs.writeFileSync(temporary, text.join(""), { mode: 0o600 });
      fs.renameSync(temporary, this.file);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
  }
}

const isNumbers = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

/** Parses a line of the journal; undefined if it is incomplete, as after a full disk. */
function parse(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Line | null;
    const lists = [line?.sending ?? [], ...Object.values(line?.settled ?? {})];
    return line && lists.every(isNumbers) ? line : undefined;
  } catch {
    return undefined;
  }
}
