/**
 * Characters that change how a terminal shows text: C0 except line break and tab, DEL, C1, and marks
 * of text direction.
 */
const CONTROLS =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text whose control characters are spelled out, as in a JSON string. */
export const visibleText = (text: string): string =>
  text.replace(CONTROLS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
