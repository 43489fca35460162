import { LambdaCode } from "../../modules";
import { CONSTRUCTS } from "../helpers/constructs";
import { propertiesOf } from "../helpers/sentences";
import { aConsumer } from "../helpers/synthesize";
import { preconditions, withTokens } from "../helpers/tokens";

const { refuse } = CONSTRUCTS.CrossAccountConsumer;

const IMAGE = LambdaCode.fromImage("image:1");
const KEY = "arn:aws:kms:eu-central-1:222222222222:key/1";
const SIGNING =
  "arn:aws:lambda:eu-central-1:222222222222:code-signing-config:csc-0a1b2c3d4e5f60718";
const ACCESS_POINT =
  "arn:aws:elasticfilesystem:eu-central-1:222222222222:access-point/fsap-0a1b2c3d4e5f60718";
const FILE_SYSTEM = { accessPointArn: ACCESS_POINT, localMountPath: "/mnt/data" };
const VPC = { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] };
const SNAP_START = { snapStart: true, alias: { name: "live" }, runtime: "java21" };
const NO_SNAP_START = (runtime: string) =>
  `'runtime' must be a runtime with SnapStart (Java 11, Python 3.12, .NET 8 or newer), got ${runtime}; choose such a runtime, or omit 'snapStart'`;
const ONE_VERSION = (version: string) =>
  `'alias.additionalVersionWeight' must be the share of another version than the alias points to, got ${version} for both; Lambda splits invocations between two published versions: give 'alias.functionVersion' the version that processes the other batches, or omit the weight`;

describe("a combination of properties", () => {
  it.each<[Record<string, unknown>, string]>([
    [
      { code: IMAGE, codeSigningConfigArn: SIGNING },
      "'codeSigningConfigArn' and 'code' are mutually exclusive, got a container image; omit 'codeSigningConfigArn': Lambda verifies signatures of zip files only",
    ],
    [
      { code: IMAGE, snapStart: true, alias: { name: "live" } },
      "'snapStart' and 'code' are mutually exclusive, got a container image; omit 'snapStart': Lambda takes no snapshots of container images",
    ],
    [
      { imageConfig: { command: ["index.handler"] } },
      "'imageConfig' requires 'code', got a zip file; give 'code' a container image (LambdaCode.fromImage), or omit 'imageConfig'",
    ],
    [
      { fileSystem: FILE_SYSTEM },
      "'fileSystem' requires 'vpc', got a file system without one; Lambda mounts a file system through the VPC of its mount targets: give 'vpc', or omit 'fileSystem'",
    ],
    [
      { environmentKmsKeyArn: KEY, environment: {} },
      "'environmentKmsKeyArn' requires 'environment', got a key without variables; Lambda does not keep a key that encrypts nothing, so that every plan would add it again: omit 'environmentKmsKeyArn'",
    ],
    [
      { snapStart: true, runtime: "java21" },
      "'snapStart' requires 'alias': Lambda takes snapshots of published versions only; set 'alias' or omit 'snapStart'",
    ],
    [{ snapStart: true, alias: { name: "live" } }, NO_SNAP_START("nodejs22.x")],
    [
      { ...SNAP_START, vpc: VPC, fileSystem: FILE_SYSTEM },
      "'snapStart' and 'fileSystem' are mutually exclusive, got both; a snapshot holds no mounted file system: omit one of them",
    ],
    [
      { ...SNAP_START, ephemeralStorageMb: 513 },
      "'snapStart' and 'ephemeralStorageMb' are mutually exclusive, got 513; a snapshot holds at most 512 MB of /tmp: give 512, or omit 'snapStart'",
    ],
    [
      { logFormat: "Text", applicationLogLevel: "WARN" },
      "'applicationLogLevel' requires 'logFormat', got Text; Lambda filters messages by level in JSON only: set 'logFormat' to JSON, or omit 'applicationLogLevel'",
    ],
    [
      { logFormat: "Text", systemLogLevel: "WARN" },
      "'systemLogLevel' requires 'logFormat', got Text; Lambda filters messages by level in JSON only: set 'logFormat' to JSON, or omit 'systemLogLevel'",
    ],
    [
      { existingLogGroupName: "/shared", logRetentionDays: 30 },
      "'logRetentionDays' and 'existingLogGroupName' are mutually exclusive, got both; omit 'logRetentionDays': an existing log group keeps its own settings",
    ],
    [
      { existingLogGroupName: "/shared", logGroupKmsKeyArn: KEY },
      "'logGroupKmsKeyArn' and 'existingLogGroupName' are mutually exclusive, got both; omit 'logGroupKmsKeyArn': an existing log group keeps its own settings",
    ],
    [
      { alias: { name: "live", additionalVersionWeight: { weight: 0.1 } } },
      ONE_VERSION("the version published last"),
    ],
    [
      {
        alias: {
          name: "live",
          functionVersion: "3",
          additionalVersionWeight: { functionVersion: "3", weight: 0.1 },
        },
      },
      ONE_VERSION("3"),
    ],
    ...Object.entries({
      environmentKmsKeyArn: KEY,
      logGroupKmsKeyArn: KEY,
      codeSigningConfigArn: SIGNING,
    }).map(([property, arn]): [Record<string, unknown>, string] => {
      const other = arn.replace("eu-central-1", "us-east-1");
      return [
        { environment: { STAGE: "test" }, [property]: other },
        `'${property}' must be in the function's Region eu-central-1, got "${other}"; correct the ARN`,
      ];
    }),
  ])("is refused if AWS refuses it: %j", (props, sentence) => {
    expect(refuse(props)).toEqual([sentence]);
  });

  it.each([
    ...["java11", "java17", "java21", "java25", "python3.12", "python3.14", "dotnet8", "dotnet10"],
  ])("is accepted: SnapStart with %s", (runtime) => {
    expect(refuse({ ...SNAP_START, runtime, ephemeralStorageMb: 512 })).toEqual([]);
  });

  it.each(["java8.al2", "python3.11", "ruby3.4", "provided.al2023", "nodejs24.x"])(
    "is refused: SnapStart with %s",
    (runtime) => {
      expect(refuse({ ...SNAP_START, runtime })).toEqual([NO_SNAP_START(runtime)]);
    },
  );

  it.each([
    { snapStart: false, code: IMAGE },
    { logFormat: "JSON", applicationLogLevel: "TRACE", systemLogLevel: "DEBUG" },
    { snapStart: true, alias: { name: "live" }, runtime: "java21", environmentKmsKeyArn: KEY },
    { alias: { name: "1a" } },
    { alias: { name: "a".repeat(128) } },
  ])("is accepted: %j", (props) => {
    expect(refuse(props)).toEqual([]);
  });

  it("has Terraform refuse an alias of digits only if the name is a token", () => {
    const found = preconditions(
      withTokens(({ text }, stack, providers) =>
        aConsumer(stack, providers, { alias: { name: text } }),
      ),
    );
    expect(found.consumer_mapping).toMatchObject([
      {
        condition:
          '${(can(regex("^[a-zA-Z0-9_-]{1,128}$", var.given)) && !can(regex("^[0-9]+$", var.given)))}',
      },
    ]);
  });

  it("is checked by Terraform if a part is a token", () => {
    const found = preconditions(
      withTokens(({ text, number }, stack, providers) =>
        aConsumer(stack, providers, {
          ...SNAP_START,
          runtime: text,
          ephemeralStorageMb: number,
          logFormat: text as never,
          systemLogLevel: "WARN" as never,
        }),
      ),
    );
    expect(found.consumer_mapping).toEqual(
      expect.arrayContaining([
        {
          condition:
            '${can(regex("^(java(1[1-9]|[2-9][0-9])|python3[.](1[2-9]|[2-9][0-9])|dotnet([89]|[1-9][0-9]))$", var.given))}',
          error_message: NO_SNAP_START("${var.given}"),
        },
        {
          condition: "${(512 >= var.given)}",
          error_message: expect.stringContaining("'ephemeralStorageMb' are mutually exclusive"),
        },
        {
          condition: '${(var.given == "JSON")}',
          error_message: expect.stringContaining("'systemLogLevel' requires 'logFormat'"),
        },
      ]),
    );
  });
});

