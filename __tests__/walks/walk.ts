import type { Fault } from "./judge";
import { Random } from "./random";
import { describeStep, type Step, type Walk } from "./steps";
import { Steps } from "./generate";
import { type StepReport, Walker } from "./walker";

export interface WalkLimits {
  /** Steps after which the walk ends; of each seed, if it has several. */
  readonly steps: number;
  /** No step begins after this time, in milliseconds since the epoch. */
  readonly until: number;
  /** Whether the walk ends at its first fault. One that cannot be finished always ends it. */
  readonly stopsAtFault: boolean;
  readonly print: (line: string) => void;
}

export interface WalkResult {
  readonly walk: Walk;
  readonly reports: readonly StepReport[];
}

export const faultsOf = ({ reports }: WalkResult): readonly Fault[] =>
  reports.flatMap(({ faults }) => faults);

const isUnfinished = ({ faults }: StepReport): boolean =>
  faults.some(({ kind }) => kind === "unfinished");

const firstLine = (text: string): string => text.split("\n")[0]?.slice(0, 160) ?? "";

function print(number: number, report: StepReport, limits: WalkLimits): void {
  const { step, faults, refusal, seconds, deploy } = report;
  limits.print(`${number}. ${describeStep(step)} (${seconds} s)`);
  if (refusal !== "") {
    limits.print(`   refused: ${firstLine(refusal)}`);
  }
  for (const { records, about, sentence } of deploy?.effects ?? []) {
    limits.print(`   [${records}, ${about.kind} ${about.name}] ${sentence}`);
  }
  for (const { kind, about, sentence } of faults) {
    limits.print(`   FAULT (${kind}) ${about}: ${sentence}`);
  }
}

/** Takes steps until there are no more, or a limit is reached. */
async function take(
  walker: Walker,
  seed: number,
  next: (taken: number) => readonly Step[],
  limits: WalkLimits,
): Promise<WalkResult> {
  const steps: Step[] = [];
  const reports: StepReport[] = [];
  const queue: Step[] = [];
  // What the library refuses costs nothing, and shows nothing.
  const taken = (): number =>
    reports.filter(({ step, deploy }) => step.do === "hand" || deploy).length;
  while (taken() < limits.steps && Date.now() < limits.until) {
    if (queue.length === 0) {
      queue.push(...next(taken()));
    }
    const step = queue.shift();
    if (!step) {
      break;
    }
    const report = await walker.take(step);
    steps.push(step);
    reports.push(report);
    print(steps.length, report, limits);
    if (isUnfinished(report) || (limits.stopsAtFault && report.faults.length > 0)) {
      break;
    }
  }
  return { walk: { seed, steps }, reports };
}

async function inNewAccounts<T>(act: (walker: Walker) => Promise<T>): Promise<T> {
  const walker = await Walker.start();
  try {
    return await act(walker);
  } finally {
    await walker.stop();
  }
}

/** A walk of random steps: so many of each seed, one after the other. */
export const randomWalk = (seeds: readonly number[], limits: WalkLimits): Promise<WalkResult> =>
  inNewAccounts((walker) => {
    const left = [...seeds];
    const random = new Random(0);
    const steps = new Steps(random);
    const next = (taken: number): readonly Step[] => {
      if (taken >= limits.steps * (seeds.length - left.length)) {
        random.seed(left.shift() ?? 0);
      }
      return steps.next(walker.settings);
    };
    return take(walker, seeds.at(-1) ?? 0, next, { ...limits, steps: limits.steps * seeds.length });
  });

/** Takes the steps of a walk again. */
export const repeatWalk = ({ seed, steps }: Walk, limits: WalkLimits): Promise<WalkResult> =>
  inNewAccounts((walker) => {
    let isTaken = false;
    const next = (): readonly Step[] => (isTaken ? [] : ((isTaken = true), steps));
    return take(walker, seed, next, limits);
  });
