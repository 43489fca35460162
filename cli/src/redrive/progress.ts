import { duration } from "../duration";
import { count } from "./sentences";
import { handledRecords, type Summary } from "./summary";

/** The work of a run in units of its own: only their rate matters. */
export interface Work {
  readonly done: number;
  /** An estimate. */
  readonly left: number;
  /** When the next records expire, in milliseconds since the epoch; undefined if they do not. */
  readonly nextExpiry: number | undefined;
  /** Whether records expire before it is their turn, if a unit takes so long. */
  isLate(unitMilliseconds: number): boolean;
}

/** Rates are those of the last minutes, since an invocation may take minutes. */
const WINDOW_MILLISECONDS = 300_000;
/** Before that, an estimate or a warning would mean nothing. */
const ESTIMATE_MILLISECONDS = 10_000;
const WARNING_MILLISECONDS = 30_000;

/** What a run has done, how fast, and whether it will be done before records expire. */
export class Progress {
  private readonly samples: {
    readonly at: number;
    readonly records: number;
    readonly done: number;
  }[] = [];
  private isWarned = false;

  constructor(
    private readonly summary: Summary,
    private readonly work: Work,
    private readonly throttledCall: () => string | undefined,
    /** Called once if records will expire before it is their turn. */
    private readonly warn: () => void,
  ) {
    this.sample();
  }

  /** One line of at most 80 characters. */
  line(): string {
    const { left, nextExpiry } = this.work;
    const { at, records, done } = this.sample();
    const first = this.samples[0] ?? { at, records, done };
    const elapsed = at - first.at;
    const unitMilliseconds = elapsed / (done - first.done);
    const throttled = this.throttledCall();
    const isEstimate = elapsed >= ESTIMATE_MILLISECONDS && done > first.done && left > 0;
    const mayWarn = !this.isWarned && isEstimate && elapsed >= WARNING_MILLISECONDS;
    if (mayWarn && this.work.isLate(unitMilliseconds)) {
      this.isWarned = true;
      this.warn();
    }
    const perSecond = ((records - first.records) / Math.max(1, elapsed)) * 1000;
    return [
      `redriving: ${count(records, "record")}, ${rounded(perSecond)}/s`,
      ...(isEstimate && throttled === undefined
        ? [`about ${duration(left * unitMilliseconds)} left`]
        : []),
      ...(throttled === undefined ? [] : [`AWS throttles ${throttled}`]),
      ...(nextExpiry === undefined ? [] : [`next expire ${fromNow(nextExpiry - at)}`]),
    ].join(", ");
  }

  private sample() {
    const { done } = this.work;
    const one = { at: Date.now(), records: handledRecords(this.summary), done };
    this.samples.push(one);
    while ((this.samples[1]?.at ?? Infinity) <= one.at - WINDOW_MILLISECONDS) {
      this.samples.shift();
    }
    return one;
  }
}

const rounded = (number: number): number =>
  number < 10 ? Math.round(number * 10) / 10 : Math.round(number);

const fromNow = (milliseconds: number): string =>
  milliseconds > 0 ? `in ${duration(milliseconds)}` : "now";
