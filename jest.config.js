const common = {
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  // tsconfig.json has isolatedModules: types are checked once, by `npm run lint`.
  // Jest loads modules by require() alone, so that import() becomes one.
  transform: {
    "^.+\\.ts$": ["ts-jest", { tsconfig: "<rootDir>/__tests__/setup/tsconfig.jest.json" }],
  },
  // cdktf takes the whole stack trace of every token, which Jest maps to TypeScript line by line.
  // The path in an import() ends in the name of the JavaScript that TypeScript would write.
  moduleNameMapper: {
    "/stack-trace$": "<rootDir>/scripts/no-stack-trace.js",
    "^(\\.{1,2}/.*)\\.js$": ["$1", "$1.js"],
  },
};

/**
 * Suites that take minutes each and try, with the real tools, what quicker suites check as well: they
 * run at night.
 */
const NIGHTLY = [
  "app/(deploy-command|program|run|start)",
  "cli/(doctor-faults|doctor-page-browser|many-readers)",
  "e2e/(adopt|any-stack|changes|destinations|faults|function-versions|imports|mutations|recreated-role|refusals)",
  "examples/(local-aws|plan)",
  "local/alarms",
].join("|");
const IS_NIGHTLY = `/__tests__/(${NIGHTLY})\\.test\\.ts$`;

const withTerraform = {
  ...common,
  // Jest starts the local AWS only if one of these suites runs.
  globalSetup: "<rootDir>/__tests__/setup/start-tools.ts",
  globalTeardown: "<rootDir>/__tests__/setup/stop-tools.ts",
};

/** @type {import("jest").Config} */
module.exports = {
  // It only ends tests that hang: how long a test takes depends on what else the machine does.
  testTimeout: 900_000,
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
        "/__tests__/app/deploy\\.test\\.ts$",
        "/__tests__/walks/walk\\.test\\.ts$",
        IS_NIGHTLY,
      ],
    },
    {
      ...withTerraform,
      displayName: "terraform",
      testMatch: [
        "**/__tests__/{terraform,examples,e2e}/**/*.test.ts",
        "**/__tests__/app/deploy.test.ts",
        "**/__tests__/walks/walk.test.ts",
      ],
      testPathIgnorePatterns: [IS_NIGHTLY],
    },
    { ...withTerraform, displayName: "nightly", testRegex: IS_NIGHTLY },
  ],
  // Checked at night, by `npm run test:coverage`. Jest's other provider, v8, triples the time of these suites.
  coverageProvider: "babel",
  coverageReporters: ["text-summary"],
  collectCoverageFrom: ["pipeline/**/*.ts", "modules/**/*.ts", "handler/*.ts", "cli/src/**/*.ts"],
  coverageThreshold: {
    "./pipeline/": { statements: 99, branches: 96, functions: 98 },
    "./modules/": { statements: 99, branches: 96, functions: 98 },
    "./cli/src/": { statements: 97, branches: 85, functions: 97 },
    "./handler/": { statements: 100, branches: 100, functions: 100 },
  },
};
