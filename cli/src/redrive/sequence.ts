/** Compares sequence numbers, which have no leading zeros. */
export const compareSequences = (a: string, b: string): number =>
  a.length - b.length || Number(a > b) - Number(a < b);
