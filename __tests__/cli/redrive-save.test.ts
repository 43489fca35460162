import * as fs from "node:fs";
import * as path from "node:path";
import { save } from "../../cli/src/redrive/save";
import { scratch } from "../terraform/harness";

/** What the code under test sees of node:fs. */
const fileSystem = jest.requireActual<typeof fs>("node:fs");

describe("a saved event", () => {
  it("lies in the directory, whatever its name", () => {
    const directory = path.join(scratch(), "a", "b");

    expect(save(directory, "../../escaped/x-1-1.json", "text")).toBeUndefined();

    expect(fs.readFileSync(path.join(directory, "x-1-1.json"), "utf8")).toBe("text");
    expect(fs.readdirSync(path.join(directory, "..", ".."))).toEqual(["a"]);
  });

  it("replaces nothing, and may be saved once more", () => {
    const directory = scratch();
    save(directory, "x.json", "text");

    expect(save(directory, "x.json", "text")).toBeUndefined();
    expect(save(directory, "x.json", "other")).toBe(
      `${path.join(directory, "x.json")} is there already, and is not overwritten; name another directory`,
    );
    expect(fs.readFileSync(path.join(directory, "x.json"), "utf8")).toBe("text");
  });

  it("follows no symbolic link", () => {
    const [directory, elsewhere] = [scratch(), scratch()];
    fs.symlinkSync(path.join(elsewhere, "file"), path.join(directory, "x.json"));

    expect(save(directory, "x.json", "text")).toMatch(/is there already/);
    expect(fs.readdirSync(elsewhere)).toEqual([]);
  });

  it("may have a name that no file can have, which others need not suffer from", () => {
    expect(save(scratch(), `${"9".repeat(300)}.json`, "text")).toMatch(/^ENAMETOOLONG/);
  });

  it("leaves nothing behind on a full disk", () => {
    const directory = scratch();
    const write = jest.spyOn(fileSystem, "writeFileSync").mockImplementation(() => {
      throw new Error("ENOSPC");
    });

    expect(() => save(directory, "x.json", "text")).toThrow("ENOSPC");

    write.mockRestore();
    expect(fs.readdirSync(directory)).toEqual([]);
  });
});
