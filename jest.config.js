const common = {
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  // tsconfig.json has isolatedModules: types are checked once, by `npm run lint`.
  transform: { "^.+\\.ts$": "ts-jest" },
};

/** @type {import("jest").Config} */
module.exports = {
  testSequencer: "<rootDir>/__tests__/setup/longest-first.mjs",
  projects: [
    {
      ...common,
      displayName: "unit",
      globalSetup: "<rootDir>/__tests__/setup/prepare-environment.ts",
      globalTeardown: "<rootDir>/__tests__/setup/stop-tools.ts",
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: [
        "/__tests__/(terraform|examples|e2e)/",
        "/__tests__/app/(start|deploy)\\.test\\.ts$",
      ],
    },
    {
      ...common,
      // Jest starts the local AWS only if one of these suites runs.
      displayName: "terraform",
      globalSetup: "<rootDir>/__tests__/setup/start-tools.ts",
      globalTeardown: "<rootDir>/__tests__/setup/stop-tools.ts",
      testMatch: [
        "**/__tests__/{terraform,examples,e2e}/**/*.test.ts",
        "**/__tests__/app/{start,deploy}.test.ts",
      ],
    },
  ],
  // Checked by `npm test` only. Jest's other provider, v8, triples the time of these suites.
  coverageProvider: "babel",
  coverageReporters: ["text-summary"],
  collectCoverageFrom: ["modules/**/*.ts", "handler/*.ts", "cli/src/**/*.ts"],
  coverageThreshold: {
    "./modules/": { statements: 99, branches: 96, functions: 98 },
    "./cli/src/": { statements: 97, branches: 85, functions: 97 },
    "./handler/": { statements: 100, branches: 100, functions: 100 },
  },
};
