import { type ChildProcessOptions, runChild } from "./child-process";

/** Runs one Terraform command in the directory of a stack. */
export interface TerraformCommands {
  /** Runs the command on the user's terminal. */
  show(...args: string[]): Promise<void>;
  /** Runs the command, and returns what it prints. */
  read(...args: string[]): Promise<string>;
}

type Options = Pick<ChildProcessOptions, "interruption" | "onStart" | "stdout">;

/** Whether Terraform is on the PATH. */
export const isInstalled = (): Promise<boolean> =>
  runChild("terraform", ["-help"], { environment: process.env, stdout: "pipe" }).then(
    () => true,
    () => false,
  );

/**
 * Terraform from the PATH, with the user's own environment and CLI configuration.
 *
 * @param options `stdout` is where commands are shown
 */
export function terraformIn(directory: string, options: Options): TerraformCommands {
  const run = async (args: readonly string[], stdout: Options["stdout"]): Promise<string> => {
    const { code, text } = await runChild("terraform", args, {
      ...options,
      directory,
      // In automation, Terraform does not propose commands to type in this directory.
      environment: {
        CHECKPOINT_DISABLE: "1",
        TF_IN_AUTOMATION: "1",
        ...process.env,
        TF_DATA_DIR: undefined,
      },
      stdout,
    }).catch((error: unknown) => {
      throw (error as NodeJS.ErrnoException).code === "ENOENT"
        ? new Error(
            "terraform is not on the PATH: install 1.5 or newer from https://developer.hashicorp.com/terraform/install",
          )
        : error;
    });
    if (code !== 0) {
      throw new Error(`terraform ${args.join(" ")} failed; see its message above`);
    }
    return text;
  };
  return {
    show: async (...args) => {
      await run(args, options.stdout);
    },
    read: (...args) => run(args, "pipe"),
  };
}
