/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  globalSetup: "<rootDir>/__tests__/setup/start-tools.ts",
  globalTeardown: "<rootDir>/__tests__/setup/stop-tools.ts",
  // tsconfig.json has isolatedModules: types are checked once, by `npm run lint`.
  transform: { "^.+\\.ts$": "ts-jest" },
};
