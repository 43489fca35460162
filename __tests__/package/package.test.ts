import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { isBuiltin } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { manifest, pack, ROOT } from "./pack";

let files: string[];
beforeAll(() => {
  files = pack(fs.mkdtempSync(path.join(os.tmpdir(), "pack-"))).files;
});

/** The packages that the compiled library requires, in the order of its files. */
const required = (directory: string): string[] => [
  ...new Set(
    files
      .filter((file) => file.startsWith(`${directory}/`))
      .filter((file) => file.endsWith(".js"))
      .map((file) => fs.readFileSync(path.join(ROOT, file), "utf8"))
      .flatMap((code) => [...code.matchAll(/require\("([^"]+)"\)/g)])
      .map(([, name]) => name!)
      .filter((name) => !name.startsWith(".")),
  ),
];

const packageOf = (name: string): string => name.split("/", name.startsWith("@") ? 2 : 1).join("/");

/** The output of a Node process in the repository's root, which can import the package by name. */
const output = (code: string, ...args: string[]): string =>
  execFileSync(process.execPath, ["-e", code, ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });

describe("npm pack", () => {
  it("contains the types of all sources and one code file per framework, and nothing else", () => {
    const modules = fs
      .readdirSync(path.join(ROOT, "modules"), {
        recursive: true,
        encoding: "utf8",
      })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `modules/${file.replace(/\.ts$/, "")}`);
    // Those of pipeline/ that the constructs stand on.
    const leaf = [
      "arn",
      "iam/actions",
      "iam/document",
      "iam/report-key",
      "iam/via-kinesis",
      "filter-operators",
      "filter-pattern",
      "filter-warnings",
      "values",
    ].map((file) => `pipeline/${file}`);
    const code = ["lib/modules/index", "lib-cdktn/modules/index", "lib/handler/kinesis-handler"];

    expect(files).toEqual(
      [
        ...[...modules, ...leaf].flatMap((file) => [`lib/${file}.d.ts`, `lib-cdktn/${file}.d.ts`]),
        "lib/handler/descriptions.d.ts",
        "lib/handler/kinesis-handler.d.ts",
        ...code.flatMap((file) => [`${file}.js`, `${file}.js.map`]),
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "llms.txt",
        "package.json",
        "settings.schema.json",
      ].sort(),
    );
  });

  it("has source maps that contain their sources", () => {
    const maps = files.filter((name) => name.endsWith(".map"));
    for (const file of maps) {
      const { sources, sourcesContent } = JSON.parse(
        fs.readFileSync(path.join(ROOT, file), "utf8"),
      ) as { sources: string[]; sourcesContent: string[] };
      expect(sourcesContent).toHaveLength(sources.length);
      expect(sourcesContent.every((content) => content.length > 0)).toBe(true);
    }
    expect(maps).toHaveLength(3);
  });
});

describe("the package", () => {
  it("contains types, and has frameworks and providers as peer dependencies", () => {
    expect(manifest.private).toBeUndefined();
    expect(Object.keys(manifest.dependencies)).toEqual(["@types/aws-lambda"]);
    expect(
      Object.keys(manifest.peerDependencies).filter(
        (name) => !manifest.peerDependenciesMeta[name]?.optional,
      ),
    ).toEqual(["constructs"]);
  });

  it.each([
    ["lib/modules", ["@cdktf/provider-archive", "@cdktf/provider-aws", "cdktf"]],
    ["lib-cdktn", ["@cdktn/provider-archive", "@cdktn/provider-aws", "cdktn"]],
  ])("requires in %s only one framework, its providers and constructs", (directory, peers) => {
    const packages = required(directory)
      .filter((name) => !isBuiltin(name))
      .map(packageOf);

    expect([...new Set(packages)].sort()).toEqual([...peers, "constructs"]);
    expect(Object.keys(manifest.peerDependencies)).toEqual(expect.arrayContaining(peers));
  });

  it("has a handler without dependencies", () => {
    const loaded = output(
      `require("${manifest.name}/handler"); console.log(Object.keys(require.cache).join("\\n"))`,
    );

    expect(loaded.trim()).toEqual(path.join(ROOT, "lib", "handler", "kinesis-handler.js"));
  });

  it("loads in at most 1.1 times the time of the provider classes that it uses", () => {
    // Both are measured in one process, so that other work on the machine slows both down.
    const code = `
      const time = (names) => {
        const start = process.cpuUsage();
        names.forEach((name) => require(name));
        const { user, system } = process.cpuUsage(start);
        return user + system;
      };
      const [own, ...classes] = process.argv.slice(1);
      const base = time(classes);
      console.log((base + time([own])) / base);`;
    const classes = required("lib/modules").filter((name) => !isBuiltin(name));

    const ratios = Array.from({ length: 9 }, () =>
      Number(output(code, manifest.name, ...classes)),
    ).sort((a, b) => a - b);

    expect(classes.length).toBeGreaterThan(15);
    expect(ratios[4]).toBeLessThanOrEqual(1.1);
  });
});
