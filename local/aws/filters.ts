import { parseFilterPattern, passes, type Pattern } from "../../modules/properties/filter-matching";
import { invalidParameter } from "./errors";

export { passes, type Pattern };

/** Parses a mapping's filter patterns. Throws if a pattern is invalid. */
export const parseFilters = (patterns: readonly string[]): Pattern[] =>
  patterns.map((text) => {
    try {
      return parseFilterPattern(text);
    } catch (error) {
      const why = (error as Error).message;
      throw invalidParameter(`Invalid filter pattern definition: ${why}: ${text}`);
    }
  });
