import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import type { Benchmark, Row } from "./benchmark";
import { BENCHMARKS } from "./benchmarks";
import { environment, readResults, writeResults, type Results } from "./recorded";
import { terminalTable } from "./format";
import { writePage } from "./page";
import { drawChart } from "./peers/charts";
import { impossible, isMet } from "./statistics";

const HELP = `Usage: npm run bench [-- OPTIONS]

Compares this project with its alternatives and with what limits it, in alternating runs. Prints every
value with its target, and writes bench/results.json, docs/performance.md and its charts.

  --only NAME   run this benchmark, and keep the results of the others; repeatable
  --list        print the names of the benchmarks
  --tiny        do as little as shows that every benchmark works, and write nothing
  --help        print this

Exit code: 0 if every target is met, 1 if one is missed, 2 if a benchmark fails.
`;

function parse() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: "string", multiple: true },
        list: { type: "boolean", default: false },
        tiny: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const names = BENCHMARKS.map(({ name }) => name);
    for (const name of values.only ?? []) {
      if (!names.includes(name)) {
        throw new Error(`'--only' must be one of ${names.join(", ")}, got '${name}'`);
      }
    }
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return process.exit(2);
  }
}

// The SDK's warning about old Node.js versions does not concern users of this command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const options = parse();

const chosen = BENCHMARKS.filter(
  ({ name, onlyOnRequest }) => options.only?.includes(name) ?? !(onlyOnRequest && !options.tiny),
);

async function measure({ name, run }: Benchmark): Promise<readonly Row[]> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), `bench-${name}-`));
  const start = Date.now();
  try {
    const rows = await run({
      tiny: options.tiny,
      scratch,
      progress: (text) => {
        const seconds = Math.round((Date.now() - start) / 1000);
        console.error(`${name} ${String(seconds).padStart(4)} s  ${text}`);
      },
    });
    const wrong = impossible(rows);
    if (rows.length === 0 || wrong.length > 0) {
      const labels = wrong.map(({ label, unit }) => `${label} (${unit})`).join(", ");
      throw new Error(`${name} gave no positive number for ${labels || "anything"}`);
    }
    return rows;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function main(): Promise<boolean> {
  let results: Results = readResults();
  const measuredOn = options.tiny ? undefined : await environment();
  let isMissed = false;
  for (const benchmark of chosen) {
    const rows = await measure(benchmark);
    console.log(terminalTable(benchmark, rows));
    isMissed ||= rows.some((row) => isMet(row) === false);
    if (measuredOn) {
      results = { ...results, [benchmark.name]: { ...measuredOn, rows } };
      await writeResults(results);
      await writePage(results);
      drawChart(benchmark, rows);
    }
  }
  return isMissed;
}

if (options.help) {
  console.log(HELP);
} else if (options.list) {
  BENCHMARKS.forEach(({ name, title }) => console.log(`${name.padEnd(12)} ${title}`));
} else {
  main().then(
    (isMissed) => {
      process.exitCode = isMissed && !options.tiny ? 1 : 0;
    },
    (error: unknown) => {
      console.error((error as Error).message);
      process.exitCode = 2;
    },
  );
}
