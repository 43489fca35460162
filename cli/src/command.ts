import type { Command as Commander } from "commander";
import type { Plan } from "../../pipeline/terraform/plan";
import type { RecordedCall } from "./clients";
import type { ExitCode } from "./errors";
import type { Output, Readable, Writable } from "./output";
import type { SettingsReader } from "./sources";

/** A deployment of a settings file, to be planned. */
export interface DeploymentToPlan {
  readonly name: string;
  /** Environment variables that name the settings file, and the endpoint if it is not AWS's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Prints one line of what the plan does, in words. */
  readonly print: (line: string) => void;
  readonly interruption: AbortSignal;
}

/** Environment of the command line. */
export interface RunOptions {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Standard input, for confirmation prompts. */
  readonly stdin: Readable;
  /** Settings that declare pipelines, used if no option names one. */
  readonly settings?: SettingsReader;
  /** Synthesizes a deployment of the settings, and returns the directory of its stack. */
  readonly synthesize?: (name?: string) => Promise<string>;
  /** Plans a deployment without applying it; undefined if Terraform is not installed. */
  readonly plan?: (deployment: DeploymentToPlan) => Promise<Plan | undefined>;
  /** Aborts commands that run until they are interrupted, such as `status --watch`. */
  readonly signal?: AbortSignal;
  /** Registers signal handlers that abort a command, so that it leaves nothing half done. */
  readonly interruption?: () => AbortSignal;
  /** Called before each AWS request. */
  readonly onCall?: (call: RecordedCall) => void;
  /** How long AWS may take to answer one attempt of a call (default: 10 s). */
  readonly answerMilliseconds?: number;
}

/** Input of a command. */
export interface CommandContext<Options> extends RunOptions {
  readonly options: Options;
  readonly output: Output;
}

/**
 * One command of the command line; without `Options`, whichever options it has. The table of commands
 * is loaded for every help text, so `run` imports what only the command itself needs.
 */
export interface CommandDefinition<Options = never> {
  readonly name: string;
  readonly summary: string;
  /** What the help says below the options. */
  readonly help?: string;
  readonly options?: (command: Commander, hasSettings: boolean) => void;
  /** An error without an exit code of its own means that the command failed. */
  readonly run: (context: CommandContext<Options>) => Promise<ExitCode>;
}

/** Collects the values of an option that can be repeated. */
export const repeated = (one: string, others: readonly string[] = []): string[] => [...others, one];
