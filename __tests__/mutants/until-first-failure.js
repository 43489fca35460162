// Jest loads it by require().
// eslint-disable-next-line @typescript-eslint/no-require-imports, no-undef
const { TestEnvironment } = require("jest-environment-node");

/** Skips the tests after the first one that fails. Jest's option `bail` only skips later suites. */
module.exports = class extends TestEnvironment {
  hasFailed = false;

  handleTestEvent({ name, test }) {
    this.hasFailed ||= name === "test_fn_failure";
    if (name === "test_start" && this.hasFailed) {
      test.mode = "skip";
    }
  }
};
