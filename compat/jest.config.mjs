import path from "node:path";
import base from "../jest.config.js";

const { globalSetup, globalTeardown, testPathIgnorePatterns, ...each } = base.projects[0];
const rootDir = path.join(import.meta.dirname, "..");
const installed = (name) => `<rootDir>/compat/node_modules/${name}`;

/** The unit suite, with other packages in the place of those that it names. */
const unitSuite = (displayName, framework, scope) => ({
  ...each,
  rootDir,
  displayName,
  roots: ["<rootDir>/__tests__/modules"],
  moduleNameMapper: {
    "^constructs$": installed("constructs"),
    "^cdktf$": installed(framework),
    "^@cdktf/(.*)$": installed(`${scope}/$1`),
  },
});

/** @type {import("jest").Config} */
export default {
  rootDir,
  globalSetup,
  globalTeardown,
  projects: [
    unitSuite("cdktf, AWS provider 5", "cdktf", "@cdktf"),
    unitSuite("cdktn", "cdktn", "@cdktn"),
    {
      ...each,
      rootDir,
      displayName: "package",
      roots: ["<rootDir>/compat/tests"],
    },
  ],
};
