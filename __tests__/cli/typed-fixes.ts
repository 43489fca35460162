import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ListEventSourceMappingsCommand, ListTagsCommand } from "@aws-sdk/client-lambda";
import type { Clients } from "../local/two-accounts";
import { type AwsCli, startAwsCli } from "./aws-cli";
import type { World } from "./world";

/** The commands in what doctor prints: whatever follows the text of a fix, which is indented more. */
export const printedCommands = (stdout: string): string[] =>
  [...stdout.matchAll(/^ {2}fix: {2}.*\n(?: {8}.*\n)*((?: {2}\S.*\n)*)/gm)].flatMap(
    ([, lines = ""]) =>
      lines
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.slice(2)),
  );

let awsCli: Promise<AwsCli> | undefined;

afterAll(async () => (await awsCli)?.stop());

/** Types commands into a shell with the profiles of two administrators, and returns what it says. */
export async function type(world: World, commands: readonly string[]): Promise<string> {
  const directory = process.env.AWS_CONFIG_FILE!.replace(/[^/]*$/, "");
  const credentials = join(directory, "administrators");
  writeFileSync(credentials, await world.administrators());
  const { path } = await (awsCli ??= startAwsCli());
  return new Promise((resolve) => {
    execFile(
      "bash",
      ["-c", commands.join("\n")],
      {
        env: {
          PATH: path,
          HOME: directory,
          AWS_SHARED_CREDENTIALS_FILE: credentials,
          AWS_CONFIG_FILE: join(directory, "none"),
          AWS_PAGER: "",
        },
      },
      (error, stdout, stderr) => resolve(`${stdout}${stderr}${error?.message ?? ""}`),
    );
  });
}

/** The mappings of a function, without what differs when one is created again with the same settings. */
export async function mappingSettings({ lambda }: Clients, FunctionName: string) {
  const { EventSourceMappings: all = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  return Promise.all(
    all.map(async ({ EventSourceMappingArn: Resource, ...mapping }) => {
      const { Tags } = await lambda.send(new ListTagsCommand({ Resource }));
      const {
        UUID: _uuid,
        LastModified: _modified,
        LastProcessingResult: _result,
        StateTransitionReason: _reason,
        EventSourceArn: source = "",
        ...settings
      } = mapping;
      return { ...settings, Tags, source: source.replace(/:\d+$/, "") };
    }),
  );
}
