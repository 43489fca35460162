import { existsSync, writeFileSync } from "node:fs";
import { cannotWrite, EXIT, misuse, type ExitCode } from "../errors";
import { discover } from "../from-aws";
import type { Pipeline } from "../pipeline";
import type { PipelineContext } from "../pipeline-command";
import { namedAccounts } from "../sources";
import type { DeploymentSettings, Refused } from "./adoption";
import type { AdoptOptions } from "./command";
import { adoptStreams } from "./deployments";
import { firstPlans, isGood, type Written } from "./first-plan";
import { programOf } from "./program";
import { readReader } from "./read";
import { readersOf } from "../readers";
import { asJson, nextCommands, show } from "./report";

export async function runAdopt(context: PipelineContext<AdoptOptions>): Promise<ExitCode> {
  const { output, options } = context;
  const pipelines = await pipelinesOf(context);
  const readers = await output.progress(
    "reading what the settings must repeat",
    Promise.all(pipelines.map(readReader)),
  );
  const streams = adoptStreams(readers);
  const adopted = streams.flatMap(({ settings }) => (settings ? [settings] : []));
  const written = writeAll(options, adopted);
  streams.forEach((one) => show(output, one));
  output.line(written ? `written to ${written.file}\n` : "nothing is written");
  const plans = options.program ? undefined : await firstPlans(context, written);
  const next = written ? nextCommands(written, options.program, plans) : [];
  if (next.length > 0) {
    const place = options.program
      ? "where the library is installed"
      : "in a checkout of the library";
    output.line(`Next${context.settings ? "" : `, ${place}`}:`);
    next.forEach((line) => output.line(`  ${line}`));
  }
  output.json({ file: written?.file, streams: streams.map(asJson), plans, next });
  const refused = streams.flatMap((one) => one.refused);
  return plans?.every(isGood) === false ? EXIT.finding : exitCodeOf(refused);
}

/** @returns undefined if there is nothing to write */
function writeAll(
  { output, program: isProgram, endpointUrl }: PipelineContext<AdoptOptions>["options"],
  adopted: readonly DeploymentSettings[],
): Written | undefined {
  const [only, ...others] = adopted;
  if (!only) {
    return undefined;
  }
  const isList = others.length > 0;
  const file = output ?? `${isList ? "adopted" : only.name}.${isProgram ? "ts" : "json"}`;
  const settings = isList ? { deployments: adopted } : only;
  write(file, isProgram ? programOf(adopted) : `${JSON.stringify(settings, null, 2)}\n`);
  return {
    file,
    names: adopted.map(({ name }) => name),
    environment: {
      ...(endpointUrl !== undefined && { AWS_ENDPOINT_URL: endpointUrl }),
      ...(!isProgram && { DEPLOYMENT: file }),
    },
  };
}

async function pipelinesOf(context: PipelineContext<AdoptOptions>): Promise<Pipeline[]> {
  const { options, output, onCall, answerMilliseconds, pipelines } = context;
  const given = (["function", "mapping", "state", "stream"] as const).filter((one) => options[one]);
  if (given.length !== 1) {
    const got = given.length === 0 ? "none" : given.map((one) => `--${one}`).join(" and ");
    throw misuse(
      `one of '--function', '--mapping', '--stream' and '--state' must be given, got ${got}; name what is to be adopted`,
    );
  }
  const { stream } = options;
  if (options.output !== undefined && existsSync(options.output)) {
    throw fileExists(options.output);
  }
  if (stream === undefined) {
    return pipelines();
  }
  const accounts = namedAccounts(options, { onCall, answerMilliseconds });
  return output.progress(
    "looking for the stream's readers",
    readersOf(stream, accounts).then((references) => discover(references, accounts)),
  );
}

const fileExists = (file: string): Error =>
  misuse(
    `'--output' must be a file that does not exist, got ${file}; name another one, or remove that`,
  );

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST"
      ? fileExists(file)
      : cannotWrite("--output", file, error);
  }
}

function exitCodeOf(refused: readonly Refused[]): ExitCode {
  if (refused.length === 0) {
    return EXIT.good;
  }
  return refused.every(({ isUnknown }) => isUnknown) ? EXIT.lookupFailed : EXIT.finding;
}
