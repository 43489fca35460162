import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaCode } from "../../modules";
import { aConsumer, aStream, synthesize, type Json } from "../helpers/synthesize";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "code-"));
  writeFileSync(join(directory, "index.js"), "exports.handler = () => {};\n");
});
afterAll(() => rmSync(directory, { recursive: true }));

const consumerOf = (code: LambdaCode) =>
  synthesize((stack, providers) => aConsumer(stack, providers, { code }));

const CODE = [
  "filename",
  "source_code_hash",
  "s3_bucket",
  "s3_key",
  "s3_object_version",
  "image_uri",
  "package_type",
  "handler",
  "runtime",
];
const codeOf = (code: LambdaCode): Record<string, string> =>
  Object.fromEntries(
    Object.entries<string>(consumerOf(code).only("aws_lambda_function")).filter(([argument]) =>
      CODE.includes(argument),
    ),
  );
const RUN = { handler: "index.handler", runtime: "nodejs22.x" };

describe("LambdaCode", () => {
  it("archives a copy of a directory, the same on every machine", () => {
    const synthesized = consumerOf(LambdaCode.fromDirectory(directory));
    const [[name, archive]] = Object.entries<Json>(synthesized.data.archive_file) as [
      [string, Json],
    ];
    expect(archive).toEqual({
      provider: "archive",
      type: "zip",
      source_dir: expect.stringMatching(
        /^\$\{path\.module\}\/assets\/consumer_code_[0-9A-F]+\/[0-9A-F]+$/,
      ),
      output_path: `${archive.source_dir}.zip`,
      output_file_mode: "0644",
    });
    expect(synthesized.only("aws_lambda_function")).toMatchObject({
      filename: `\${data.archive_file.${name}.output_path}`,
      source_code_hash: `\${data.archive_file.${name}.output_base64sha256}`,
      ...RUN,
    });
    expect(synthesized.document.provider.archive).toEqual([{}]);
    expect(JSON.stringify(synthesized.document)).not.toContain(directory);
  });

  it("shares one archive provider in a stack", () => {
    const synthesized = synthesize((stack, providers) => {
      const stream = aStream(stack, providers);
      ["one", "two"].forEach((id) =>
        aConsumer(
          stack,
          providers,
          {
            stream,
            consumerName: id,
            code: LambdaCode.fromDirectory(directory),
          },
          id,
        ),
      );
    });
    expect(synthesized.document.provider.archive).toEqual([{}]);
    expect(Object.keys(synthesized.data.archive_file)).toHaveLength(2);
  });

  it("copies a zip file", () => {
    const file = join(directory, "code.zip");
    writeFileSync(file, "zip");
    const code = codeOf(LambdaCode.fromZip(file));
    expect(code).toEqual({
      filename: expect.stringMatching(
        /^\$\{path\.module\}\/assets\/consumer_code_[0-9A-F]+\/[0-9A-F]+\/code\.zip$/,
      ),
      source_code_hash: `\${filebase64sha256("${code.filename}")}`,
      ...RUN,
    });
  });

  it("refers to an object in a bucket, and to one version of it", () => {
    const object = { s3_bucket: "bucket", s3_key: "key.zip", ...RUN };
    expect(codeOf(LambdaCode.fromS3("bucket", "key.zip"))).toEqual(object);
    expect(codeOf(LambdaCode.fromS3("bucket", "key.zip", "v1"))).toEqual({
      ...object,
      s3_object_version: "v1",
    });
  });

  it("leaves handler and runtime to a container image", () => {
    const image = "222222222222.dkr.ecr.eu-central-1.amazonaws.com/reader:1";
    expect(codeOf(LambdaCode.fromImage(image))).toEqual({
      image_uri: image,
      package_type: "Image",
    });
  });
});
