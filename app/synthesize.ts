import * as path from "node:path";
import { type ChildProcessOptions, runChild } from "./child-process";
import { MisuseError } from "./errors";

/** cdktf's output directory, unless the environment names another one. */
export const outputDirectory = (): string => process.env.CDKTF_OUTDIR ?? "cdktf.out";

/**
 * Runs main.ts in a process of its own.
 *
 * @param outdir directory for all stacks
 * @returns the directory of the stack of this name
 * @throws if it fails, which it has explained itself
 */
export async function synthesize(
  name: string,
  outdir: string,
  options: Pick<ChildProcessOptions, "interruption" | "onStart" | "stdout">,
): Promise<string> {
  const { code } = await runChild("npm", ["run", "--silent", "app"], {
    ...options,
    environment: { ...process.env, CDKTF_OUTDIR: outdir },
  });
  if (code !== 0) {
    throw new MisuseError("synthesizing failed; see the message above");
  }
  return path.join(outdir, "stacks", name);
}
