/** A mistake in the settings is the user's to read: its sentences, without our stack trace. */
export function sayAndExit(main: () => void): void {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
