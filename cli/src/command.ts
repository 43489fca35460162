import type { Command as Commander } from "commander";
import type { ExitCode } from "./errors";
import type { Output, Readable } from "./output";
import type { Permission } from "./permissions";
import type { Pipeline } from "./pipeline";
import type { Source, SourceOptions } from "./sources";

/** What a command is given. */
export interface CommandContext<Options> {
  /** The options, those that every command has included. */
  readonly options: Options & SourceOptions;
  readonly output: Output;
  /** Where answers to questions come from. */
  readonly stdin: Readable;
  /** Whether the program that the command line runs in has settings. */
  readonly hasSettings: boolean;
  /** Ends a command that would go on until it is interrupted. */
  readonly signal?: AbortSignal;
  /** The mappings that were named, and the credentials. */
  readonly source: () => Promise<Source>;
  /** Everything around each of the mappings, looked up now. */
  readonly pipelines: () => Promise<Pipeline[]>;
}

/** One command of the command line; without `Options`, whichever options it has. */
export interface CommandDefinition<Options = never> {
  readonly name: string;
  readonly summary: string;
  /** What the help says below the options. */
  readonly help?: string;
  /** Adds the options that only this command has. */
  readonly options?: (command: Commander) => void;
  /** Whether it asks AWS nothing, and so has no options for credentials. */
  readonly isOffline?: true;
  /** What --permissions prints; given the options, since some need more. */
  readonly permissions: (options: Options) => readonly Permission[];
  readonly run: (context: CommandContext<Options>) => Promise<ExitCode>;
}
