import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { strToU8, zipSync } from "fflate";
import { findTerraform } from "../../local/terraform";
import { describeWithTerraform, ROOT } from "../terraform/harness";
import { withoutProgress } from "../helpers/progress";

const scratch = () => fs.mkdtempSync(path.join(os.tmpdir(), "any-stack-"));

const start = (...args: string[]) =>
  spawnSync(process.execPath, ["--import", "tsx", "program.ts", "local", ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });

/** The files of a directory, with their contents. */
const contents = (directory: string) =>
  fs
    .readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => fs.statSync(path.join(directory, file)).isFile())
    .map((file) => [file, fs.readFileSync(path.join(directory, file), "base64")]);

const CODE = `exports.handler = async ({ Records }) => {
  for (const { kinesis } of Records)
    console.log("got", kinesis.partitionKey, Buffer.from(kinesis.data, "base64").toString());
};`;

describeWithTerraform("npm start -- --stack", () => {
  it("runs HCL of the blog's three stacks, and changes none of its files", () => {
    const stack = path.join(scratch(), "stack");
    fs.cpSync(path.join(__dirname, "blog-in-one-stack"), stack, { recursive: true });
    const zip = zipSync({ "index.js": strToU8(CODE) });
    fs.writeFileSync(path.join(stack, "function.zip"), zip);
    const main = path.join(stack, "main.tf");
    const endpoints = 'endpoints { kinesis = "http://127.0.0.1:1" }';
    const text = fs.readFileSync(main, "utf8");
    fs.writeFileSync(main, text.replace(/^ {2}profile .*$/m, `$&\n  ${endpoints}`));
    const before = contents(stack);

    const { stdout, stderr, status } = start("--stack", stack, "--data", "hello");

    expect([status, withoutProgress(stderr)]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /put record .*"hello", key samplepartitionkey3, into arn:aws:kinesis:us-east-1:111111111111:stream\/events$/m,
    );
    expect(stdout).toMatch(
      /^arn:aws:lambda:us-east-1:222222222222:function:events-reader logged:$/m,
    );
    expect(stdout).toMatch(/\tINFO\tgot samplepartitionkey3 hello$/m);
    expect(stdout).toMatch(/terraform plan +[\d.]+ s {2}nothing left to change/);
    expect(contents(stack)).toEqual(before);
  });

  it("runs terraform-module/ with its example", async () => {
    const directory = path.join(scratch(), "module");
    fs.cpSync(path.join(ROOT, "terraform-module"), directory, { recursive: true });
    if (!(await findTerraform()).hasArchiveProvider) {
      useZip(directory);
    }

    const accounts = ["--account", "producer=111111111111", "--account", "consumer=222222222222"];
    const { stdout, stderr, status } = start(
      ...["--stack", path.join(directory, "example")],
      ...accounts,
    );

    expect([status, withoutProgress(stderr)]).toEqual([0, ""]);
    expect(stdout).toMatch(/function:analytics logged:\n[^]*sampledatarecord/);
    expect(stdout).toMatch(/nothing left to change/);
  });
});

/** Replaces the module's archive by a zip, for machines that cannot install the archive provider. */
function useZip(directory: string): void {
  const file = path.join(directory, "main.tf.json");
  const text = fs
    .readFileSync(file, "utf8")
    .replaceAll("data.archive_file.consumer_archive.output_path", '\\"${path.module}/code.zip\\"')
    .replaceAll(
      "data.archive_file.consumer_archive.output_base64sha256",
      'filebase64sha256(\\"${path.module}/code.zip\\")',
    );
  const configuration = JSON.parse(text) as {
    data: { archive_file?: unknown };
    terraform: { required_providers: { archive?: unknown } };
  };
  delete configuration.data.archive_file;
  delete configuration.terraform.required_providers.archive;
  fs.writeFileSync(file, JSON.stringify(configuration));
  const code = fs.readFileSync(path.join(directory, "function/index.js"));
  fs.writeFileSync(path.join(directory, "code.zip"), zipSync({ "index.js": code }));
}
