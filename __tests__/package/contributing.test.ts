import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const ROOT = path.resolve(__dirname, "../..");
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), "utf8");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .trim()
  .split("\n");
const contributing = read("CONTRIBUTING.md");
const quoted = [...contributing.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);
/** The first column of the table that says where things are. */
const places = [...contributing.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, place]) => place!);

describe("CONTRIBUTING.md", () => {
  it("says what is in every folder of the repository", () => {
    const folders = files
      .filter((file) => file.includes("/") && !file.startsWith("."))
      .map((file) => `${file.split("/")[0]}/`);
    // `etc/` has the API reports, which tests compare.
    const explained = [...places, "etc/"];

    expect([...new Set(folders)].filter((folder) => !explained.includes(folder))).toEqual([]);
  });

  it("names only files and folders that there are", () => {
    const isThere = (name: string): boolean =>
      files.some((file) => file === name || file.endsWith(`/${name}`) || file.includes(name));
    const named = quoted.filter((text) => /^[\w.-]*\/[\w./-]*$|^[\w.-]+\.(ts|md|mjs)$/.test(text));

    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });
});

describe("the documents of the repository", () => {
  const documents = files.filter(
    (file) => file.endsWith(".md") && fs.existsSync(path.join(ROOT, file)),
  );
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

  it("name only npm scripts that there are", () => {
    const named = documents.flatMap((file) =>
      [...read(file).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(
        ([, name]) => `${file}: ${name}`,
      ),
    );

    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((one) => !((one.split(": ")[1] ?? "") in scripts))).toEqual([]);
  });

  it("name only test files that there are", () => {
    const named = documents.flatMap((file) =>
      [...read(file).matchAll(/__tests__\/[\w./-]*\w/g)].map(([name]) => name),
    );

    expect(named.filter((name) => !files.some((file) => file.startsWith(name)))).toEqual([]);
  });
});
