import path from "node:path";
import base from "../jest.config.js";

const [unit, terraform] = base.projects;
const { testPathIgnorePatterns, ...each } = unit;
const rootDir = path.join(import.meta.dirname, "..");
const installed = (name) => `<rootDir>/compat/node_modules/${name}`;

/** The unit suite, with other packages in the place of those that it names. */
const unitSuite = (displayName, framework, scope) => ({
  ...each,
  rootDir,
  displayName,
  roots: ["<rootDir>/__tests__/modules"],
  // The checks of values do not depend on the framework or the provider.
  testPathIgnorePatterns: ["/(wrong-types|declared-rules|docstrings)\\.test\\.ts$"],
  moduleNameMapper: {
    ...each.moduleNameMapper,
    "^constructs$": installed("constructs"),
    "^cdktf$": installed(framework),
    "^@cdktf/(.*)$": installed(`${scope}/$1`),
  },
});

/** @type {import("jest").Config} */
export default {
  rootDir,
  testTimeout: base.testTimeout,
  projects: [
    unitSuite("cdktf, AWS provider 5", "cdktf", "@cdktf"),
    unitSuite("cdktn", "cdktn", "@cdktn"),
    {
      ...each,
      rootDir,
      globalSetup: terraform.globalSetup,
      displayName: "package",
      roots: ["<rootDir>/compat/tests"],
    },
  ],
};
