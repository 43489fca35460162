import { Option } from "commander";
import { pipelineCommand } from "../pipeline-command";

export const FORMATS = ["svg", "mermaid", "dot"] as const;

export interface DiagramOptions {
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly stack?: string;
}

export const diagram = pipelineCommand<DiagramOptions>({
  name: "diagram",
  summary: "Draws accounts, resources, the data flow and every permission.",
  help: `Draws what a configuration or a state holds; it asks AWS nothing and needs no
credentials.`,
  options: (command) =>
    command
      .addOption(
        new Option("--format <format>", "format of the diagram").choices(FORMATS).default("svg"),
      )
      .option("--output <file>", "file to write (default: standard output)")
      .option("--stack <directory>", "directory of Terraform JSON, such as a synthesized stack"),
  isOffline: true,
  permissions: () => [],
  run: async (context) => (await import("./picture.js")).runDiagram(context),
});
