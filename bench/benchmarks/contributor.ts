import * as fs from "node:fs";
import * as path from "node:path";
import type { Benchmark, Context, Row } from "../benchmark";
import { each, output, ROOT, usage } from "../measure";
import { row } from "../statistics";

const SAME_WORK =
  "nothing is compared: what a contributor waits for is recorded, so that a change that doubles it is seen";

export const contributor: Benchmark = {
  name: "contributor",
  title: "What a contributor waits for",
  sameWork: SAME_WORK,
  chart: { unit: "s", title: "From the command to its end" },
  run: async (context) => {
    const { tiny, progress } = context;
    const directory = tiny ? ROOT : await clone(context);
    const commands = {
      ...(!tiny && { "npm ci": ["npm", "ci", "--loglevel=error"] }),
      "npx jest on one file": ["npx", "jest", "__tests__/modules/mapping-start.test.ts"],
      ...(!tiny && { "npx jest on __tests__/modules": ["npx", "jest", "__tests__/modules"] }),
    };
    const rows: Row[] = [];
    for (const [name, run] of Object.entries(commands)) {
      progress(name);
      const used = [await usage({ run, directory }, context)];
      rows.push(row(name, "s", each(used, "wall")), row(name, "CPU s", each(used, "cpu")));
    }
    progress("npm pack");
    const [packed] = JSON.parse(
      await output({ run: ["npm", "pack", "--dry-run", "--json", "--silent"], directory }),
    ) as [{ size: number; unpackedSize: number }];
    return [
      ...rows,
      row("the package, compressed", "KB", [packed.size / 1024]),
      row("the package, unpacked", "KB", [packed.unpackedSize / 1024]),
    ];
  },
};

/** Everything that CI runs. It has a name of its own, since it takes many minutes. */
export const ci: Benchmark = {
  name: "ci",
  title: "All that CI runs",
  sameWork: SAME_WORK,
  chart: { unit: "s", title: "Steps of .ci/run, and the whole" },
  onlyOnRequest: true,
  run: async (context) => {
    const directory = context.tiny ? ROOT : await clone(context);
    const { scratch, tiny } = context;
    const short = path.join(scratch, "short");
    fs.writeFileSync(short, "sleep 1.1\ntrue\n");
    const trace = path.join(scratch, "trace");
    // Set in the shell, because Bash takes no PS4 of root's environment.
    const traced = `exec 9>'${trace}'; BASH_XTRACEFD=9; PS4='+ $BASHPID $EPOCHREALTIME '; set -x; source "$0"`;
    const run = ["bash", "-c", traced, tiny ? short : ".ci/run"];
    const { wall, cpu } = await usage({ run, directory }, context);
    return [
      ...steps(fs.readFileSync(trace, "utf8"), Date.now() / 1000)
        .filter(({ seconds }) => seconds >= 1)
        .map(({ command, seconds }) => row(command, "s", [seconds])),
      row(".ci/run", "s", [wall]),
      row(".ci/run", "CPU s", [cpu]),
    ];
  },
};

/**
 * The commands of a script and the time until its next one, from Bash's trace with process IDs and
 * timestamps. Commands in the background have other process IDs.
 */
function steps(trace: string, end: number): { command: string; seconds: number }[] {
  // Two signs: the commands of the sourced script, not those in its substitutions.
  const all = [...trace.matchAll(/^\+\+ (\d+) (\d+\.\d+) (.*)$/gm)];
  const lines = all.filter(([, pid]) => pid === all[0]?.[1]);
  return lines.map(([, , start, command = ""], at) => ({
    command: command.replace(/^wait \d+$/, "wait for what runs in the background"),
    seconds: Number(lines[at + 1]?.[2] ?? end) - Number(start),
  }));
}

async function clone({ scratch }: Context): Promise<string> {
  const directory = path.join(scratch, "clone");
  await output({ run: ["git", "clone", "--quiet", ROOT, directory] });
  return directory;
}
