import * as fs from "node:fs";
import * as path from "node:path";
import { describePlan } from "../../app/plan-and-apply";
import { compilerErrors, synthesizeProgram } from "../helpers/programs";
import { ROOT } from "../terraform/harness";
import { change, planOf } from "./explain/plans";

const readme = fs.readFileSync(path.join(ROOT, "README.md"), "utf8");

const blocks = (language: string): string[] =>
  [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, tag]) => tag === language)
    .map(([, , code]) => code!);

describe("README.md", () => {
  it("has no code block without a test", () => {
    expect([...readme.matchAll(/^```(\w+)$/gm)].map(([, tag]) => tag)).toEqual([
      "sh",
      "sh",
      "bash",
      "text",
      "ts",
      "ts",
      "ts",
      "ts",
    ]);
  });

  it.each(blocks("ts").map((code, index) => [index + 1, code] as const))(
    "has an example %i that compiles under strict",
    (_number, code) => {
      expect(compilerErrors(code)).toEqual([]);
    },
  );

  it("has a first example that synthesizes", () => {
    const stacks = synthesizeProgram(blocks("ts")[0]!);

    const stack = JSON.parse(
      fs.readFileSync(path.join(stacks, "clicks", "cdk.tf.json"), "utf8"),
    ) as { resource: Record<string, unknown> };
    expect(Object.keys(stack.resource)).toContain("aws_lambda_event_source_mapping");
  });

  it("shows a plan in words exactly as it is printed", () => {
    const printed: string[] = [];
    describePlan(
      planOf(
        change("no-op", "aws_kinesis_stream", "clickstream_stream"),
        change("replace", "aws_lambda_event_source_mapping", "analytics_mapping", {
          replace_paths: [["event_source_arn"]],
        }),
      ),
      (line) => printed.push(line),
    );
    expect(blocks("text")).toEqual([`${printed.join("\n")}\n`]);
  });

  it("names only existing commands, and CI runs those of the first screen", () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const ci = fs.readFileSync(path.join(ROOT, ".ci/run"), "utf8");
    const firstScreen = blocks("sh");

    for (const [, name] of readme.matchAll(/npm run ([\w:]+)/g)) {
      expect(Object.keys(scripts)).toContain(name);
    }
    for (const command of firstScreen.join("&&").split("&&")) {
      expect(ci.split("\n")).toContain(command.trim());
    }
  });
});
