import { visibleText } from "../../../modules/properties/visible-text";
import type { Edge, Graph, Node } from "./graph";

/** Graphviz knows how wide the letters of a single font are, and takes a list for Times. */
const FONT = "Arial";

/** Marks a fault without colour. */
const FAULT = "✗";

/** What the picture contains is explained below it. */
const legendOf = ({ nodes, edges }: Graph): string =>
  [
    "bold: data flow",
    "blue: what a role may do",
    ...(edges.some(({ kind }) => kind === "waits")
      ? ["dashed: what the event source mapping waits for"]
      : []),
    ...([...nodes, ...edges].some(({ faults = [] }) => faults.length > 0)
      ? [`red, ${FAULT}: what doctor found wrong`]
      : []),
  ].join("   ·   ");

const STYLES: Readonly<Record<Edge["kind"], string>> = {
  records: 'class="records" penwidth=3 weight=10',
  failures: 'class="failures" penwidth=1.5',
  permission: 'class="permission" weight=0',
  role: 'class="role" style=dotted arrowhead=none',
  waits: 'class="waits" style=dashed constraint=false arrowhead=open arrowtail=open',
};

/** The graph in Graphviz's language. */
export function dotOf(graph: Graph): string {
  const { accounts, nodes, edges } = graph;
  const clusters = accounts.map((account, index) =>
    [
      `  subgraph cluster_${index} {`,
      `    label=${quoted(accountLabel(account))} class="account" labeljust=l style=rounded fontsize=16 margin=16`,
      ...nodes.filter((node) => node.account === account).map((node) => `    ${nodeLine(node)}`),
      "  }",
    ].join("\n"),
  );
  return [
    "digraph pipeline {",
    `  graph [rankdir=LR bgcolor="transparent" nodesep=0.35 ranksep=0.9 fontname=${quoted(FONT)}]`,
    `  graph [label=${quoted(legendOf(graph))} fontsize=11]`,
    `  node [shape=plain fontsize=12 fontname=${quoted(FONT)}]`,
    `  edge [fontsize=10 fontname=${quoted(FONT)}]`,
    ...clusters,
    ...edges.map((edge) => `  ${edgeLine(edge, graph)}`),
    "}",
    "",
  ].join("\n");
}

export const accountLabel = (account: string): string =>
  /^\d{12}$/.test(account) ? `Account ${account}` : `Account of ${account}`;

function nodeLine({ id, kind, name, policy, faults = [] }: Node): string {
  const rows = [
    `<tr><td border="0"><b>${escaped(kind)}</b></td></tr>`,
    ...(name === "" ? [] : [`<tr><td border="0">${escaped(name)}</td></tr>`]),
    ...(policy === undefined
      ? []
      : [`<tr><td port="policy" border="1" sides="t"><i>${policy}</i></td></tr>`]),
    ...faults.map((fault) => `<tr><td border="0">${FAULT} ${escaped(fault)}</td></tr>`),
  ];
  const label = `<table border="1" cellborder="0" cellspacing="0" cellpadding="7" style="rounded">${rows.join("")}</table>`;
  const broken = faults.length > 0 ? ' class="broken"' : "";
  return `${quoted(id)} [label=<${label}> tooltip=${quoted(id)}${broken}]`;
}

function edgeLine(
  { from, to, kind, labels, faults = [] }: Edge,
  { accounts, nodes }: Graph,
): string {
  const target = nodes.find(({ id }) => id === to);
  const port = kind === "waits" && target?.policy !== undefined ? ":policy" : "";
  // A break after each action, so that labels stay narrow, and aligned to the left.
  const lines = [...faults.map((fault) => `${FAULT} ${fault}`), ...labels];
  const text = lines.map((line) => `${inString(line)}\\l`).join("");
  const label = lines.length > 0 ? ` label="${text}"` : "";
  // Graphviz draws from left to right, so an edge that points to the stream's account is laid out reversed.
  const isBackward = kind !== "records" && target?.account === accounts[0];
  const [head, tail] = [`${quoted(to)}${port}`, quoted(from)];
  const ends = isBackward ? `${head} -> ${tail}` : `${tail} -> ${head}`;
  // Of an attribute that is given twice, the last counts.
  const broken = faults.length > 0 ? ` class="${kind} broken" penwidth=3` : "";
  return `${ends} [${STYLES[kind]}${broken}${isBackward ? " dir=back" : ""}${label}]`;
}

/**
 * Text inside of a quoted string, in which Graphviz replaces entities too. The backslash comes
 * before the quote, since it is what escapes it.
 */
const inString = (text: string): string =>
  drawable(text).replaceAll("&", "&amp;").replaceAll("\\", "\\\\").replaceAll('"', '\\"');

const quoted = (text: string): string => `"${inString(text)}"`;

/** Text without the characters that XML, and therefore SVG, does not allow. */
export const drawable = (text: string): string =>
  visibleText(
    Buffer.from(text)
      .toString()
      .replace(/[\ufffe\uffff]/g, "\ufffd"),
  ).replaceAll("\n", " ");

/** Text for XML and HTML, inside of attributes too. */
export const escaped = (text: string): string =>
  drawable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
