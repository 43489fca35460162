import { ArchiveProvider } from "@cdktf/provider-archive/lib/provider";
import { DataArchiveFile } from "@cdktf/provider-archive/lib/data-archive-file";
import type { LambdaFunctionConfig } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import * as fs from "node:fs";
import * as path from "node:path";
import { isGiven } from "../../pipeline/values";
import { encryptionKeyArn } from "../properties/formats";
import { PropertyChecks } from "../properties/property-checks";
import { describeValue } from "../properties/problems";
import { checkDirectory, EntryPoint } from "./code-files";

/**
 * The arguments of an `aws_lambda_function` that locate its code.
 *
 * @internal
 */
export type LambdaCodeConfig = Pick<
  LambdaFunctionConfig,
  "filename" | "sourceCodeHash" | "s3Bucket" | "s3Key" | "s3ObjectVersion" | "imageUri"
> & { readonly sourceKmsKeyArn?: string };

/** The code of a function. */
export class LambdaCode {
  /**
   * A directory with the code as Lambda runs it, for example a bundle. It is copied into the
   * synthesized output, and Terraform archives it to the same bytes on every machine. A directory
   * without the file of the `handler`, or with an ES module that Node.js would take for CommonJS,
   * is refused.
   *
   * @param directory absolute, or relative to the working directory (for cdktf: where cdktf.json is)
   */
  public static fromDirectory(directory: string): LambdaCode {
    return new LambdaCode(
      (scope) => archiveOf(scope, directory),
      (checks, entry) => checkDirectory(checks, directory, entry),
    );
  }

  /**
   * A zip file, copied into the synthesized output.
   *
   * @param file absolute, or relative to the working directory (for cdktf: where cdktf.json is)
   */
  public static fromZip(file: string): LambdaCode {
    return new LambdaCode(
      (scope) => {
        const asset = new TerraformAsset(scope, "code", {
          path: path.resolve(file),
          type: AssetType.FILE,
        });
        const filename = inModule(asset.path);
        return {
          filename,
          // Written as text, since Fn would escape the `${` in the file's name.
          sourceCodeHash: `\${filebase64sha256("${filename}")}`,
        };
      },
      (checks) => checkZip(checks, file),
    );
  }

  /**
   * A zip file in a bucket of the function's Region.
   *
   * @param objectVersion without it Terraform does not notice that the object changed
   * @param kmsKeyArn key with which Lambda encrypts its copy of the file; its policy must allow
   *   Lambda to use it (https://docs.aws.amazon.com/lambda/latest/dg/encrypt-zip-package.html).
   *   AWS provider 5 refuses it as an unsupported argument; 6.25 supports it
   */
  public static fromS3(
    bucket: string,
    key: string,
    objectVersion?: string,
    kmsKeyArn?: string,
  ): LambdaCode {
    return new LambdaCode(
      () => ({
        s3Bucket: bucket,
        s3Key: key,
        s3ObjectVersion: objectVersion,
        sourceKmsKeyArn: kmsKeyArn,
      }),
      (checks) => {
        if (isGiven(kmsKeyArn)) {
          const fix = "give the ARN of the file's key, or omit it for a key of AWS";
          encryptionKeyArn.validate(kmsKeyArn, checks.report("code", fix));
        }
      },
    );
  }

  /** A container image in an Amazon ECR repository of the function's Region. */
  public static fromImage(imageUri: string): LambdaCode {
    return new LambdaCode(
      () => ({ imageUri }),
      () => undefined,
      true,
    );
  }

  /** Prevents structural typing from accepting other objects. */
  declare protected readonly brand: boolean;

  private constructor(
    /** @internal */
    public readonly bind: (scope: Construct) => LambdaCodeConfig,
    /** @internal */
    public readonly check: (checks: PropertyChecks, entry: EntryPoint) => void,
    /** True for a container image, which decides on handler and runtime itself. */
    public readonly isImage = false,
  ) {}
}

function archiveOf(scope: Construct, directory: string): LambdaCodeConfig {
  const asset = new TerraformAsset(scope, "code", {
    path: path.resolve(directory),
    type: AssetType.DIRECTORY,
  });
  const source = inModule(asset.path.replace(/\/$/, ""));
  const archive = new DataArchiveFile(scope, "archive", {
    provider: archiveProvider(scope),
    type: "zip",
    sourceDir: source,
    outputPath: `${source}.zip`,
    // The modes of the files on this machine must not change the archive.
    outputFileMode: "0644",
  });
  return {
    filename: archive.outputPath,
    sourceCodeHash: archive.outputBase64Sha256,
  };
}

/** Relative to the module, so that the output can be moved, and used as a module. */
const inModule = (file: string): string => `\${path.module}/${file}`;

const archiveProviders = new WeakMap<TerraformStack, ArchiveProvider>();

/**
 * One provider for the whole stack, since Terraform allows one without an alias. It is remembered,
 * because the time of searching the stack for each function grows with the square of their number.
 */
function archiveProvider(scope: Construct): ArchiveProvider {
  const stack = TerraformStack.of(scope);
  const provider =
    archiveProviders.get(stack) ??
    stack.node.findAll().find((node): node is ArchiveProvider => node instanceof ArchiveProvider) ??
    new ArchiveProvider(stack, "lambda-code-archive");
  archiveProviders.set(stack, provider);
  return provider;
}

function checkZip(checks: PropertyChecks, file: string): void {
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    checks.addError(
      `'code' must be a zip file that exists, got ${describeValue(file)}; ` +
        "build it first, or correct the path",
    );
  }
}
