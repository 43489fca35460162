/** An object such as JSON has, without a class. */
export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  [null, undefined].includes(prototypeOf(prototypeOf(value)) as null);

/** Compared this way, also an object of another JavaScript realm is plain. */
const prototypeOf = (value: unknown): unknown =>
  isGiven(value) ? (Object.getPrototypeOf(value) as unknown) : value;

/** False for null as well as undefined, since JSON has no undefined. */
export const isGiven = <T>(value: T): value is NonNullable<T> =>
  value !== undefined && value !== null;

/** For what may be given as one value or as a list. */
export const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : ([value].flat() as T[]);
/** The elements by their key. Map.groupBy needs Node.js 21. */
export function groupBy<K, T>(all: readonly T[], keyOf: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key) ?? [];
    group.push(one);
    groups.set(key, group);
  }
  return groups;
}
