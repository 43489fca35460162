import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import type { Step, Walk } from "../__tests__/walks/steps";
import type { WalkLimits, WalkResult } from "../__tests__/walks/walk";

const HELP = `Walks through random changes in the local AWS, under a constant load of numbered records, and compares
the words of each plan with what became of every record and of everybody's access.

  npm run walk                            walks with random seeds for 10 minutes
  npm run walk -- --seed 7 --steps 5      the first five steps of one walk
  npm run walk -- --steps-file walk.json  a walk that was printed as data

  --seed N          seed of the first walk; the next one has the next seed
  --steps N         steps of a walk, 12 by default
  --minutes N       no step begins after N minutes; 10 by default
  --steps-file FILE the steps to take, as { "seed": N, "steps": [...] }
  --go-on           goes on after a fault, and shrinks nothing
  --fixtures DIR    where the plan of a shrunk walk is written, with the truth

Exit status: 0 no fault, 1 a walk failed, 2 wrong arguments.
`;

const MOST_SEEDS = 2 ** 31;

// Each step leaves a synthesized stack, and each function its code, which nobody needs afterwards.
const files = fs.mkdtempSync(path.join(os.tmpdir(), "walks-"));
process.env.TMPDIR = files;
process.once("exit", () => fs.rmSync(files, { recursive: true, force: true }));
// Terraform runs in a process group of its own, which is killed when this process exits.
process.once("SIGINT", () => process.exit(130));

// cdktf supports Node 20, which newer versions of the SDK warn about.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The constructs and the SDK take seconds to load, which neither help nor a mistake needs. */
const walks = () => import("../__tests__/walks/walk.js");

class MisuseError extends Error {}

function natural(name: string, value: string | undefined, otherwise: number): number {
  const number = value === undefined ? otherwise : Number(value);
  if (!Number.isInteger(number) || number < 0) {
    throw new MisuseError(`'--${name}' must be a whole number, got ${value}`);
  }
  return number;
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean" },
        seed: { type: "string" },
        steps: { type: "string" },
        minutes: { type: "string" },
        "steps-file": { type: "string" },
        "go-on": { type: "boolean" },
        fixtures: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new MisuseError((error as Error).message);
  }
}

function walkIn(file: string): Walk {
  try {
    const walk = JSON.parse(fs.readFileSync(file, "utf8")) as Partial<Walk>;
    if (!Array.isArray(walk.steps)) {
      throw new Error("it has no 'steps'");
    }
    return { seed: walk.seed ?? 0, steps: walk.steps as Step[] };
  } catch (error) {
    throw new MisuseError(`'--steps-file' ${file} is no printed walk: ${(error as Error).message}`);
  }
}

/** Shrinks a failing walk, prints its shortest form, and writes the plan with the truth. */
async function report(result: WalkResult, limits: WalkLimits, fixtures: string): Promise<void> {
  const { fixtureOf, printed } = await import("../__tests__/walks/fixture.js");
  const { shrink } = await import("../__tests__/walks/shrink.js");
  const { faultsOf, repeatWalk } = await walks();
  const [fault] = faultsOf(result);
  const { seed, steps } = result.walk;
  let last = result;
  const isSame = (other: WalkResult): boolean =>
    faultsOf(other).some(
      ({ kind, about }) =>
        kind === fault?.kind && about.split(" ")[0] === fault.about.split(" ")[0],
    );
  limits.print("shrinking");
  await shrink(
    steps,
    async (shorter) => {
      const quiet = { ...limits, steps: shorter.length, print: () => undefined };
      const repeated = await repeatWalk({ seed, steps: shorter }, quiet);
      last = isSame(repeated) ? repeated : last;
      return isSame(repeated);
    },
    () => Date.now() < limits.until,
  );
  printed(last.walk).forEach(limits.print);
  faultsOf(last).forEach(({ kind, about, sentence }) =>
    limits.print(`  ${kind}: ${about}: ${sentence}`),
  );
  const failing = last.reports.at(-1);
  const fixture = failing && fixtureOf(last.walk, failing);
  if (fixture) {
    fs.mkdirSync(fixtures, { recursive: true });
    const file = path.join(fixtures, `walk-${seed}.json`);
    fs.writeFileSync(file, `${JSON.stringify(fixture, undefined, 2)}\n`);
    limits.print(`the plan with the truth: ${file}`);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const values = read(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const minutes = natural("minutes", values.minutes, 10);
  const limits: WalkLimits = {
    steps: natural("steps", values.steps, 12),
    until: Date.now() + minutes * 60_000,
    stopsAtFault: !values["go-on"],
    print: (line) => void process.stdout.write(`${line}\n`),
  };
  const given = values["steps-file"] === undefined ? undefined : walkIn(values["steps-file"]);
  const first = natural("seed", values.seed, Math.floor(Math.random() * MOST_SEEDS));
  const isSingle = given !== undefined || values.seed !== undefined;
  const { faultsOf, randomWalk, repeatWalk } = await walks();
  let faults = 0;
  for (let seed = given?.seed ?? first; Date.now() < limits.until; seed++) {
    limits.print(`walk ${seed}`);
    const result = given
      ? await repeatWalk(given, { ...limits, steps: given.steps.length })
      : await randomWalk([seed], limits);
    faults += faultsOf(result).length;
    if (faultsOf(result).length > 0 && limits.stopsAtFault) {
      await report(result, limits, values.fixtures ?? "__tests__/app/explain/plans");
      return 1;
    }
    if (isSingle) {
      break;
    }
  }
  return faults > 0 ? 1 : 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isMisuse = error instanceof MisuseError;
    process.stderr.write(`${isMisuse ? error.message : String((error as Error).stack)}\n`);
    process.exit(isMisuse ? 2 : 1);
  },
);