describe("a part of a property", () => {
  const statement = { actions: ["s3:GetObject"], resources: ["*"] };

  it.each<[string, string, object]>([
    ["actions[0]", "the action * of all services", { actions: ["*"] }],
    ["actions[0]", "an action without a service", { actions: ["PutItem"] }],
    ["actions", "an empty list", { actions: [] }],
    ["resources[0]", "a name instead of an ARN", { resources: ["orders"] }],
    ["sid", "a hyphen", { sid: "a-b" }],
    ["effect", "an effect", { effect: "Deny" }],
    ["conditions.stringEquals", "an unknown operator", { conditions: { stringEquals: {} } }],
    [
      "conditions.Bool.aws:SecureTransport",
      "a boolean instead of a string",
      { conditions: { Bool: { "aws:SecureTransport": true } } },
    ],
  ])("policyStatements: %s is refused with %s", (part, _mistake, props) => {
    expect(propertiesOf(refuse({ policyStatements: [{ ...statement, ...props }] }))).toEqual([
      `policyStatements[0].${part}`,
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["managedPolicyArns[0]", { managedPolicyArns: ["ReadOnlyAccess"] }],
    ["alias.name", { alias: { name: "12" } }],
    ["alias.name", { alias: { name: "a".repeat(129) } }],
    ["alias.name", { alias: { name: "a.b" } }],
    ["alias.name", { alias: { name: "" } }],
    ["alias.functionVersion", { alias: { name: "live", functionVersion: "$LATEST" } }],
    [
      "alias.additionalVersionWeight.weight",
      {
        alias: { name: "live", additionalVersionWeight: { functionVersion: "3", weight: 1.5 } },
      },
    ],
    [
      "fileSystem.localMountPath",
      { vpc: VPC, fileSystem: { ...FILE_SYSTEM, localMountPath: "/data" } },
    ],
    ["code", { code: LambdaCode.fromS3("bucket", "key", undefined, "alias/code") }],
  ])("%s is refused in %j", (property, props) => {
    expect(propertiesOf(refuse(props))).toEqual([property]);
  });
});
