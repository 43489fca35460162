import Table from "cli-table3";
import { createSpinner } from "nanospinner";
import { createColors } from "picocolors";

/** A stream to write to, such as process.stdout. */
export interface Writable {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A stream to read from, such as process.stdin. */
export type Readable = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Work that takes less than this shows no progress. */
const QUIET_MILLISECONDS = 2000;

/** Tables, JSON and progress of every command. */
export class Output {
  /** Colors for standard output: none in a pipe, none with NO_COLOR. */
  readonly colors: ReturnType<typeof createColors>;

  constructor(
    private readonly stdout: Writable,
    private readonly stderr: Writable,
    readonly isJson: boolean,
  ) {
    this.colors = createColors(stdout.isTTY === true && !process.env.NO_COLOR && !isJson);
  }

  /** A line for people; nothing with --json. */
  line(text = ""): void {
    if (!this.isJson) {
      this.stdout.write(`${text}\n`);
    }
  }

  /** The command's result as JSON; nothing without --json. */
  json(value: unknown): void {
    if (this.isJson) {
      this.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    }
  }

  /** A line beside the result, such as a warning or an error. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** A question, which the answer follows on the same line. */
  prompt(text: string): void {
    this.stderr.write(`${text} `);
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "" };
    const below = { "bottom-mid": "", "bottom-left": "", "bottom-right": "", left: "", mid: "" };
    const table = new Table({
      head: head.map((text) => this.colors.bold(text)),
      chars: {
        ...none,
        ...below,
        "left-mid": "",
        "mid-mid": "",
        right: "",
        "right-mid": "",
        middle: "  ",
      },
      style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    });
    table.push(...rows.map((row) => [...row]));
    table
      .toString()
      .split("\n")
      .forEach((row) => this.line(row.trimEnd()));
  }

  /** Clears the screen, for a command that redraws it. */
  clear(): void {
    if (this.stdout.isTTY && !this.isJson) {
      this.stdout.write("\u001b[2J\u001b[H");
    }
  }

  /** Shows on standard error what is going on, once it takes longer than two seconds. */
  async progress<T>(text: string, work: Promise<T>): Promise<T> {
    let stop = (): void => undefined;
    const timer = setTimeout(() => {
      if (this.stderr.isTTY) {
        const spinner = createSpinner(text, { stream: process.stderr }).start();
        stop = () => void spinner.clear().stop();
      } else {
        this.note(`${text} ...`);
      }
    }, QUIET_MILLISECONDS);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      stop();
    }
  }
}
