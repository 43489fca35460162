import {
  parseFilterPattern,
  passes,
  type Pattern,
} from "../../modules/cross-account-consumer/filter-matching";
import { invalidParameter } from "./requests";

export { passes, type Pattern };

/** Reads a mapping's filter patterns; refuses what AWS, or the local AWS, can't match. */
export const parseFilters = (patterns: readonly string[]): Pattern[] =>
  patterns.map((text) => {
    try {
      return parseFilterPattern(text);
    } catch (error) {
      const why = (error as Error).message;
      throw invalidParameter(`Invalid filter pattern definition: ${why}: ${text}`);
    }
  });
