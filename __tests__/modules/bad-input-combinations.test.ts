import { LambdaCode } from "../../modules";
import { aConsumer, refusals } from "../helpers/synthesize";
import { preconditions, withTokens } from "../helpers/tokens";

const refusalsOf = (props: Record<string, unknown>): string[] =>
  refusals((stack, providers) => aConsumer(stack, providers, props));

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

describe("a combination that AWS refuses", () => {
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
      "'snapStart' requires 'alias', got SnapStart without one; Lambda takes snapshots of published versions only, and the mapping invokes one through an alias: give 'alias', or omit 'snapStart'",
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
  ])("is refused: %j", (props, sentence) => {
    expect(refusalsOf(props)).toEqual([sentence]);
  });

  it.each([
    ...["java11", "java17", "java21", "java25", "python3.12", "python3.14", "dotnet8", "dotnet10"],
  ])("is not SnapStart with %s", (runtime) => {
    expect(refusalsOf({ ...SNAP_START, runtime, ephemeralStorageMb: 512 })).toEqual([]);
  });

  it.each(["java8.al2", "python3.11", "ruby3.4", "provided.al2023", "nodejs24.x"])(
    "is SnapStart with %s",
    (runtime) => {
      expect(refusalsOf({ ...SNAP_START, runtime })).toEqual([NO_SNAP_START(runtime)]);
    },
  );

  it.each([
    { snapStart: false, code: IMAGE },
    { logFormat: "JSON", applicationLogLevel: "TRACE", systemLogLevel: "DEBUG" },
    { snapStart: true, alias: { name: "live" }, runtime: "java21", environmentKmsKeyArn: KEY },
    { alias: { name: "1a" } },
    { alias: { name: "a".repeat(128) } },
  ])("is not %j", (props) => {
    expect(refusalsOf(props)).toEqual([]);
  });

  it("is an alias of digits only, also where only Terraform knows the name", () => {
    const found = preconditions(
      withTokens(({ text }, stack, providers) =>
        aConsumer(stack, providers, { alias: { name: text } }),
      ),
    );
    expect(found.consumer_alias).toMatchObject([
      {
        condition:
          '${(can(regex("^[a-zA-Z0-9_-]{1,128}$", var.given)) && !can(regex("^[0-9]+$", var.given)))}',
      },
    ]);
  });

  it("is judged by Terraform where only it knows a part", () => {
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
    expect(found.consumer_function).toEqual(
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

describe("a value of a function's setting", () => {
  const statement = { actions: ["s3:GetObject"], resources: ["*"] };

  it.each<[Record<string, unknown>, string]>([
    [
      { policyStatements: [{ ...statement, actions: ["*"] }] },
      `'policyStatements[0].actions[0]' must be an action of one service, got "*"; the function could do everything in its account: name the actions it calls, or allow a whole service (dynamodb:*)`,
    ],
    [
      { policyStatements: [statement, { ...statement, actions: ["PutItem"] }] },
      `'policyStatements[1].actions[0]' must be an action of one service (dynamodb:PutItem), got "PutItem"; name the actions that the function calls`,
    ],
    [
      { policyStatements: [{ ...statement, actions: [] }] },
      "'policyStatements[0].actions' must be a non-empty list of actions, got []; name the actions that the function calls",
    ],
    [
      { policyStatements: [{ ...statement, resources: ["orders"] }] },
      `'policyStatements[0].resources[0]' must be an ARN or *, got "orders"; give the ARNs of the resources that the function uses`,
    ],
    [
      { policyStatements: [{ ...statement, sid: "a-b" }] },
      `'policyStatements[0].sid' must be letters and digits, got "a-b"; omit it`,
    ],
    [
      { policyStatements: [{ ...statement, effect: "Deny" }] },
      "'policyStatements[0].effect' is not a property; use one of sid, actions, resources, conditions",
    ],
    [
      { policyStatements: [{ ...statement, conditions: { stringEquals: {} } }] },
      `'policyStatements[0].conditions.stringEquals' must be named with a condition operator (StringEquals), got "stringEquals"; write it as { StringEquals: { "<condition key>": "<value>" } }, or omit it`,
    ],
    [
      {
        policyStatements: [{ ...statement, conditions: { Bool: { "aws:SecureTransport": true } } }],
      },
      `'policyStatements[0].conditions.Bool.aws:SecureTransport' must be a string, got true; write it as { StringEquals: { "<condition key>": "<value>" } }, or omit it`,
    ],
    [
      { managedPolicyArns: ["ReadOnlyAccess"] },
      `'managedPolicyArns[0]' must be a managed policy ARN (arn:aws:iam::<account>:policy/<name>), got "ReadOnlyAccess"; give the ARNs of managed policies, each once`,
    ],
    ...["12", "a".repeat(129), "a.b"].map((name): [Record<string, unknown>, string] => [
      { alias: { name } },
      `'alias.name' must be 1 to 128 letters, digits, hyphens or underscores, not only digits, got "${name}"; rename the alias`,
    ]),
    [
      { alias: { name: "" } },
      `'alias.name' must be 1 to 128 letters, digits, hyphens or underscores, not only digits, got ""; rename the alias`,
    ],
    [
      { alias: { name: "live", functionVersion: "$LATEST" } },
      `'alias.functionVersion' must be a published version such as "3", got "$LATEST"; omit it for the version published last`,
    ],
    [
      {
        alias: {
          name: "live",
          additionalVersionWeight: { functionVersion: "3", weight: 1.5 },
        },
      },
      "'alias.additionalVersionWeight.weight' must be a number from 0 to 1, got 1.5; give 0.1 for a tenth of the batches",
    ],
    [
      { vpc: VPC, fileSystem: { ...FILE_SYSTEM, localMountPath: "/data" } },
      `'fileSystem.localMountPath' must be a path directly under /mnt/ (/mnt/data), got "/data"; give the directory that the code uses`,
    ],
    [
      { logGroupKmsKeyArn: "alias/logs" },
      `'logGroupKmsKeyArn' must be a key ARN (arn:aws:kms:<region>:<account>:key/<id>), got "alias/logs"; omit it for a key of AWS`,
    ],
    [
      { code: LambdaCode.fromS3("bucket", "key", undefined, "alias/code") },
      `'code' must be a key ARN (arn:aws:kms:<region>:<account>:key/<id>), got "alias/code"; give the ARN of the file's key, or omit it for a key of AWS`,
    ],
    [
      { description: "a\nb" },
      `'description' must be at most 256 characters on one line, got "a\\nb"; shorten it`,
    ],
  ])("is refused by its rule: %j", (props, sentence) => {
    expect(refusalsOf(props)).toEqual([sentence]);
  });
});
