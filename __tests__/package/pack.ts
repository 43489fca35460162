import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

export const ROOT = path.resolve(__dirname, "..", "..");

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { optional: boolean }>;
}

export const manifest = JSON.parse(
  fs.readFileSync(path.join(ROOT, "package.json"), "utf8"),
) as Manifest;

/** Builds and packs the library as `npm publish` does. */
export function pack(directory: string): { tarball: string; files: string[] } {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--silent", "--json", "--pack-destination", directory], {
      cwd: ROOT,
      encoding: "utf8",
    }),
  ) as [{ filename: string; files: { path: string }[] }];
  return {
    tarball: path.join(directory, packed.filename),
    files: packed.files.map((file) => file.path).sort(),
  };
}
