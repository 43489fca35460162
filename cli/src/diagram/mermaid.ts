import { accountLabel, drawable } from "./dot";
import type { Edge, Graph } from "./graph";

const ARROWS: Readonly<Record<Edge["kind"], string>> = {
  records: "==>",
  failures: "-->",
  permission: "-->",
  role: "---",
  waits: "-.->",
};

/** The graph in Mermaid's language, which GitHub renders in the reader's colours. */
export function mermaidOf({ accounts, nodes, edges }: Graph): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const arrow = ({ from, to, kind, labels }: Edge): string => {
    const lines = kind === "waits" ? ["waits for its policy"] : labels;
    const label = lines.length > 0 ? `|"${lines.map(escaped).join("<br/>")}"|` : "";
    return `  ${ids.get(from)} ${ARROWS[kind]}${label} ${ids.get(to)}`;
  };
  return [
    "flowchart LR",
    ...accounts.flatMap((account, index) => [
      `  subgraph account${index}["${escaped(accountLabel(account))}"]`,
      ...nodes
        .filter((node) => node.account === account)
        .map(({ id, kind, name, policy }) => {
          const lines = [
            `<b>${escaped(kind)}</b>`,
            escaped(name),
            policy ? `<i>${policy}</i>` : "",
          ];
          return `    ${ids.get(id)}["${lines.filter(Boolean).join("<br/>")}"]`;
        }),
      "  end",
    ]),
    ...edges.map(arrow),
    "",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", '"': "&quot;", "<": "&lt;" };

/** Mermaid has its own entities, which begin with #, and looks for %%{directives}%% inside of quotes too. */
const escaped = (text: string): string =>
  drawable(text).replace(/[&"<>#%`]/g, (one) => ENTITIES[one] ?? `#${one.charCodeAt(0)};`);
