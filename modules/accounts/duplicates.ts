/** A name that more than one construct has. */
export interface Duplicate {
  readonly name: string;
  readonly paths: readonly string[];
}

export const mustBeUnique =
  (property: string, where: string) =>
  ({ name, paths }: Duplicate): string =>
    `'${property}' must be unique ${where}, got ${JSON.stringify(name)} at ${paths.join(" and ")}; rename all but one`;

/** The names that more than one construct has. */
export function findDuplicates(
  named: readonly (readonly [name: string, path: string])[],
): Duplicate[] {
  const names = [...new Set(named.map(([name]) => name))];
  return names
    .map((name) => ({
      name,
      paths: named.filter(([other]) => other === name).map(([, path]) => path),
    }))
    .filter(({ paths }) => paths.length > 1);
}
