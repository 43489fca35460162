import type { Command as Commander } from "commander";
import { repeated, type CommandContext, type CommandDefinition } from "./command";
import { lookupFailed, type CliError, type ExitCode } from "./errors";
import { policiesFor, type Permission } from "./permissions";
import type { Pipeline } from "./pipeline";
import type { Source, SourceOptions } from "./sources";

/** Input of a command about pipelines. */
export interface PipelineContext<Options> extends CommandContext<Options & SourceOptions> {
  /** The mappings that were named, and the credentials. */
  readonly source: () => Promise<Source>;
  /** Reads each mapping and the resources around it from AWS. */
  readonly pipelines: () => Promise<Pipeline[]>;
}

interface PipelineCommand<Options> extends Omit<CommandDefinition<Options>, "options" | "run"> {
  /** Adds the options that only this command has; `hasApp` is false in the published package. */
  readonly options?: (command: Commander, hasApp: boolean) => void;
  /** Whether the command can be about every reader of a stream, or of all accounts. */
  readonly isBroad?: true;
  /** Whether the command never calls AWS, and therefore has no options for credentials. */
  readonly isOffline?: true;
  /** Whether the command is about pipelines that no settings declare yet. */
  readonly isWithoutSettings?: true;
  /** What --permissions prints; given the options, since some need more. */
  readonly permissions: (options: Options & SourceOptions) => readonly Permission[];
  readonly run: (context: PipelineContext<Options>) => Promise<ExitCode>;
}

/** A command about pipelines that a function, a mapping, a state or the settings name. */
export const pipelineCommand = <Options>({
  options: addOwn,
  isBroad,
  isOffline,
  isWithoutSettings,
  permissions,
  run,
  ...definition
}: PipelineCommand<Options>): CommandDefinition<
  Options & SourceOptions & { readonly permissions?: boolean }
> => ({
  ...definition,
  options: (command, hasSettings) => {
    if (!isOffline) {
      command
        .option("--function <name>", "name or ARN of the function, with its alias if it has one")
        .option("--mapping <uuid>", "UUID of the event source mapping");
    }
    if (isBroad) {
      command
        .option("--stream <arn>", "every reader of this stream in the accounts of the profiles")
        .option("--all", "every reader of any Kinesis stream in the accounts of the profiles");
    }
    command.option("--state <directory>", "Terraform directory or state file; every mapping in it");
    if (hasSettings && !isWithoutSettings) {
      command.option("--name <name>", "which of several deployments in the settings");
    }
    if (!isOffline) {
      addAccess(command);
    }
    command
      .option("--json", "print JSON")
      .option("--permissions", "print the IAM policy that this needs in each account, and stop");
    addOwn?.(command, hasSettings);
  },
  run: async (context) => {
    const { options, output, onCall, answerMilliseconds } = context;
    const settings = isWithoutSettings ? undefined : context.settings;
    let found: Promise<Source> | undefined;
    const source = () => (found ??= find());
    const find = async () =>
      (await import("./sources.js")).findSource(options, settings, { onCall, answerMilliseconds });
    const pipelines = async () => {
      const { references, accounts } = await source();
      return (await import("./from-aws.js")).discover(references, accounts);
    };
    try {
      if (options.permissions) {
        const { region, state, function: name, mapping, stream, all } = options;
        const isKnown = state !== undefined || (settings && !name && !mapping && !stream && !all);
        const { references } = isKnown ? await source() : { references: [] };
        output.print(
          JSON.stringify(policiesFor(permissions(options), region, references), null, 2),
        );
        return 0;
      }
      const look = () => output.progress("looking at the pipeline", pipelines());
      return await run({ ...context, source, pipelines: look });
    } catch (error) {
      // An interruption has an exit code of its own.
      const { exitCode, message } = error as Error & Partial<CliError>;
      throw exitCode === undefined ? lookupFailed(message) : (error as Error);
    }
  },
});

/** Options for credentials, Region and endpoint. */
function addAccess(command: Commander): void {
  command
    .option("--region <region>", "Region (default: the profile's or the environment's)")
    .option(
      "--profile <name>",
      "profile of the function's account (default: the environment); can be repeated",
      repeated,
    )
    .option("--stream-profile <name>", "profile of the stream's account")
    .option("--endpoint-url <url>", "endpoint of every service (also AWS_ENDPOINT_URL)");
}
