import { Command, CommanderError } from "commander";
import type { RecordedCall } from "./clients";
import type { CommandContext, CommandDefinition } from "./command";
import { COMMANDS } from "./commands";
import { discover } from "./discover";
import { CliError, EXIT, type ExitCode } from "./errors";
import { Output, type Readable, type Writable } from "./output";
import { policiesFor } from "./permissions";
import { findSource, type SettingsReader, type SourceOptions } from "./sources";

/** What the command line runs in. */
export interface Surroundings {
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly stdin?: Readable;
  /** Settings that declare pipelines, used if no option names one. */
  readonly settings?: SettingsReader;
  /** Ends a command that would go on until it is interrupted. */
  readonly signal?: AbortSignal;
  /** Is told of every call to AWS before it is sent. */
  readonly onCall?: (call: RecordedCall) => void;
}

const EXIT_CODES = `
Exit codes: 0 all is well, 1 there is a finding, 2 the command line is wrong,
            3 something could not be looked at, and nothing else was found.`;

interface CommonOptions extends SourceOptions {
  readonly json?: boolean;
  readonly permissions?: boolean;
}

/**
 * Runs one command line.
 *
 * @param args without the program's own name
 */
export async function run(
  args: readonly string[],
  {
    stdout = process.stdout,
    stderr = process.stderr,
    stdin = process.stdin,
    settings,
    signal,
    onCall,
  }: Surroundings = {},
): Promise<ExitCode> {
  // Which Node.js versions are supported is said by package.json, not by every run.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  let exitCode: ExitCode = EXIT.good;
  const program = new Command("cross-account-kinesis")
    .description("Looks after Lambda functions that read a Kinesis data stream of another account.")
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHasColors: () => stdout.isTTY === true && !process.env.NO_COLOR,
    })
    .addHelpText("after", EXIT_CODES)
    .exitOverride();
  for (const definition of COMMANDS) {
    addCommand(program, definition, settings !== undefined).action(
      async (options: CommonOptions & Record<string, unknown>) => {
        const output = new Output(stdout, stderr, options.json === true);
        if (options.permissions) {
          const { region } = options;
          const policies = policiesFor(
            definition.permissions(options as never),
            region,
            await known(options, settings),
          );
          stdout.write(`${JSON.stringify(policies, null, 2)}\n`);
          return;
        }
        const source = () => findSource(options, settings, onCall);
        const pipelines = async () => {
          const { references, accounts } = await source();
          return discover(references, accounts);
        };
        const context: CommandContext<never> = {
          options: options as never,
          output,
          stdin,
          hasSettings: settings !== undefined,
          signal,
          source,
          pipelines: () => output.progress("looking at the pipeline", pipelines()),
        };
        exitCode = await definition.run(context);
      },
    );
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed its message; help and version are no mistakes.
      return error.exitCode === 0 ? EXIT.good : EXIT.misuse;
    }
    stderr.write(`${(error as Error).message}\n`);
    return error instanceof CliError ? error.exitCode : EXIT.couldNotLook;
  }
}

/** The mappings that are known without asking AWS: those in a state or in the settings. */
async function known(options: CommonOptions, settings: SettingsReader | undefined) {
  const isKnown =
    options.state !== undefined || (settings && !options.function && !options.mapping);
  return isKnown ? (await findSource(options, settings)).references : [];
}

function addCommand(
  program: Command,
  { name, summary, help = "", options, isOffline }: CommandDefinition,
  hasSettings: boolean,
): Command {
  const command = program.command(name).description(summary);
  if (!isOffline) {
    command
      .option("--function <name>", "name or ARN of the function, with its alias if it has one")
      .option("--mapping <uuid>", "UUID of the event source mapping");
  }
  command.option("--state <directory>", "Terraform directory or state file; every mapping in it");
  if (hasSettings) {
    command.option("--name <name>", "which of several deployments in the settings");
  }
  if (!isOffline) {
    addAccess(command);
  }
  command
    .option("--json", "print JSON")
    .option("--permissions", "print the IAM policy that this needs in each account, and stop")
    .addHelpText("after", `${help && `\n${help}\n`}${EXIT_CODES}`);
  options?.(command);
  return command;
}

/** Options that say with which credentials to look, and where. */
function addAccess(command: Command): void {
  command
    .option("--region <region>", "Region (default: the profile's or the environment's)")
    .option(
      "--profile <name>",
      "profile of the function's account (default: the environment); can be repeated",
      (name: string, others: readonly string[] | undefined) => [...(others ?? []), name],
    )
    .option("--stream-profile <name>", "profile of the stream's account")
    .option("--endpoint-url <url>", "endpoint of every service (also AWS_ENDPOINT_URL)");
}
