import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaCode } from "../../modules";
import { CONSTRUCTS } from "../helpers/constructs";
import { propertiesOf } from "../helpers/sentences";
import { ROLE_ARN } from "../helpers/synthesize";

const { refuse } = CONSTRUCTS.CrossAccountConsumer;

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
      expect(refuse({ code })).toEqual([
        `'code' must be a directory that exists, got "${missing}"; ${build}`,
      ]);
    });

    it("fails when the directory is a file", () => {
      const file = join(directory, "index.js");
      writeFileSync(file, "");
      expect(refuse({ code: LambdaCode.fromDirectory(file) })).toEqual([
        `'code' must be a directory that exists, got "${file}"; ${build}`,
      ]);
    });

    it("fails when the directory is empty", () => {
      const code = LambdaCode.fromDirectory(directory);
      expect(refuse({ code })).toEqual([
        `'code' must be a directory that is not empty, got "${directory}"; ${build}`,
      ]);
    });

    it.each(["missing.zip", "directory.zip"])("fails when %s is not a zip file", (name) => {
      const file = join(directory, name);
      if (name === "directory.zip") {
        mkdirSync(file);
      }
      expect(refuse({ code: LambdaCode.fromZip(file) })).toEqual([
        `'code' must be a zip file that exists, got "${file}"; build it first, or correct the path`,
      ]);
    });
  });

  describe("an existing function", () => {
    it.each([
      ["functionName", "arn:aws:lambda:eu-central-1:222222222222:function:f"],
      ["roleArn", "arn:aws:iam::2222:role/reader"],
    ])("fails when its %s is %s", (name, value) => {
      expect(propertiesOf(refuse({ existingFunction: { ...EXISTING, [name]: value } }))).toEqual([
        `existingFunction.${name}`,
      ]);
    });

    it("fails when its roleName contains a path", () => {
      const described = { ...EXISTING, roleName: "a/b", roleArn: `${ROLE_ARN}/a/b` };
      expect(propertiesOf(refuse({ existingFunction: described }))).toEqual([
        "existingFunction.roleName",
      ]);
    });

    it("fails when its roleName is not the end of its roleArn", () => {
      expect(refuse({ existingFunction: { ...EXISTING, roleName: "eader" } })).toEqual([
        `'existingFunction.roleName' must be the name at the end of 'existingFunction.roleArn' (${ROLE_ARN}), got "eader"; give the name and the ARN of one role`,
      ]);
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
      expect(refuse({ existingFunction: EXISTING, ...properties })).toEqual(
        Object.keys(properties).map(
          (property) =>
            `'${property}' and 'existingFunction' are mutually exclusive, got both; omit '${property}': an existing function keeps its own settings`,
        ),
      );
    });

    it("accepts a role with a path", () => {
      const roleArn = "arn:aws-cn:iam::222222222222:role/a/b/reader";
      expect(refuse({ existingFunction: { ...EXISTING, roleArn } })).toEqual([]);
    });
  });
});
