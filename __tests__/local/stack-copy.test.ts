import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { copyAnyStack } from "../../local/stack-copy";

const scratch = () => fs.mkdtempSync(path.join(os.tmpdir(), "stack-copy-"));
const BLOG = path.join(__dirname, "../e2e/blog-in-one-stack");
const MODULE = path.join(__dirname, "../../terraform-module");
const URL = "http://127.0.0.1:4566";

const copy = (stack: string, accounts: Record<string, string> = {}) =>
  copyAnyStack(stack, {
    url: URL,
    credentials: (id) =>
      Promise.resolve({
        accessKeyId: `key ${id}`,
        secretAccessKey: "secret",
        sessionToken: "token",
      }),
    directory: path.join(scratch(), "copy"),
    accounts: new Map(Object.entries(accounts)),
  });

const overrideIn = (directory: string) =>
  JSON.parse(fs.readFileSync(path.join(directory, "zz_local_aws_override.tf.json"), "utf8")) as {
    terraform: object;
    provider: { aws: Record<string, unknown>[] };
  };

function stackOf(files: Record<string, string>): string {
  const directory = scratch();
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

describe("the copy of a stack", () => {
  it("overrides only backend, endpoints and credentials", async () => {
    const { directory, accounts } = await copy(BLOG);

    expect(accounts).toEqual([
      { id: "111111111111", region: "us-east-1" },
      { id: "222222222222", region: "us-east-1" },
    ]);
    const common = {
      secret_key: "secret",
      token: "token",
      skip_metadata_api_check: true,
      s3_use_path_style: true,
      profile: "local",
      shared_config_files: [path.join(directory, "aws-config")],
    };
    expect(overrideIn(directory)).toEqual({
      terraform: { backend: { local: {} } },
      provider: {
        aws: [
          { alias: "account1", access_key: "key 111111111111", ...common },
          { alias: "account2", access_key: "key 222222222222", ...common },
        ],
      },
    });
    expect(fs.readFileSync(path.join(directory, "aws-config"), "utf8")).toBe(
      `[profile local]\nendpoint_url = ${URL}\n`,
    );
    for (const file of fs.readdirSync(BLOG)) {
      const text = (parent: string) => fs.readFileSync(path.join(parent, file), "utf8");
      expect(text(directory)).toBe(text(BLOG));
    }
  });

  it("takes away endpoints of the original", async () => {
    const stack = stackOf({
      "main.tf": `
        provider "aws" {
          allowed_account_ids = ["333333333333"]
          endpoints { kinesis = "http://127.0.0.1:1" }
        }`,
    });

    const { directory } = await copy(stack);

    expect(overrideIn(directory).provider.aws).toMatchObject([{ endpoints: {} }]);
  });

  it("contains the local modules at their relative paths, and no state", async () => {
    const stack = stackOf({
      "live/app/main.tf": `
        provider "aws" { allowed_account_ids = ["333333333333"] }
        module "a" { source = "../../modules/a" }`,
      "live/app/terraform.tfstate": "{}",
      "live/app/.terraform/x": "",
      "live/other/main.tf": "",
      "modules/a/main.tf.json": '{"module": {"b": {"source": "./b"}}}',
      "modules/a/b/main.tf": "",
    });

    const { directory, accounts } = await copy(path.join(stack, "live/app"));

    expect(accounts).toEqual([{ id: "333333333333", region: "us-east-1" }]);
    const base = path.resolve(directory, "../..");
    expect(fs.readdirSync(directory).sort()).toEqual([
      "aws-config",
      "main.tf",
      "zz_local_aws_override.tf.json",
    ]);
    expect(fs.existsSync(path.join(base, "modules/a/b/main.tf"))).toBe(true);
    expect(fs.existsSync(path.join(base, "live/other"))).toBe(false);
  });

  it("takes an account that the provider does not contain from --account", async () => {
    const example = path.join(MODULE, "example");

    const { directory, accounts } = await copy(example, {
      producer: "111111111111",
      consumer: "222222222222",
    });

    expect(accounts.map(({ id }) => id)).toEqual(["111111111111", "222222222222"]);
    expect(fs.existsSync(path.join(directory, "../main.tf.json"))).toBe(true);
    await expect(copy(example, { producer: "111111111111" })).rejects.toThrow(
      "provider aws.consumer must contain its account ID in 'allowed_account_ids' or 'assume_role': add it there, or pass it as '--account consumer=111111111111'",
    );
  });

  it.each([
    [
      "a directory that does not exist",
      "/nowhere",
      /'--stack' must be a directory .* got \/nowhere/,
    ],
    ["a directory without Terraform files", path.join(__dirname, ".."), /with Terraform files/],
    ["a stack without providers", path.join(MODULE, "function/.."), /must have a 'provider "aws"'/],
  ])("fails for %s", async (_, directory, message) => {
    await expect(copy(directory)).rejects.toThrow(message);
  });
});
