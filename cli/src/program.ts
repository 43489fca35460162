import { Command, CommanderError } from "commander";
import { version } from "../package.json";
import type { CommandDefinition, RunOptions } from "./command";
import { COMMANDS } from "./commands";
import { EXIT, exitCodeOf } from "./errors";
import { Output, show } from "./output";

export interface ProgramOptions extends Partial<RunOptions> {
  /** Every command, in the order of the help. */
  readonly commands?: readonly CommandDefinition[];
  /** How a command is invoked, for the help texts. */
  readonly usage?: (command: string) => string;
}

const EXIT_CODES = `
Exit codes: 0 all is well, 1 there is a finding, or the command was refused or
            failed, 2 the command line or the settings are wrong,
            3 something could not be read, and nothing else was found,
            128 and the signal's number after an interruption.`;

/**
 * Runs one command line.
 *
 * @param args without the program's own name
 */
export async function run(
  args: readonly string[],
  {
    commands = COMMANDS,
    usage = (command) => `cross-account-kinesis ${command} [options]`,
    ...given
  }: ProgramOptions = {},
): Promise<number> {
  const { stdout, stderr, stdin } = process;
  const surroundings = { stdout, stderr, stdin, ...given };
  // package.json states which Node.js versions are supported; the SDK would warn in every run.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  let exitCode: number = EXIT.good;
  const program = new Command("cross-account-kinesis")
    .description("Looks after Lambda functions that read a Kinesis data stream of another account.")
    .version(version)
    .configureHelp({
      commandUsage: (command) => usage(command.parent ? command.name() : "<command>"),
    })
    .configureOutput({
      writeOut: (text) => show(surroundings.stdout, text),
      writeErr: (text) => show(surroundings.stderr, text),
      getOutHasColors: () => surroundings.stdout.isTTY === true && !process.env.NO_COLOR,
    })
    .addHelpText("after", EXIT_CODES)
    .exitOverride();
  for (const { name, summary, help = "", options: addOptions, run: start } of commands) {
    const command = program
      .command(name)
      .description(summary)
      .addHelpText("after", `${help && `\n${help}\n`}${EXIT_CODES}`)
      .action(async (options: { readonly json?: boolean }) => {
        const output = new Output(surroundings.stdout, surroundings.stderr, options.json === true);
        exitCode = await start({ ...surroundings, options: options as never, output });
      });
    addOptions?.(command, surroundings.settings !== undefined);
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed its message; help and version are no mistakes.
      return error.exitCode === 0 ? EXIT.good : EXIT.misuse;
    }
    show(surroundings.stderr, `${(error as Error).message}\n`);
    return exitCodeOf(error);
  }
}
