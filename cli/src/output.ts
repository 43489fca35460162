import { randomInt } from "node:crypto";
import Table from "cli-table3";
import { createColors } from "picocolors";
import { visibleText } from "../../modules/properties/visible-text";
import { COLUMNS } from "./wrap";

/** Start of this program's own escape sequences: a random number, so that other text cannot contain it. */
const OWN = `\u001b[${randomInt(1e9)};`;

/** Text that is safe to print: escape sequences that are not our own are spelled out, as in JSON. */
const visible = (text: string): string => text.split(OWN).map(visibleText).join(OWN);

/** Writes to the terminal. Text from AWS, records, plans and files must be written only through it. */
export const show = (stream: Writable, text: string): void =>
  void stream.write(visible(text).replaceAll(OWN, "\u001b["));

/** Start of picocolors' escape sequences. */
// eslint-disable-next-line no-control-regex
const PAINT = /\u001b\[(?=\d+m)/g;

export type Colors = Readonly<
  Record<"bold" | "green" | "red" | "yellow", (text: string) => string>
>;

const asItIs = (text: string): string => text;
export const NO_COLORS: Colors = { bold: asItIs, green: asItIs, red: asItIs, yellow: asItIs };

/** Colors that `show` prints. */
function ownColors(isOn: boolean): Colors {
  const colors = createColors(isOn);
  const own = (paint: (text: string) => string) => (text: string) =>
    paint(visible(text)).replace(PAINT, OWN);
  return {
    bold: own(colors.bold),
    green: own(colors.green),
    red: own(colors.red),
    yellow: own(colors.yellow),
  };
}

/** A stream to write to, such as process.stdout. */
export interface Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A stream to read from, such as process.stdin. */
export type Readable = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Work that takes less than this shows no progress. */
const QUIET_MILLISECONDS = 2000;
/** How often progress is shown: on a terminal, where a line is redrawn, and elsewhere. */
const REDRAW_MILLISECONDS = 500;
const LINE_MILLISECONDS = 10_000;
const FRAMES = "|/-\\";
/** Goes to the beginning of the line and clears it. */
const CLEAR_LINE = `${OWN}1G${OWN}K`;

/** Tables, JSON and progress of every command. */
export class Output {
  /** Colors for standard output: none in a pipe, none with NO_COLOR. */
  readonly colors: Colors;
  /** Number of times that the line on the terminal was drawn; 0 if there is none. */
  private drawn = 0;

  constructor(
    private readonly stdout: Writable,
    private readonly stderr: Writable,
    readonly isJson: boolean,
  ) {
    this.colors = ownColors(stdout.isTTY === true && !process.env.NO_COLOR && !isJson);
  }

  /** Prints text, with or without --json. */
  print(text: string): void {
    this.erase();
    show(this.stdout, `${text}\n`);
  }

  /** Prints a line unless --json is given. */
  line(text = ""): void {
    if (!this.isJson) {
      this.print(text);
    }
  }

  /** The command's result as JSON; nothing without --json. */
  json(value: unknown): void {
    if (this.isJson) {
      this.print(JSON.stringify(value, null, 2));
    }
  }

  /** Writes a warning or error to standard error. */
  note(text: string): void {
    this.erase();
    show(this.stderr, `${text}\n`);
  }

  /** Prints a question; the answer follows on the same line. */
  prompt(text: string): void {
    show(this.stderr, `${text} `);
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
    table.push(...rows.map((row) => row.map(visible)));
    table
      .toString()
      .split("\n")
      .forEach((row) => this.line(row.trimEnd()));
  }

  /** Clears the screen, for a command that redraws it. */
  clear(): void {
    if (this.stdout.isTTY && !this.isJson) {
      show(this.stdout, `${OWN}2J${OWN}H`);
    }
  }

  /**
   * Reports progress on standard error once the work takes longer than two seconds: on a terminal in
   * a line that is redrawn, elsewhere in a line of its own every ten seconds if the text changes.
   *
   * A spinner's library would end the process at Ctrl-C, in the middle of the work.
   */
  async progress<T>(text: string | (() => string), work: Promise<T>): Promise<T> {
    const { isTTY } = this.stderr;
    let last: string | undefined;
    const report = (): void => {
      const now = typeof text === "string" ? text : text();
      if (isTTY) {
        this.redraw(now);
      } else if (now !== last) {
        this.note(`${now} ...`);
      }
      last = now;
    };
    let timer = setTimeout(() => {
      report();
      timer = setInterval(report, isTTY ? REDRAW_MILLISECONDS : LINE_MILLISECONDS);
    }, QUIET_MILLISECONDS);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      this.erase();
    }
  }

  private redraw(text: string): void {
    const frame = FRAMES[this.drawn % FRAMES.length];
    const { columns = 0 } = this.stderr;
    // A terminal may not know its width, and says 0.
    const line = visible(`${frame} ${text}`).slice(0, (columns > 0 ? columns : COLUMNS) - 1);
    show(this.stderr, `${CLEAR_LINE}${line}`);
    this.drawn += 1;
  }

  private erase(): void {
    if (this.drawn > 0) {
      show(this.stderr, CLEAR_LINE);
      this.drawn = 0;
    }
  }
}
