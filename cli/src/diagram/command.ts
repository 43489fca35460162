import * as fs from "node:fs";
import { Option } from "commander";
import type { CommandDefinition } from "../command";
import { EXIT, misuse } from "../errors";
import { readState } from "../state";
import { dotOf } from "./dot";
import { graphOf, type Graph } from "./graph";
import { mermaidOf } from "./mermaid";
import { readConfiguration, resourcesInState } from "./resources";
import { svgOf } from "./svg";

interface DiagramOptions {
  readonly format: "svg" | "mermaid" | "dot";
  readonly output?: string;
  readonly stack?: string;
  readonly name?: string;
  readonly state?: string;
}

const TITLE = "Kinesis data stream and Lambda functions across accounts";

/** Where the app synthesizes what the settings declare, which is drawn if nothing else is named. */
const SYNTHESIZED = "cdktf.out/stacks";
const DEFAULT_NAME = "cross-account-kinesis";

const RENDERERS: Readonly<Record<DiagramOptions["format"], (graph: Graph) => Promise<string>>> = {
  svg: (graph) => svgOf(graph, TITLE),
  mermaid: (graph) => Promise.resolve(mermaidOf(graph)),
  dot: (graph) => Promise.resolve(dotOf(graph)),
};

export const diagram: CommandDefinition<DiagramOptions> = {
  name: "diagram",
  summary: "Draws accounts, resources, the way of the records and every permission.",
  help: "Draws what a configuration or a state holds; it asks AWS nothing and needs no credentials.",
  options: (command) =>
    command
      .addOption(
        new Option("--format <format>", "format of the diagram")
          .choices(Object.keys(RENDERERS))
          .default("svg"),
      )
      .option("--output <file>", "file to write (default: standard output)")
      .option("--stack <directory>", "directory of Terraform JSON, such as a synthesized stack"),
  isOffline: true,
  permissions: () => [],
  run: async ({ options, output, hasSettings }) => {
    const text = await RENDERERS[options.format](
      await output.progress("reading the resources", readGraph(options, hasSettings)),
    );
    if (options.output !== undefined) {
      fs.writeFileSync(options.output, text);
    }
    output.json({
      format: options.format,
      ...(options.output === undefined ? { diagram: text } : { output: options.output }),
    });
    if (options.output === undefined) {
      output.line(text.trimEnd());
    }
    return EXIT.good;
  },
};

async function readGraph(
  { state, stack, name }: DiagramOptions,
  hasSettings: boolean,
): Promise<Graph> {
  if (state !== undefined && stack !== undefined) {
    throw misuse("'--state' and '--stack' are mutually exclusive, got both; omit one of them");
  }
  if (state === undefined && stack === undefined && !hasSettings) {
    throw misuse(
      "one of '--state' and '--stack' must be given, got none; name the Terraform directory, for example",
    );
  }
  if (state !== undefined) {
    return withMapping(graphOf(resourcesInState(await readState(state))), state);
  }
  const directory = stack ?? `${SYNTHESIZED}/${name ?? DEFAULT_NAME}`;
  return withMapping(graphOf(readConfiguration(directory)), directory);
}

function withMapping(graph: Graph, origin: string): Graph {
  if (!graph.edges.some(({ kind }) => kind === "records")) {
    throw misuse(
      `there is no event source mapping that reads a Kinesis stream in ${origin}; name the directory of the stack that has one`,
    );
  }
  return graph;
}
