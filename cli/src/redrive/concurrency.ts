/** Invocations at a time unless the user wants more: other functions of the account need some as well. */
const MOST = 100;

/** What decides how many invocations a redrive makes at a time. */
export interface Limits {
  /** What the user asked for. */
  readonly asked?: number;
  readonly shards: number;
  readonly parallelizationFactor: number;
  /** Concurrency that is reserved for the function; undefined if none is, or if it is not known. */
  readonly reserved?: number;
}

export interface Concurrency {
  readonly invocations: number;
  /** In brackets after the number. */
  readonly why: string;
}

/** As many invocations at a time as the mapping would make, within what the function may have. */
export function concurrencyOf({
  asked,
  shards,
  parallelizationFactor,
  reserved,
}: Limits): Concurrency {
  const wanted = asked ?? Math.max(1, shards) * parallelizationFactor;
  if (reserved !== undefined && reserved < wanted) {
    return { invocations: reserved, why: "the function's reserved concurrency" };
  }
  if (asked !== undefined) {
    return { invocations: asked, why: "--concurrency" };
  }
  return wanted > MOST
    ? { invocations: MOST, why: `the mapping makes up to ${wanted}; raise it with --concurrency` }
    : { invocations: wanted, why: `shards x parallelization factor, as the mapping` };
}
