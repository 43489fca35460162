/** Draws the graphs in a JSON list on standard input, in a process of its own: Jest cannot load Graphviz's module. */
import { text } from "node:stream/consumers";
import type { Graph } from "../../cli/src/diagram/graph";
import { svgOf } from "../../cli/src/diagram/svg";

void (async () => {
  const graphs = JSON.parse(await text(process.stdin)) as Graph[];
  const drawn: string[] = [];
  for (const graph of graphs) {
    drawn.push(await svgOf(graph, "graph"));
  }
  process.stdout.write(JSON.stringify(drawn));
})();
