import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaCode } from "../../modules";
import { aConsumer, refusals, ROLE_ARN } from "../helpers/synthesize";

const refusalsOf = (props: Record<string, unknown>): string[] =>
  refusals((stack, providers) => aConsumer(stack, providers, props));

const EXISTING = {
  functionName: "reader",
  roleName: "reader",
  roleArn: ROLE_ARN,
};

describe("CrossAccountConsumer", () => {
  describe("the code", () => {
    let directory: string;
    beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "code-"))));
    afterEach(() => rmSync(directory, { recursive: true }));

    const build = "build the function's code first (npm run build:handler), or correct the path";

    it("fails when the directory is missing", () => {
      const missing = join(directory, "dist");
      const code = LambdaCode.fromDirectory(missing);
      expect(refusalsOf({ code })).toEqual([
        `'code' must be a directory that exists, got "${missing}"; ${build}`,
      ]);
    });

    it("fails when the directory is a file", () => {
      const file = join(directory, "index.js");
      writeFileSync(file, "");
      expect(refusalsOf({ code: LambdaCode.fromDirectory(file) })).toEqual([
        `'code' must be a directory that exists, got "${file}"; ${build}`,
      ]);
    });

    it("fails when the directory is empty", () => {
      const code = LambdaCode.fromDirectory(directory);
      expect(refusalsOf({ code })).toEqual([
        `'code' must be a directory that is not empty, got "${directory}"; ${build}`,
      ]);
    });

    it.each(["missing.zip", "directory.zip"])("fails when %s is no zip file", (name) => {
      const file = join(directory, name);
      if (name === "directory.zip") {
        mkdirSync(file);
      }
      expect(refusalsOf({ code: LambdaCode.fromZip(file) })).toEqual([
        `'code' must be a zip file that exists, got "${file}"; build it first, or correct the path`,
      ]);
    });
  });

  describe("an existing function", () => {
    it.each([
      [
        { functionName: "arn:aws:lambda:eu-central-1:222222222222:function:f" },
        `'existingFunction.functionName' must be 1 to 64 letters, digits, hyphens or underscores, which an alias or version can follow (name:live), got "arn:aws:lambda:eu-central-1:222222222222:function:f"; give the function's name, not its ARN`,
      ],
      [
        { roleName: "a/b", roleArn: `${ROLE_ARN}/a/b` },
        `'existingFunction.roleName' must be 1 to 64 letters, digits or characters of _+=,.@-, got "a/b"; give the name of the function's execution role`,
      ],
      [
        { roleArn: "arn:aws:iam::2222:role/reader" },
        `'existingFunction.roleArn' must be a role ARN (arn:aws:iam::<account>:role/<name>), got "arn:aws:iam::2222:role/reader"; give the ARN of the function's execution role`,
      ],
      [
        { roleName: "eader" },
        `'existingFunction.roleName' must be the name at the end of 'existingFunction.roleArn' (${ROLE_ARN}), got "eader"; give the name and the ARN of one role`,
      ],
    ])("fails when it is described with %j", (described, sentence) => {
      expect(refusalsOf({ existingFunction: { ...EXISTING, ...described } })).toEqual([sentence]);
    });

    it("fails when it is given a new function's properties", () => {
      const key = "arn:aws:kms:eu-central-1:222222222222:key/1";
      const properties = {
        functionName: "f",
        description: "d",
        roleName: "r",
        policyStatements: [{ actions: ["s3:GetObject"], resources: ["*"] }],
        managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        handler: "h.h",
        runtime: "nodejs22.x",
        architecture: "arm64",
        memorySizeMb: 128,
        timeoutSeconds: 1,
        ephemeralStorageMb: 512,
        environment: { NAME: "value" },
        environmentKmsKeyArn: key,
        layers: [],
        vpc: { subnetIds: ["s"], securityGroupIds: ["g"] },
        fileSystem: {
          accessPointArn:
            "arn:aws:elasticfilesystem:eu-central-1:222222222222:access-point/fsap-0a1b2c3d4e5f60718",
          localMountPath: "/mnt/data",
        },
        imageConfig: { command: ["c"] },
        codeSigningConfigArn:
          "arn:aws:lambda:eu-central-1:222222222222:code-signing-config:csc-0a1b2c3d4e5f60718",
        alias: { name: "live" },
        snapStart: false,
        reservedConcurrentExecutions: 0,
        tracing: "Active",
        logFormat: "JSON",
        applicationLogLevel: "WARN",
        systemLogLevel: "WARN",
        logRetentionDays: 1,
        logGroupKmsKeyArn: key,
        permissionsBoundaryArn: "arn:aws:iam::aws:policy/b",
      };
      expect(refusalsOf({ existingFunction: EXISTING, ...properties })).toEqual(
        Object.keys(properties).map(
          (property) =>
            `'${property}' and 'existingFunction' are mutually exclusive, got both; omit '${property}': an existing function keeps its own settings`,
        ),
      );
    });

    it("accepts a role with a path", () => {
      const roleArn = "arn:aws-cn:iam::222222222222:role/a/b/reader";
      expect(refusalsOf({ existingFunction: { ...EXISTING, roleArn } })).toEqual([]);
    });
  });
});
