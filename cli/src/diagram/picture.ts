import * as fs from "node:fs";
import * as path from "node:path";
import { resourcesInConfiguration } from "../../../pipeline/terraform/configuration";
import { resourcesOfState, type Resources } from "../../../pipeline/terraform/resources";
import { EXIT, misuse, type ExitCode } from "../errors";
import type { PipelineContext } from "../pipeline-command";
import { readState } from "../state";
import { writeFile } from "../write-file";
import type { DiagramOptions } from "./command";
import { dotOf } from "./dot";
import { graphOf, type Graph } from "./graph";
import { mermaidOf } from "./mermaid";
import { svgOf } from "./svg";

const TITLE = "Kinesis data stream and Lambda functions across accounts";

const RENDERERS: Readonly<Record<DiagramOptions["format"], (graph: Graph) => Promise<string>>> = {
  svg: (graph) => svgOf(graph, TITLE),
  mermaid: (graph) => Promise.resolve(mermaidOf(graph)),
  dot: (graph) => Promise.resolve(dotOf(graph)),
};

export async function runDiagram(context: PipelineContext<DiagramOptions>): Promise<ExitCode> {
  const { options, output } = context;
  const text = await RENDERERS[options.format](
    await output.progress("reading the resources", readGraph(context)),
  );
  if (options.output !== undefined) {
    writeFile("--output", options.output, text);
  }
  output.json({
    format: options.format,
    ...(options.output === undefined ? { diagram: text } : { output: options.output }),
  });
  if (options.output === undefined) {
    output.line(text.trimEnd());
  }
  return EXIT.good;
}

async function readGraph({
  options: { state, stack, name },
  synthesize,
}: PipelineContext<DiagramOptions>): Promise<Graph> {
  if (state !== undefined && stack !== undefined) {
    throw misuse("'--state' and '--stack' are mutually exclusive, got both; omit one of them");
  }
  if (state !== undefined) {
    return withMapping(graphOf(resourcesOfState(await readState(state))), state);
  }
  const directory = stack ?? (await synthesize?.(name));
  if (directory === undefined) {
    throw misuse(
      "one of '--state' and '--stack' must be given, got none; name the Terraform directory, for example",
    );
  }
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

/** Reads the JSON configuration in a directory. */
function readConfiguration(directory: string): Resources {
  const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  const files = names.filter((name) => name.endsWith(".tf.json")).sort();
  if (files.length === 0) {
    throw misuse(
      `'--stack' must be a directory of Terraform JSON, got ${directory}, which has no .tf.json file; synthesize it, or apply HCL and use --state`,
    );
  }
  try {
    return resourcesInConfiguration(
      files.map((name) => fs.readFileSync(path.join(directory, name), "utf8")),
    );
  } catch (error) {
    throw misuse(`cannot read the configuration in ${directory}: ${(error as Error).message}`);
  }
}
