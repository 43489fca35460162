import { LambdaCode } from "../../modules";
import { aConsumer, refusals, ROLE_ARN } from "../helpers/synthesize";

const refusalsOf = (props: Record<string, unknown>): string[] =>
  refusals((stack, providers) => aConsumer(stack, providers, props));

const EXISTING = {
  functionName: "reader",
  roleName: "reader",
  roleArn: ROLE_ARN,
};
const LAYER = "arn:aws:lambda:eu-central-1:222222222222:layer:lib:1";
const SIXTY_FOUR = "a".repeat(64);

describe("CrossAccountConsumer's function", () => {
  it("fails when there is neither code nor an existing function", () => {
    expect(refusalsOf({ code: undefined })).toEqual([
      "exactly one of 'code' and 'existingFunction' must be given, got neither; give 'code' to have a function created, or 'existingFunction' to use an existing function",
    ]);
  });

  it("fails when there are both", () => {
    const code = LambdaCode.fromS3("bucket", "key");
    expect(refusalsOf({ code, existingFunction: EXISTING })).toEqual([
      "exactly one of 'code' and 'existingFunction' must be given, got both; give 'code' to have a function created, or 'existingFunction' to use an existing function",
    ]);
  });

  it.each(["", "a.b", "a b", `${SIXTY_FOUR}a`])("fails when functionName is %j", (functionName) => {
    expect(refusalsOf({ functionName })).toEqual([
      `'functionName' must be 1 to 64 letters, digits, hyphens or underscores, got "${functionName}"; rename the function`,
    ]);
  });

  it.each(["a.b", `${SIXTY_FOUR}a`])(
    "fails when consumerName %j makes no function name, and none is given",
    (consumerName) => {
      expect(refusalsOf({ consumerName })).toEqual([
        `'functionName' must be 1 to 64 letters, digits, hyphens or underscores, got "${consumerName}"; the default is 'consumerName': give 'functionName'`,
      ]);
      expect(refusalsOf({ consumerName, functionName: "reader" })).toEqual([]);
    },
  );

  it.each(["", "a/b", "a b", `${SIXTY_FOUR}a`])("fails when roleName is %j", (roleName) => {
    expect(refusalsOf({ roleName })).toEqual([
      `'roleName' must be 1 to 64 letters, digits or characters of _+=,.@-, got "${roleName}"; rename the role`,
    ]);
  });

  it.each(["boundary", "arn:aws:iam::222222222222:role/boundary"])(
    "fails when permissionsBoundaryArn is %j",
    (permissionsBoundaryArn) => {
      expect(refusalsOf({ permissionsBoundaryArn })).toEqual([
        `'permissionsBoundaryArn' must be a managed policy ARN (arn:aws:iam::<account>:policy/<name>), got "${permissionsBoundaryArn}"; omit it for no boundary`,
      ]);
    },
  );

  it.each([
    "nodejs18.x",
    "nodejs20.x",
    "nodejs6.10",
    "python3.9",
    "python2.7",
    "ruby3.2",
    "java8",
    "go1.x",
    "dotnet6",
    "dotnetcore3.1",
    "provided",
    "provided.al2",
  ])("fails when Lambda is done with runtime %s", (runtime) => {
    expect(refusalsOf({ runtime })).toEqual([
      `'runtime' must be a runtime that Lambda still creates functions with, got "${runtime}"; omit it for nodejs22.x, or see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html`,
    ]);
  });

  it("fails when runtime is no identifier", () => {
    expect(refusalsOf({ runtime: "Node 22" })).toEqual([
      `'runtime' must be a runtime identifier such as nodejs22.x, got "Node 22"; omit it for nodejs22.x`,
    ]);
  });

  it.each([
    [
      { architecture: "arm" },
      `'architecture' must be one of arm64, x86_64, got "arm"; omit it for arm64`,
    ],
    [
      { tracing: "on" },
      `'tracing' must be one of Active, PassThrough, got "on"; omit it for PassThrough`,
    ],
    [
      { memorySizeMb: 127 },
      "'memorySizeMb' must be an integer from 128 to 10240, got 127; omit it for 256",
    ],
    [
      { memorySizeMb: 10241 },
      "'memorySizeMb' must be an integer from 128 to 10240, got 10241; omit it for 256",
    ],
    [
      { timeoutSeconds: 0 },
      "'timeoutSeconds' must be an integer from 1 to 900, got 0; omit it for 60",
    ],
    [
      { timeoutSeconds: 901 },
      "'timeoutSeconds' must be an integer from 1 to 900, got 901; omit it for 60",
    ],
    [
      { timeoutSeconds: 1.5 },
      "'timeoutSeconds' must be an integer from 1 to 900, got 1.5; omit it for 60",
    ],
    [
      { reservedConcurrentExecutions: -1 },
      "'reservedConcurrentExecutions' must be an integer from 0 to 1000000, got -1; omit it to share the account's concurrency",
    ],
    [
      { logRetentionDays: 2 },
      "'logRetentionDays' must be one of 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, got 2; omit it for 30",
    ],
    [
      { layers: Array(6).fill(LAYER) },
      "'layers' must be a list of at most 5 layer versions, got 6; give ARNs of layer versions, and merge some if there are too many",
    ],
    [
      { layers: [LAYER.slice(0, -2)] },
      `'layers[0]' must be the ARN of a layer version (arn:aws:lambda:<region>:<account>:layer:<name>:<version>), got "${LAYER.slice(0, -2)}"; give ARNs of layer versions, and merge some if there are too many`,
    ],
    [
      { vpc: { subnetIds: [], securityGroupIds: ["sg-1"] } },
      "'vpc.subnetIds' must be a non-empty list of subnet ids, got []; give one, or omit 'vpc'",
    ],
    [
      { vpc: { subnetIds: ["subnet-1"], securityGroupIds: [] } },
      "'vpc.securityGroupIds' must be a non-empty list of security group ids, got []; give one, or omit 'vpc'",
    ],
  ])("fails when it is given %j", (props, sentence) => {
    expect(refusalsOf(props)).toEqual([sentence]);
  });

  it.each([
    { functionName: SIXTY_FOUR },
    { functionName: "a_b-9" },
    { roleName: SIXTY_FOUR },
    { roleName: "a_+=,.@-9" },
    { permissionsBoundaryArn: "arn:aws:iam::222222222222:policy/path/b" },
    { permissionsBoundaryArn: "arn:aws:iam::aws:policy/PowerUserAccess" },
    { memorySizeMb: 128 },
    { memorySizeMb: 10240 },
    { timeoutSeconds: 1 },
    { timeoutSeconds: 900 },
    { reservedConcurrentExecutions: 0 },
    { logRetentionDays: 0 },
    { logRetentionDays: 3653 },
    { layers: Array(5).fill(LAYER) },
    ...["nodejs22.x", "nodejs24.x", "python3.13", "java8.al2", "java21"],
    ...["dotnet8", "ruby3.4", "provided.al2023"],
  ])("accepts %j", (given) => {
    const props = typeof given === "string" ? { runtime: given } : given;
    expect(refusalsOf(props)).toEqual([]);
  });

  it.each([
    ["handler", "index.handler"],
    ["runtime", "nodejs22.x"],
    ["layers", [LAYER]],
  ])("fails when a container image is given a %s", (property, value) => {
    const code = LambdaCode.fromImage("image:1");
    expect(refusalsOf({ code, [property]: value })).toEqual([
      `'${property}' and 'code' are mutually exclusive, got a container image; omit '${property}': the image decides it`,
    ]);
  });
});
