import { pipelineCommand } from "../pipeline-command";
import { READERS_PERMISSIONS } from "../permissions";
import { ADOPT_PERMISSIONS } from "./permissions";

export interface AdoptOptions {
  readonly stream?: string;
  readonly output?: string;
  readonly program?: boolean;
  readonly plan?: boolean;
}

export const adopt = pipelineCommand<AdoptOptions>({
  name: "adopt",
  summary: "Writes settings that take a living pipeline over without recreating anything.",
  isWithoutSettings: true,
  help: `Reads what AWS has, whoever made it, and writes the settings of a deployment,
with the ids of what the first deploy imports: the stream, its policy,
registered consumers, their policies and mappings. Functions with their roles
and code, and keys, stay with whoever made them. Nothing in AWS is changed; what
the first deploy will import, add and change is listed before. Where Terraform
and the library's repository are at hand, the settings are planned as well, and
the plan is printed in words. A program is not: it runs in a project of its own.

Exit code 0: everything that was named is in the file
Exit code 1: something cannot be adopted, and the reason is printed; the file
             has the rest, if that works. Or planning failed, or the plan would
             destroy or replace something
Exit code 3: something could not be read`,
  options: (command, hasApp) => {
    command
      .option("--stream <arn>", "every reader of this stream in the accounts of the profiles")
      .option("--program", "write a program of the library's constructs instead of settings")
      .option("--output <file>", "file to write (default: the stream's name and .json or .ts)");
    if (hasApp) {
      command.option("--no-plan", "do not plan the settings that were written");
    }
  },
  permissions: ({ stream }) => [
    ...ADOPT_PERMISSIONS,
    ...(stream === undefined ? [] : READERS_PERMISSIONS),
  ],
  run: async (context) => (await import("./adopt.js")).runAdopt(context),
});
