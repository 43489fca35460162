import * as fs from "node:fs";

interface Line {
  /** A batch that is about to be sent. */
  readonly sending?: readonly string[];
  /** The batch came back: what the function confirmed, by report. */
  readonly settled?: Readonly<Record<string, readonly string[]>>;
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
export class Progress {
  private readonly confirmedByReport = new Map<string, Set<string>>();
  private handles: Record<string, string> = {};
  private sending: readonly string[] = [];

  private constructor(
    private readonly file: string,
    private descriptor: number,
  ) {}

  static open(file: string): Progress {
    const progress = new Progress(file, -1);
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    // A line that was cut off by a kill has no line break.
    for (const line of text.split("\n").slice(0, -1)) {
      progress.apply(JSON.parse(line) as Line);
    }
    progress.compact();
    progress.descriptor = fs.openSync(file, "a", 0o600);
    return progress;
  }

  confirmed(report: string): ReadonlySet<string> {
    return this.confirmedByReport.get(report) ?? new Set();
  }

  /** Sequence numbers that were sent when the previous run ended before it had an answer. */
  get unanswered(): readonly string[] {
    return this.sending;
  }

  /** Receipt handles that a run which was killed did not give back. */
  get heldHandles(): Readonly<Record<string, string>> {
    return this.handles;
  }

  write(line: Line): void {
    this.apply(line);
    fs.writeSync(this.descriptor, `${JSON.stringify(line)}\n`);
    if (line.settled ?? line.deleted) {
      fs.fsyncSync(this.descriptor);
    }
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
      this.sending = line.sending;
    }
    if (line.settled) {
      this.sending = [];
      for (const [report, numbers] of Object.entries(line.settled)) {
        this.confirmedByReport.set(report, new Set([...this.confirmed(report), ...numbers]));
      }
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
      ...(this.sending.length > 0 ? [{ sending: this.sending }] : []),
    ];
  }

  private compact(): void {
    const temporary = `${this.file}.new`;
    fs.writeFileSync(
      temporary,
      this.lines()
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(""),
      {
        mode: 0o600,
      },
    );
    fs.renameSync(temporary, this.file);
  }
}
