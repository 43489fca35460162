import type { Benchmark } from "../benchmark";
import { apply } from "./apply";
import { ci, contributor } from "./contributor";
import { explain } from "./explain";
import { growth } from "./growth";
import { handler } from "./handler";
import { redrive } from "./redrive";
import { redriveVolume } from "./redrive-volume";
import { synth } from "./synth";

/** In the order of the page. */
export const BENCHMARKS: readonly Benchmark[] = [
  synth,
  growth,
  apply,
  handler,
  redrive,
  redriveVolume,
  explain,
  contributor,
  ci,
];
