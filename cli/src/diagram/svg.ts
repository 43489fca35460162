import { dotOf } from "./dot";
import type { Graph } from "./graph";

const STYLE = `<style>
svg { --ink: #1f2328; --quiet: #57606a; --paper: #ffffff; --box: #f6f8fa; --account: #ffffff;
  --records: #bc4c00; --permission: #0550ae; --failures: #8250df; --broken: #cf222e; }
@media screen and (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --quiet: #9198a1; --paper: #0d1117; --box: #21262d; --account: #161b22;
    --records: #ffa657; --permission: #79c0ff; --failures: #d2a8ff; --broken: #ff7b72; }
}
text { fill: var(--ink); font-family: Arial, Helvetica, "Liberation Sans", sans-serif; }
.paper { fill: var(--paper); }
.account > path, .account > polygon { fill: var(--account); stroke: var(--quiet); }
.node path, .node polygon { fill: var(--box); stroke: var(--quiet); }
.edge path { stroke: var(--quiet); }
.edge polygon { stroke: var(--quiet); fill: var(--quiet); }
.records path { stroke: var(--records); }
.records polygon { stroke: var(--records); fill: var(--records); }
.failures path { stroke: var(--failures); }
.failures polygon { stroke: var(--failures); fill: var(--failures); }
.failures text { fill: var(--failures); }
.permission path { stroke: var(--permission); }
.permission polygon { stroke: var(--permission); fill: var(--permission); }
.permission text { fill: var(--permission); }
.broken path, .node.broken polygon { stroke: var(--broken); stroke-width: 2; }
.edge.broken path { stroke-width: 3; }
.edge.broken polygon { stroke: var(--broken); fill: var(--broken); }
.edge.broken text { fill: var(--broken); font-weight: bold; }
</style>`;

/** An ECMAScript module, whose 1.5 MB only pictures need. */
const load = async () => (await import("@viz-js/viz")).instance();
/** One for all pictures: each instance takes memory of its own. */
let loaded: ReturnType<typeof load> | undefined;

/** The graph as an SVG whose colours follow the reader's light or dark scheme. */
export async function svgOf(graph: Graph, title: string): Promise<string> {
  const viz = await (loaded ??= load());
  const svg = viz.renderString(dotOf(graph), { format: "svg", engine: "dot" });
  // Graphviz writes its version into a comment, which says nothing about the picture.
  const start = svg.slice(svg.indexOf("<svg")).replace(/<!--[\s\S]*?-->\n?/g, "");
  const head = `<title>${title}</title>\n${STYLE}\n<rect class="paper" width="100%" height="100%"/>`;
  return start.replace(/(<svg[^>]*>)/, `$1\n${head}`);
}
