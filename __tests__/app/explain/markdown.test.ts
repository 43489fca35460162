import { parsers } from "prettier/plugins/markdown";
import type { Effect } from "../../../app/explain/effect";
import { inMarkdown } from "../../../app/explain/markdown";

const effect = (changes: Partial<Effect> = {}): Effect => ({
  id: "stream-destroyed",
  records: "lost",
  about: { kind: "stream", name: "orders" },
  sentence: "destroys stream orders: the records in it are lost",
  address: "aws_kinesis_stream.it",
  ...changes,
});

describe("a plan in Markdown", () => {
  it("groups the effects by what happens to records, with names in code", () => {
    const arn = "arn:aws:kinesis:eu-west-1:111111111111:stream/orders";
    const effects = [
      effect({
        records: "replayed",
        about: { kind: "reader", name: "analytics", stream: arn },
        sentence: `replaces the mapping of function analytics ("new" key): it receives everything in ${arn} (24 h) again`,
        address: "aws_lambda_event_source_mapping.a",
      }),
      effect(),
      effect({ about: { kind: "stream", name: "clicks" }, sentence: "destroys stream clicks" }),
      effect({ records: "kept", sentence: "keep it with 'retainKey', as on-failure" }),
    ];
    const refusals = [
      {
        sentence: "role two exists in account 222222222222",
        advice: "import it, then plan again:",
        commands: ["terraform import aws_iam_role.two two", "terraform plan"],
      },
      { sentence: "the key is gone" },
    ];

    expect(inMarkdown(effects, refusals)).toBe(`### What this plan does to records

**Records are lost**

- destroys stream \`orders\`: the records in it are lost (\`aws_kinesis_stream.it\`)
- destroys stream \`clicks\` (\`aws_kinesis_stream.it\`)

**Records are delivered again**

- replaces the mapping of function \`analytics\` ("new" key): it receives everything in \`${arn}\` (24 h) again (\`aws_lambda_event_source_mapping.a\`)

**Records are kept**

- keep it with 'retainKey', as on-failure (\`aws_kinesis_stream.it\`)

### This plan is refused

It would fail halfway or take away what is in use:

- role two exists in account 222222222222
  import it, then plan again:

\`\`\`sh
terraform import aws_iam_role.two two
terraform plan
\`\`\`

- the key is gone`);
  });

  it.each([
    ["orders", "destroys orders:x", "destroys `orders:x`"],
    ["a\nb c", "destroys a\nb c.", "destroys `a\\nb c`."],
    ["`", "destroys ` (`a)", "destroys `` ` `` (`` `a ``)"],
  ])("has the name %j in one piece of code", (name, sentence, expected) => {
    const markdown = inMarkdown([effect({ about: { kind: "stream", name }, sentence })], []);
    expect(markdown).toContain(`\n- ${expected} (`);
  });

  it("says that nothing happens to records", () => {
    expect(inMarkdown([], [])).toBe(`### What this plan does to records

This plan changes nothing for records: none is lost, none is delivered again.`);
  });
});

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

const nodesIn = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(nodesIn)];

describe("a name in a plan", () => {
  const HOSTILE = [
    "`",
    "``a`",
    "a`b``c",
    "`rm -rf`",
    "a | b",
    "<img src=x onerror=alert(1)>",
    "</details>",
    "&lt;b&gt;",
    "@everyone",
    "a@b.example",
    "#1",
    "GH-1",
    "org/repo#1",
    "0123456789abcdef",
    "[a](https://a.example)",
    "![a](https://a.example/a.png)",
    "https://a.example",
    "www.a.example",
    ":tada:",
    "$x$",
    "**a** _b_ ~~c~~",
    "\\`a",
    "a\\",
    "a\n\n# b\n- [ ] c\n```\nd",
    "```",
    "a\r\nb",
    "~~~\nb",
    " ",
    "- a",
    "'`'",
    "(a`)",
    "\u202ea\u001b[2J",
    "arn",
    "a.b*(c)[d]{e}?+^$|",
  ];
  const TYPES = [
    ...["root", "heading", "paragraph", "list", "listItem", "strong", "text", "code", "inlineCode"],
    ...["sentence", "word", "whitespace"],
  ];

  it.each(HOSTILE)("stays in code, whatever it is: %j", async (name) => {
    const about = { kind: "stream", name, arn: `arn:aws:x:${name}`, stream: name } as const;
    const sentence = `destroys stream ${name} (${name}), ${name}: arn:aws:x:${name} of ${name}`;
    const printed = inMarkdown(
      [effect({ about, sentence, address: name }), effect({ sentence, address: name })],
      [
        { sentence, advice: sentence, commands: [name, "last"] },
        { sentence: name, commands: ["# end"] },
      ],
    );

    const nodes = nodesIn((await parsers.markdown.parse(printed, {} as never)) as Node);

    expect(
      [...new Set(nodes.map(({ type }) => type))].filter((one) => !TYPES.includes(one)),
    ).toEqual([]);
    const text = nodes.filter(({ type }) => type === "text").map(({ value }) => value);
    expect(text.filter((one) => !/^[\w\s.,:;()'"-]*$/.test(one ?? ""))).toEqual([]);
    expect(text.join("\n")).not.toMatch(/GH-1|\w{16,}|__|[\w-]\.\w/);
    expect(nodes.filter(({ type }) => type === "heading")).toHaveLength(2);
    expect(nodes.filter(({ type }) => type === "listItem")).toHaveLength(4);
    expect(nodes.filter(({ type }) => type === "code").map(({ value }) => value)).toEqual([
      `${name}\nlast`,
      "# end",
    ]);
  });
});
