import { parseFilterPattern } from "../../../pipeline/filter-pattern";
import type { RedriveOptions } from "./redrive";
import type { SelectionRules } from "./report-contents";
import type { Target } from "./sender";

/** Which records the options choose; `filterPatterns` are the filters as the mapping writes them. */
export function rulesOf(
  target: Target,
  options: RedriveOptions,
): SelectionRules & { readonly filterPatterns: readonly string[] } {
  const filterPatterns = options.ignoreFilters === true ? [] : target.filterPatterns;
  const filters = filterPatterns.map((text) => {
    try {
      return parseFilterPattern(text);
    } catch (error) {
      throw new Error(
        `the mapping's filter ${text} cannot be evaluated here (${(error as Error).message}); use --ignore-filters and choose by --partition-key`,
      );
    }
  });
  const choice = {
    allInRange: options.allInRange === true,
    partitionKeys: options.partitionKeys ?? [],
  };
  return { choice, filters, filterPatterns };
}
