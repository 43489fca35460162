import { judge } from "../../cli/src/status/judge";
import type { Measured } from "../../cli/src/status/measure";

const GOOD: Measured = {
  stream: "a-stream",
  function: "a-function",
  mapping: "a-mapping",
  state: "Enabled",
  lastResult: "OK",
  missing: [],
  reservedConcurrency: -1,
  lagMilliseconds: 0,
  retentionHours: 24,
  failures: { waiting: 0 },
  failedLookups: [],
};
const { lagMilliseconds: _lag, ...SILENT } = GOOD;

const said = (measured: Measured) => {
  const { verdict, problems, unknown } = judge(measured);
  return [verdict, ...problems, ...unknown.map((why) => `unknown: ${why}`)];
};

describe("status judges", () => {
  it.each<[string, Measured, string[]]>([
    ["a reader that reads", GOOD, ["good"]],
    ["a reader without a destination", { ...GOOD, failures: undefined }, ["good"]],
    [
      "a reader without metrics",
      SILENT,
      ["unknown", "unknown: no metric shows that it reads now; Lambda's last result is 'OK'"],
    ],
    [
      "a reader of which Lambda says nothing either",
      { ...SILENT, lastResult: undefined },
      ["unknown", "unknown: no metric shows that it reads now"],
    ],
    [
      "a mapping that was disabled",
      { ...SILENT, state: "Disabled", stateReason: "USER_INITIATED" },
      [
        "wrong",
        "the mapping is Disabled: 'USER_INITIATED': someone, or a tool such as Terraform, did this",
      ],
    ],
    [
      "a mapping that changes",
      { ...GOOD, state: "Updating" },
      ["wrong", "the mapping is Updating"],
    ],
    [
      "what does not exist",
      { ...SILENT, state: "missing", missing: ["mapping", "stream"] },
      ["wrong", "the mapping does not exist", "the stream does not exist"],
    ],
    [
      "a problem that Lambda reports, with or without metrics",
      { ...GOOD, lastResult: "PROBLEM: Function call failed" },
      [
        "wrong",
        "'PROBLEM: Function call failed': the function threw an error, timed out or returned failed records; its log says why",
      ],
    ],
    [
      "a function that may not run",
      { ...GOOD, reservedConcurrency: 0 },
      ["wrong", "the function's reserved concurrency is 0, so every invocation is throttled"],
    ],
    [
      "a lag without a known retention",
      { ...GOOD, lagMilliseconds: 1e12, retentionHours: undefined },
      ["good"],
    ],
    [
      "records that nobody reads",
      { ...SILENT, ownRecordsRead: 0, recordsInPerMinute: 1 },
      ["wrong", "records come in, and none is read"],
    ],
    ["a stream of which it is not known", { ...SILENT, ownRecordsRead: 0 }, ["good"]],
    ["one report", { ...GOOD, failures: { waiting: 1 } }, ["wrong", "1 failed batch waits"]],
    [
      "reports in a bucket",
      { ...GOOD, failures: { waiting: 2, oldestSeconds: 60 } },
      ["wrong", "2 failed batches wait; the oldest for 1 min"],
    ],
    [
      "reports that expire",
      { ...GOOD, failures: { waiting: 2, oldestSeconds: 60, secondsLeft: 0 } },
      ["wrong", "2 failed batches wait; the oldest can be read for 0 ms at most"],
    ],
    [
      "what could not be looked at, once",
      { ...GOOD, failedLookups: ["denied", "denied"] },
      ["unknown", "unknown: denied"],
    ],
    [
      "a mapping that could not be looked at",
      { ...SILENT, state: "unknown", failedLookups: ["denied"] },
      [
        "unknown",
        "unknown: denied",
        "unknown: no metric shows that it reads now; Lambda's last result is 'OK'",
      ],
    ],
  ])("%s", (_, measured, expected) => {
    expect(said(measured)).toEqual(expected);
  });
});
