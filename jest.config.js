/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  // Types are checked once by `npm run lint`; here they would cost seconds a file.
  transform: { "^.+\\.ts$": ["ts-jest", { isolatedModules: true }] },
};
