import Sequencer from "@jest/test-sequencer";

/** The suites that take longest, the longest first. */
const LONGEST = [
  "app/deploy",
  "e2e/pipeline",
  "e2e/permissions",
  "walks/walk",
  "security/least-privilege",
  "cli/redrive-pipeline",
  "cli/permissions",
  "local/clients",
];

/**
 * Starts the suites that take longest first, so that none of them runs alone at the end. Jest itself
 * knows how long a suite takes only after it has run it, and a fresh clone has not.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONGEST.findIndex((name) => path.endsWith(`/__tests__/${name}.test.ts`));
      return index === -1 ? LONGEST.length : index;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
