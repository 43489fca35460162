export type Sentence = (name: string, paths: readonly string[]) => string;

export const mustBeUnique =
  (property: string, where: string): Sentence =>
  (name, paths) =>
    `'${property}' must be unique ${where}, got ${JSON.stringify(name)} at ${paths.join(" and ")}; rename all but one`;

/** A sentence for each name that more than one construct has. */
export function duplicates(
  named: readonly (readonly [name: string, path: string])[],
  sentence: Sentence,
): string[] {
  const names = [...new Set(named.map(([name]) => name))];
  return names.flatMap((name) => {
    const paths = named.filter(([other]) => other === name).map(([, path]) => path);
    return paths.length > 1 ? [sentence(name, paths)] : [];
  });
}
