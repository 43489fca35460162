import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, scratch } from "../terraform/harness";

const walk = (...args: string[]) =>
  spawnSync(process.execPath, ["--import", "tsx", "scripts/walk.ts", ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });

describe("npm run walk", () => {
  it("prints its options", () => {
    const { status, stdout } = walk("--help");
    expect(status).toBe(0);
    for (const option of [
      "--seed",
      "--steps",
      "--minutes",
      "--steps-file",
      "--go-on",
      "--fixtures",
    ]) {
      expect(stdout).toContain(option);
    }
  });

  it("says what is wrong with its arguments", () => {
    const file = path.join(scratch(), "walk.json");
    fs.writeFileSync(file, '{"seed":1}');
    const rows: [string[], string][] = [
      [["--seed", "x"], "'--seed' must be a whole number, got x\n"],
      [["--minutes", "-1"], "'--minutes' "],
      [["--speed", "9"], "'--speed'"],
      [["--steps-file", file], `'--steps-file' ${file} is no printed walk: it has no 'steps'\n`],
    ];
    for (const [args, message] of rows) {
      const { status, stderr } = walk(...args);
      expect({ args, status, says: stderr.includes(message) }).toEqual({
        ...{ args, status: 2 },
        says: true,
      });
    }
  });
});
