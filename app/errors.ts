/** Prints the message of an error without a stack trace, since most errors are mistakes in the settings. */
export function reportErrors(main: () => void): void {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

/** The command line or the settings are wrong: exit code 2 of every command. */
export class MisuseError extends Error {
  public readonly exitCode = 2;
}
