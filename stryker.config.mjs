/**
 * Mutation testing: Stryker makes small changes to the code, and a change that no test notices
 * shows what the tests do not check. `npm run mutants` runs it for one area after another.
 */
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import jest from "./jest.config.js";

/**
 * The code of each area, and the suites that must notice its mutants. Suites that start processes,
 * Terraform or the local AWS are left out, since they run once for every mutant; so is the comparison
 * with iam-simulate, whose policies are random.
 */
export const AREAS = {
  pipeline: { code: "pipeline/**", suites: /^pipeline\/(?!simulator)/ },
  policies: {
    code: "modules/policies",
    suites:
      /^modules\/(bad-input-access|destination-keys|function-permissions|grants|imported-stream|keys|minimal|policy|stream-policy)/,
  },
  monitoring: { code: "modules/monitoring", suites: /^modules\/(bad-input-)?monitoring/ },
  redrive: {
    code: "cli/src/redrive",
    suites:
      /^cli\/redrive(-bucket|-by-time|-chain|-delivery|-invoke|-journal|-queue|-reader|-report|-run|-save|-selection|-sentences|-side-by-side)?\.test/,
  },
  doctor: {
    code: "cli/src/doctor/**",
    suites: /^cli\/(doctor-(?!faults|fixes)|key-grants)/,
  },
  status: { code: "cli/src/status", suites: /^cli\/status(-screen|-judge)?\.test/ },
  adopt: {
    code: "cli/src/adopt",
    suites: /^cli\/adopt-(decisions|policy|readers|report|first-plan|program-text)\.test/,
  },
  explain: { code: "app/explain", suites: /^app\/(explain|refusals)\// },
  permissions: { code: "app/permissions", suites: /^app\/permissions\/(render|types)/ },
};

export const reportOf = (area) => `.cache/mutants/${area}.json`;

const AREA = process.env.MUTANTS_AREA ?? "pipeline";
const { code, suites } = AREAS[AREA];
const TESTS = "__tests__";

/** Suites by their path, with a hash of each, by which incremental runs find those that changed. */
const SUITES = Object.fromEntries(
  fs
    .readdirSync(TESTS, { recursive: true })
    .filter((name) => name.endsWith(".test.ts") && suites.test(name))
    .map((name) => [name, fs.readFileSync(`${TESTS}/${name}`)])
    .map(([name, text]) => [name, createHash("sha256").update(text).digest("hex").slice(0, 8)]),
);

function whyIgnored({ node, parent, key }) {
  if (node.type === "StringLiteral" && node.value.includes(" ")) {
    return "Sentences: a test that repeats them notices nothing that a reader would not";
  }
  const isEmpty = node.value === "" || node.elements?.length === 0;
  const isFallback = parent?.operator === "??" || parent?.type === "AssignmentPattern";
  return isEmpty && isFallback && key === "right"
    ? "Empty fallbacks: most are for the compiler, where AWS's types allow what AWS never answers"
    : undefined;
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "needless", { shouldIgnore: whyIgnored }),
];

const [unit] = jest.projects;

export default {
  // The help of a command is text, and its permissions are compared with calls to the local AWS.
  mutate: [`${code}/*.ts`, "!cli/src/*/{command,permissions}.ts"],
  plugins: ["@stryker-mutator/jest-runner", import.meta.filename],
  ignorers: ["needless"],
  // Tables, such as those of permissions, are static: their mutants run all suites of the area. An
  // incremental run does not notice that a new test would kill one of them; `--force` does.
  ignoreStatic: false,
  testRunner: "jest",
  coverageAnalysis: "perTest",
  jest: {
    projectType: "custom",
    enableFindRelatedTests: false,
    config: {
      ...unit,
      projects: [],
      // Both are for a single run: they create and remove the directory of temporary files.
      globalSetup: undefined,
      globalTeardown: undefined,
      testMatch: [`<rootDir>/${TESTS}/mutants/suites.ts`],
      testEnvironment: `${import.meta.dirname}/${TESTS}/mutants/until-first-failure.js`,
      globals: { SUITES },
    },
  },
  concurrency: 2,
  incremental: true,
  incrementalFile: `.cache/mutants/${AREA}-incremental.json`,
  tempDirName: ".cache/stryker",
  ignorePatterns: ["/.cache", "/bench", "/compat", "/examples", "/lib*", "cdktf.out"],
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: reportOf(AREA) },
  warnings: { slow: false },
};
