import { GetFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { createInterface } from "node:readline";
import type { Access } from "../accounts";
import {
  CliError,
  lookupFailed,
  describeAwsError,
  EXIT,
  failedCall,
  misuse,
  type ExitCode,
} from "../errors";
import { valueOf } from "../../../pipeline/fact";
import { lookUp } from "../look-up";
import type { Output } from "../output";
import type { Pipeline } from "../pipeline";
import type { PipelineContext } from "../pipeline-command";
import { wrap } from "../wrap";
import { accessOf, sourceOf, targetOf } from "./from-pipeline";
import { invoker } from "./invoke";
import { lock } from "./lock";
import { redriveOptions, type CommandOptions } from "./options";
import { Journal } from "./journal";
import { Pauses } from "./pauses";
import { paceOf, redrive, type RedriveOptions } from "./redrive";
import {
  atLeast,
  count,
  describeFindings,
  describeOutcome,
  describeReports,
  describeWarnings,
} from "./sentences";
import { showReport } from "./show";
import { stateFiles } from "./state-files";
import { notDropped, type Summary } from "./summary";

export async function runRedrive(context: PipelineContext<CommandOptions>): Promise<ExitCode> {
  const { options, output, stdin } = context;
  const settings = redriveOptions(options);
  if (
    !options.yes &&
    !options.dryRun &&
    options.show === undefined &&
    (output.isJson || !stdin.isTTY)
  ) {
    throw misuse(
      "'--yes' must be given where nobody can be asked, got nothing; add --yes or --dry-run",
    );
  }
  const [pipeline, ...others] = await context.pipelines();
  if (!pipeline || others.length > 0) {
    throw misuse(
      `a redrive is about one mapping, got ${others.length + 1}; name one with --mapping: ${[pipeline, ...others].map((one) => one?.mapping.uuid ?? "unknown").join(", ")}`,
    );
  }
  const owner = accessOf(pipeline.function.account);
  // Without credentials of the stream's account, those of the function's may do: the stream's policy decides.
  const reader = valueOf(pipeline.stream.account.access) ?? owner;
  const target = targetOf(pipeline, options.qualifier);
  const reserved =
    settings.saveDirectory === undefined && options.show === undefined
      ? await reservedOf(pipeline, settings)
      : undefined;
  const files = stateFiles(pipeline, options);
  const release = await lock(files.lock).catch((error: unknown) => {
    throw lookupFailed((error as Error).message);
  });
  const pauses = new Pauses(context.interruption?.());
  let opened: Journal | undefined;
  try {
    const journal = (opened = Journal.open(files.journal));
    if (journal.setAside !== undefined) {
      note(
        `some lines of ${files.journal} cannot be read, as after a full disk; the file was copied to ${journal.setAside}, and records that only those lines name as confirmed are sent again`,
        output,
      );
    }
    const tools = { journal, pauses };
    const source = settings.time ? undefined : await sourceOf(pipeline, owner, tools, options);
    const { kinesis } = reader.clients;
    if (options.show !== undefined && source) {
      const shown = showReport(options.show, target, settings, {
        ...{ kinesis, source, pace: paceOf(settings, pauses), journal, output },
      });
      return (await output.progress("looking for the report", shown)) ? EXIT.good : EXIT.finding;
    }
    const summary = await redrive(target, settings, {
      kinesis,
      source,
      ...tools,
      output,
      invoke: invoker(owner.clients.invoke, target.functionArn, pauses.sleep),
      ...(reserved !== undefined && { reserved }),
      confirm: options.yes ? undefined : (found) => ask(found, context, pauses.signal),
    });
    show(summary, output, settings.dryRun === true);
    // The confirmation prompt has already shown the warnings.
    if (options.yes || settings.dryRun) {
      warn(summary, output);
    }
    return isGood(summary, settings.dryRun === true) ? EXIT.good : EXIT.finding;
  } catch (error) {
    throw pauses.isInterruption(error) ? pauses.signal?.reason : named(error, owner, reader);
  } finally {
    opened?.close();
    release();
  }
}

/** Concurrency that is reserved for the function; undefined if none is. */
async function reservedOf(
  { function: fn }: Pipeline,
  { concurrency, dryRun }: RedriveOptions,
): Promise<number | undefined> {
  const answer = await lookUp(fn.account, "lambda:GetFunctionConcurrency", ({ lambda }) =>
    lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: fn.name })),
  );
  if (answer.state !== "found" && concurrency === undefined) {
    throw lookupFailed(
      `how many invocations at a time the function may have is not known: ${answer.why}; say how many with --concurrency`,
    );
  }
  const reserved = valueOf(answer)?.ReservedConcurrentExecutions;
  if (reserved === 0 && dryRun !== true) {
    throw new CliError(
      "0 executions are reserved for the function, so every invocation is throttled; reserve some, or remove the reservation with 'aws lambda delete-function-concurrency'",
      EXIT.failed,
    );
  }
  return reserved;
}

function named(error: unknown, owner: Access, reader: Access): CliError {
  if (error instanceof CliError) {
    return error;
  }
  const call = failedCall(error);
  if (call === undefined) {
    return lookupFailed((error as Error).message);
  }
  const { credentials } = call.startsWith("kinesis:") ? reader : owner;
  return lookupFailed(
    `${describeAwsError(error, call, credentials)}; no report was deleted whose records are not confirmed`,
  );
}

async function ask(
  found: Summary,
  { output, stdin }: Pick<PipelineContext<CommandOptions>, "output" | "stdin">,
  interruption: AbortSignal | undefined,
): Promise<boolean> {
  print(describeFindings(found), output);
  warn(found, output);
  const except = found.drop.length > 0 ? `, except ${found.drop.length} to drop` : "";
  output.prompt(`Redrive ${atLeast(found)}${count(found.records, "record")}${except}? [y/N]`);
  const terminal = createInterface({ input: stdin });
  interruption?.addEventListener("abort", () => terminal.close());
  const answer = await new Promise<string>((resolve) =>
    terminal.once("line", resolve).once("close", () => resolve("")),
  );
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

function show(summary: Summary, output: Output, isDryRun: boolean): void {
  output.json(summary);
  const findings = () => [...describeFindings(summary), ...describeReports(summary)];
  print(isDryRun ? findings() : describeOutcome(summary), output);
}

const print = (lines: readonly string[], output: Output): void =>
  lines.flatMap((line) => wrap(line, "", "  ")).forEach((line) => output.line(line));

const note = (text: string, output: Output): void =>
  output.note(wrap(`note: ${text}`, "").join("\n"));

const warn = (summary: Summary, output: Output): void =>
  describeWarnings(summary).forEach((text) => note(text, output));

const isGood = (summary: Summary, isDryRun: boolean): boolean =>
  summary.stopped === undefined &&
  summary.expiredBefore === undefined &&
  [
    isDryRun ? [] : notDropped(summary),
    summary.rejected,
    summary.expired,
    summary.undecided,
    summary.unusable,
    summary.unsaved,
  ].every(({ length }) => length === 0);
