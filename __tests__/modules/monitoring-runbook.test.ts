import { readFileSync } from "node:fs";
import { ALARMS } from "../../modules/monitoring/alarms";

it("has a section in the runbook for each alarm", () => {
  const [, ours = ""] = readFileSync("docs/runbook.md", "utf8").split("## What the alarms say\n");
  const sections = [...(ours.split(/^## /m)[0] ?? "").matchAll(/^### (.+)\n\n(.+)$/gm)];
  expect(sections.map(([, id]) => id)).toEqual(Object.keys(ALARMS));
});
