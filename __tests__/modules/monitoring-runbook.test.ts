import { readFileSync } from "node:fs";
import { ALARM_IDS } from "../../modules/monitoring/alarms";

const [, alarms = ""] = readFileSync("docs/runbook.md", "utf8").split("## What the alarms say\n");
/** Id, what it means, and the rest of the section. */
const sections = alarms
  .split(/^## /m)[0]!
  .split(/^### /m)
  .slice(1)
  .map((section) => section.split(/\n\n(.+)\n/));

describe("the runbook", () => {
  it("has a section for each alarm", () => {
    expect(sections.map(([id]) => id)).toEqual(ALARM_IDS);
  });

  it("reads the log group that the function has, whatever its name", () => {
    const tails = [...alarms.matchAll(/^aws logs tail (\S+)/gm)].map(([, group]) => group);
    expect(tails.length).toBeGreaterThan(0);
    expect(new Set(tails)).toEqual(new Set(["LOG_GROUP"]));
    expect(alarms).toContain("`LOG_GROUP` is what `aws lambda get-function-configuration");
  });

  it.each(sections)(
    "says what to type when %s goes off, and in which account",
    (_, __, rest = "") => {
      const [, commands = ""] = /```sh\n([^`]+)\n```/.exec(rest) ?? [];
      for (const command of commands.split("\n")) {
        expect(command).toMatch(/^(aws|npx cross-account-kinesis) .* --(stream-)?profile [A-Z_]+/);
      }
    },
  );
});
