import { spawn } from "node:child_process";

/** Runs one Terraform command in the directory of a stack. */
export interface TerraformCommands {
  /** Runs the command on the user's terminal. */
  show(...args: string[]): Promise<void>;
  /** Runs the command, and returns what it prints. */
  read(...args: string[]): Promise<string>;
}

/** Terraform from the PATH, with the user's own environment and CLI configuration. */
export function terraformIn(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): TerraformCommands {
  const run = async (args: readonly string[], stdout: "inherit" | "pipe"): Promise<string> => {
    const child = spawn("terraform", args, {
      cwd: directory,
      env: { CHECKPOINT_DISABLE: "1", ...process.env, ...environment },
      stdio: ["inherit", stdout, "inherit"],
    });
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    // Ctrl-C also reaches Terraform, which then finishes its current calls.
    const wait = (): void => undefined;
    process.on("SIGINT", wait);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    })
      .catch((error: unknown) => {
        throw (error as NodeJS.ErrnoException).code === "ENOENT"
          ? new Error(
              "terraform is not on the PATH: install 1.5 or newer from https://developer.hashicorp.com/terraform/install",
            )
          : error;
      })
      .finally(() => process.off("SIGINT", wait));
    if (code !== 0) {
      throw new Error(`terraform ${args.join(" ")} failed; see its message above`);
    }
    return text;
  };
  return {
    show: async (...args) => {
      await run(args, "inherit");
    },
    read: (...args) => run(args, "pipe"),
  };
}
