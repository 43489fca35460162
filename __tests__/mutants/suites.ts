/**
 * Stryker runs Jest once for each mutant. With all suites of an area in this one, the modules that
 * they share are loaded once; the hash in the name tells Stryker which suites have changed.
 */
declare const SUITES: Readonly<Record<string, string>>;

for (const [suite, hash] of Object.entries(SUITES)) {
  describe(`${suite} ${hash}`, () => {
    jest.requireActual(`../${suite}`);
  });
}
