const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** A duration in the largest unit of which it has at least one. */
export function duration(milliseconds: number): string {
  const [unit, size] = UNITS.find(([, one]) => milliseconds >= one) ?? ["ms", 1];
  return `${Math.round((milliseconds / size) * 10) / 10} ${unit}`;
}
