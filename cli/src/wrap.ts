/** Columns of a terminal's usual width, which fit into a ticket too. */
export const COLUMNS = 80;

/**
 * Breaks a text between words, so that an ARN can be copied; a longer word has its own line.
 *
 * @param hanging indentation of all lines but the first
 */
export function wrap(text: string, indentation: string, hanging = indentation): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= COLUMNS) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push((last === undefined ? indentation : hanging) + word);
    }
  }
  return lines;
}

/** A paragraph whose first line begins with a label, and whose other lines are indented as far. */
export function hanging(label: string, text: string): string[] {
  const [first = "", ...others] = wrap(text, " ".repeat(label.length));
  return [label + first.slice(label.length), ...others];
}
