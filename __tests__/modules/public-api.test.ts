import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import * as library from "../../modules";

const MODULES = resolve(__dirname, "../../modules");

const sources = readdirSync(MODULES, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) =>
    ts.createSourceFile(
      name,
      readFileSync(join(MODULES, name), "utf8"),
      ts.ScriptTarget.ES2022,
      true,
    ),
  );

/** Every property of every exported interface, with its docstring. */
const properties = sources.flatMap((source) =>
  source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) =>
      /Props$|Attributes$|^Existing|Vpc$|^Function|^ImageConfig$|Weight$/.test(name.text),
    )
    .flatMap((declaration) =>
      declaration.members.filter(ts.isPropertySignature).map((member) => ({
        name: `${declaration.name.text}.${member.name.getText(source)}`,
        optional: member.questionToken !== undefined,
        readonly: ts
          .getModifiers(member)
          ?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword),
        comment: ts.getJSDocCommentsAndTags(member)[0]?.getText(source) ?? "",
      })),
    ),
);

describe("the public API", () => {
  it("consists of three constructs and the types of their properties", () => {
    expect(Object.keys(library).sort()).toEqual([
      "ApplicationLogLevel",
      "Architecture",
      "CrossAccountConsumer",
      "LambdaCode",
      "LogFormat",
      "OnFailure",
      "PipelineMonitoring",
      "ProducerStream",
      "ReadMode",
      "StartingPosition",
      "StreamEncryption",
      "StreamMode",
      "SystemLogLevel",
      "TracingMode",
    ]);
  });

  it("has as many properties as this test expects", () => {
    expect(properties.length).toBeGreaterThan(50);
    expect(properties.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "ProducerStreamProps.shardCount",
        "ProducerStreamAttributes.kmsKeyArn",
        "CrossAccountConsumerProps.readMode",
        "FunctionProps.memorySizeMb",
        "MappingProps.batchSize",
        "PipelineMonitoringProps.thresholds",
      ]),
    );
  });

  it.each(properties)("documents $name", (property) => {
    expect(property.readonly).toBe(true);
    expect(property.comment).toMatch(/^\/\*\*\s[\s*]*[A-Z]/);
    if (property.optional) {
      expect(property.comment).toMatch(/@default (- [a-zA-Z`]|[A-Z"0-9]|true|false)/);
      expect(property.comment).not.toMatch(/@default undefined/);
    } else {
      expect(property.comment).not.toContain("@default");
    }
  });
});
