/**
 * What was found out about something. `missing`: it does not exist. `unknown`: it could not be read,
 * which never counts as right.
 */
export type Fact<T> =
  | { readonly state: "found"; readonly value: T }
  | { readonly state: "missing"; readonly why: string }
  | { readonly state: "unknown"; readonly why: string };

export const found = <T>(value: T): Fact<T> => ({ state: "found", value });
export const missing = <T>(why: string): Fact<T> => ({ state: "missing", why });
export const unknown = <T>(why: string): Fact<T> => ({ state: "unknown", why });

/** The fact about a value that follows from another one. */
export const mapFound = <T, U>(fact: Fact<T>, change: (value: T) => U): Fact<U> =>
  fact.state === "found" ? found(change(fact.value)) : fact;

export const valueOf = <T>(fact: Fact<T> | undefined): T | undefined =>
  fact?.state === "found" ? fact.value : undefined;
