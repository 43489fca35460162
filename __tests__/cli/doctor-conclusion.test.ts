import { conclude } from "../../cli/src/doctor/conclusion";
import type { Line } from "../../cli/src/doctor/diagnose";
import { FINDINGS, type FindingId } from "../../cli/src/doctor/findings";
import { finding, ok, undecided } from "../../cli/src/doctor/verdict";
import { diagnosis, gone } from "./recorded-pipeline";

const found = (...ids: FindingId[]): Line[] =>
  ids.map((id) => ({ check: "a check", ...finding(id, "seen") }));
const unknown = (...checks: string[]): Line[] =>
  checks.map((check) => ({ check, ...undecided("no") }));
const PROBED: Line = { check: "probe", ...ok("the record was in the log after 1 ms") };
const BY_POLICIES = "records get through by policies and settings; --probe tries it";

describe("doctor concludes", () => {
  it.each<[string, Line[], string, string]>([
    ["from policies", [{ check: "stream", ...ok("ACTIVE") }], "yes", BY_POLICIES],
    ["from a probe", [PROBED], "yes", "records get through: the probe's did"],
    [
      "from an error",
      found("key-disabled"),
      "no",
      `records do not get through: ${FINDINGS["key-disabled"].what}`,
    ],
    [
      "from several errors, whatever else is not known",
      [...found("retries-unlimited", "key-disabled", "mapping-disabled"), ...unknown("stream")],
      "no",
      `records do not get through: ${FINDINGS["key-disabled"].what}; also mapping-disabled`,
    ],
    [
      "that records get through at a loss",
      found("retries-unlimited", "partial-failures-ignored"),
      "yes",
      `${BY_POLICIES}; but see retries-unlimited, partial-failures-ignored`,
    ],
    [
      "nothing from what is not known",
      [...unknown("stream", "log group"), ...found("retries-unlimited")],
      "unknown",
      "cannot tell: stream unknown",
    ],
    [
      "from a probe, whatever policies say",
      [...unknown("stream", "on-failure destination"), PROBED],
      "yes",
      "records get through: the probe's did; unknown: stream, on-failure destination",
    ],
    [
      "that records get through, if only what is reported and logged is not known",
      unknown("on-failure destination", "log group", "role: on-failure", "role: logs"),
      "yes",
      `${BY_POLICIES}; unknown: on-failure destination, log group, role: on-failure, role: logs`,
    ],
    [
      "nothing from a probe that proved nothing",
      unknown("probe"),
      "unknown",
      "cannot tell: probe unknown",
    ],
    [
      "nothing from a probe that was not put, or not seen",
      [...found("probe-not-written", "probe-not-seen"), ...unknown("stream")],
      "unknown",
      `cannot tell: ${FINDINGS["probe-not-written"].what}, ${FINDINGS["probe-not-seen"].what}, stream unknown`,
    ],
    [
      "nothing while the mapping changes",
      found("mapping-changing"),
      "unknown",
      `cannot tell: ${FINDINGS["mapping-changing"].what}`,
    ],
  ])("%s", (_, lines, recordsGetThrough, says) => {
    expect(conclude(lines)).toEqual({ recordsGetThrough, says });
  });

  it("that a good pipeline is good although its logs may not be looked at", async () => {
    const { lines } = await diagnosis({ "logs:DescribeLogGroups": gone("AccessDenied") });

    expect(conclude(lines)).toEqual({
      recordsGetThrough: "yes",
      says: `${BY_POLICIES}; unknown: log group`,
    });
  });
});
