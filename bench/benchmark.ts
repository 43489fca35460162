/** A limit that a measured value must keep. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** One measured value: its median over all runs, and the quartiles as its spread. */
export interface Row {
  readonly label: string;
  readonly unit: string;
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly runs: number;
  readonly target?: Target;
  /** The line of the chart that this value is a point of, and its position on the horizontal axis. */
  readonly point?: { readonly line: string; readonly at: number };
}

export interface Context {
  /** Do as little as shows that the benchmark works; the numbers mean nothing. */
  readonly tiny: boolean;
  /** Says what is being done. */
  readonly progress: (text: string) => void;
  /** Directory for the benchmark's files; removed after the run. */
  readonly scratch: string;
}

export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** Why the compared sides do the same work. */
  readonly sameWork: string;
  /** What the chart shows: the rows of this unit, as bars, or as lines if they are points. */
  readonly chart: { readonly unit: string; readonly title: string; readonly horizontal?: string };
  /** Takes so long that it runs only with `--only`. */
  readonly onlyOnRequest?: boolean;
  readonly run: (context: Context) => Promise<readonly Row[]>;
}
