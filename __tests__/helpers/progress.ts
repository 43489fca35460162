/** Standard error without the lines that any command prints on a busy machine, after two seconds. */
export const withoutProgress = (stderr: string): string => stderr.replace(/^.* \.\.\.\n/gm, "");
