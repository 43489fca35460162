import { aws, json, quote, valueOfVariable, variableName } from "../../cli/src/doctor/shell";
import type { Account } from "../../cli/src/accounts";
import { found, unknown } from "../../pipeline/fact";
import { recordedAccount } from "./recorded";

const account = recordedAccount("111111111111", {});
/** The same account with other credentials. */
const through = (more: object): Account => ({
  ...account,
  access:
    account.access.state === "found" ? found({ ...account.access.value, ...more }) : account.access,
});

describe("a command of a fix", () => {
  it.each<[string, Account, string]>([
    ["a profile", account, " --profile 111111111111 --region eu-west-1"],
    ["the environment", through({ source: undefined }), " --region eu-west-1"],
    [
      "an assumed role",
      through({ source: { profile: "p", assumeRole: {} } }),
      " --region eu-west-1",
    ],
    [
      "an endpoint",
      through({ endpoint: "http://localhost:4566" }),
      " --profile 111111111111 --region eu-west-1 --endpoint-url http://localhost:4566",
    ],
    ["nothing", { ...account, access: unknown("no credentials") }, " --region eu-west-1"],
  ])("names the credentials of %s", (_, of, expected) => {
    expect(aws(of, "eu-west-1", "kms enable-key", { "key-id": "k" }).text).toBe(
      `aws kms enable-key${expected} --key-id k`,
    );
  });

  it.each<[string, string | true | object, string]>([
    ["a flag", true, "--option"],
    ["text that looks like an option", "-1", "--option=-1"],
    ["text that ends in a hyphen", "a-", "--option a-"],
    ["text with a quote", "it's", String.raw`--option 'it'\''s'`],
    ["a document", { a: ["b"] }, `--option '{"a":["b"]}'`],
  ])("has %s in one word", (_, value, expected) => {
    expect(aws(account, "eu-west-1", "x y", { option: value }).text).toBe(
      `aws x y --profile 111111111111 --region eu-west-1 ${expected}`,
    );
  });

  it("escapes what a terminal could interpret", () => {
    expect(json({ a: "\u001b[2Jé\u0080\u4e2d" })).toBe(
      String.raw`{"a":"\u001b[2J\u00e9\u0080\u4e2d"}`,
    );
  });

  it("expands a variable that an earlier command sets, and nothing else", () => {
    const name = variableName("CONSUMER", "efo-1.x");

    expect(name).toBe("CONSUMER_EFO_1_X");
    expect(quote(`$HOME ${valueOfVariable(name)}`)).toBe(`'$HOME '"$CONSUMER_EFO_1_X"''`);
  });
});
