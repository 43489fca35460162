/** Prints the message of an error without a stack trace, since most errors are mistakes in the settings. */
export function reportErrors(main: () => void): void {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
