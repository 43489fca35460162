import { execFileSync } from "node:child_process";
import { shellWord } from "../../pipeline/shell-word";

describe("a word of a shell", () => {
  it.each(["a", "it's", '$HOME `id` \\ "x"', "two\nlines", "*", "", "a=b:c@d,e%f+g", "é", "'''"])(
    "is what the shell reads: %j",
    (text) => {
      expect(execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" })).toBe(
        text,
      );
    },
  );

  it("is quoted only where it has to be", () => {
    expect(shellWord("arn:aws:kms:eu-west-1:111111111111:key/1")).not.toContain("'");
  });
});
