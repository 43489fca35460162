/** Records that are looked at before the user is asked, and how long that may take. */
const MOST_RECORDS = 10_000;
const MOST_MILLISECONDS = 10_000;

/**
 * A look at what there is before it is sent. Everything is read again then, so that it ends early
 * unless it is all that the user asked for.
 */
export class Survey {
  private records = 0;
  private readonly end = Date.now() + MOST_MILLISECONDS;

  constructor(private readonly isWhole: boolean) {}

  get isOver(): boolean {
    return !this.isWhole && (this.records >= MOST_RECORDS || Date.now() >= this.end);
  }

  /** Whether records that belong together can all be looked at. */
  hasTimeFor(records: number): boolean {
    return this.isWhole || (!this.isOver && records <= MOST_RECORDS);
  }

  /** Counts records that were read; whether to stop reading. */
  saw(records: number): boolean {
    this.records += records;
    return this.isOver;
  }
}
