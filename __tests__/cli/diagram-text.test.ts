import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import type { Graph } from "../../cli/src/diagram/graph";
import { mermaidOf } from "../../cli/src/diagram/mermaid";
import { scratch } from "../terraform/harness";
import { withoutProgress } from "../helpers/progress";

const ROOT = path.join(__dirname, "..", "..");
const LINK = "javascript:alert(document.domain)";

/** A graph in which every name that comes from a state or a configuration is the given one. */
const graphNamed = (name: string): Graph => ({
  accounts: ["111111111111", name],
  nodes: [
    { id: `a ${name}`, account: "111111111111", kind: `Kinesis data stream ${name}`, name },
    { id: `b ${name}`, account: name, kind: "Execution role", name, policy: "role policy" },
  ],
  edges: [
    { from: `a ${name}`, to: `b ${name}`, kind: "records", labels: [name] },
    { from: `b ${name}`, to: `a ${name}`, kind: "permission", labels: [name, name] },
    { from: `a ${name}`, to: `b ${name}`, kind: "waits", labels: [] },
  ],
});

const HOSTILE = [
  `kinesis:GetRecords\\" URL=<${LINK}>] //`,
  `x" URL="${LINK}`,
  `x\\\\" href="${LINK}" y="\\`,
  `</td><td href="${LINK}">`,
  `"]\n  click n0 href "${LINK}"\n`,
  `%%{init: {'securityLevel': 'loose'}}%%`,
  "#quot;] click n0 #lt;",
  "&#27;&quot;&lt;script&gt;",
  "\u0000\u001b[31m\ud800\uffff\\N\\G",
];
const names = [...HOSTILE, ...fc.sample(fc.string({ unit: "binary", minLength: 1 }), 30)];
const plain = "plain";

/** Names of the elements and attributes of an SVG; everything in it that is no element is text. */
function partsOf(svg: string): Set<string> {
  const parts = new Set<string>();
  const rest = svg
    .replace(/<style>[^<]*<\/style>/, "")
    .replace(
      /<\/?([\w:]+)((?:\s+[\w:-]+="[^"<]*")*)\s*\/?>/g,
      (_, element: string, attributes: string) => {
        parts.add(element);
        [...attributes.matchAll(/([\w:-]+)="/g)].forEach(([, name]) => parts.add(name!));
        return "";
      },
    );
  expect(rest).not.toMatch(/[<>]/);
  return parts;
}

describe("a diagram", () => {
  it("has no link and no attribute of others in its SVG, whatever the names are", () => {
    const input = JSON.stringify([plain, ...names].map(graphNamed));
    const script = path.join(__dirname, "draw.ts");
    const output = execFileSync(process.execPath, ["--import", "tsx", script], {
      cwd: ROOT,
      input,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });

    const [expected, ...drawn] = JSON.parse(output) as string[];

    const allowed = partsOf(expected!);
    expect(drawn).toHaveLength(names.length);
    for (const svg of drawn) {
      expect([...partsOf(svg)].filter((part) => !allowed.has(part))).toEqual([]);
    }
    expect([...allowed].filter((part) => part.includes("href"))).toEqual([]);
  });

  it("has the same statements in Mermaid, whatever the names are", () => {
    const shape = (name: string) => mermaidOf(graphNamed(name)).replace(/"[^"\n]*"/g, '""');

    for (const name of names) {
      expect(shape(name)).toBe(shape(plain));
      expect(mermaidOf(graphNamed(name))).not.toMatch(/%%|`|#(?!\d+;)/);
    }
  });

  it("ends well when nobody reads it to the end", async () => {
    const stack = scratch();
    fs.copyFileSync(
      path.join(ROOT, "__tests__/golden/cdk.tf.json"),
      path.join(stack, "cdk.tf.json"),
    );
    const args = ["--import", "tsx", "cli/src/main.ts", "diagram", "--stack", stack];
    const child = spawn(process.execPath, args, { cwd: ROOT });
    child.stdout.destroy();

    const [[exitCode], stderr] = await Promise.all([once(child, "exit"), text(child.stderr)]);

    expect([exitCode as number, withoutProgress(stderr)]).toEqual([0, ""]);
  });
});
