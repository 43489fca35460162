import { LambdaCode } from "../../modules";
import { FUNCTION_PROPERTIES } from "../../modules/lambda-function/function-properties";
import { CONSTRUCTS } from "../helpers/constructs";
import { propertiesOf, sentenceAbout } from "../helpers/sentences";
import { ROLE_ARN } from "../helpers/synthesize";

const { refuse } = CONSTRUCTS.CrossAccountConsumer;

const EXISTING = {
  functionName: "reader",
  roleName: "reader",
  roleArn: ROLE_ARN,
};
const LAYER = "arn:aws:lambda:eu-central-1:222222222222:layer:lib:1";
const SIXTY_FOUR = "a".repeat(64);

describe("CrossAccountConsumer's function", () => {
  it.each([
    ["neither", { code: undefined }],
    ["both", { existingFunction: EXISTING, code: LambdaCode.fromS3("bucket", "key") }],
  ])("fails when it is given %s of code and existingFunction", (got, props) => {
    expect(refuse(props)).toEqual([
      `exactly one of 'code' and 'existingFunction' must be given, got ${got}; give 'code' to have a function created, or 'existingFunction' to use an existing function`,
    ]);
  });

  it.each<[keyof typeof FUNCTION_PROPERTIES, string[]]>([
    ["functionName", ["a.b", "a b", `${SIXTY_FOUR}a`]],
    ["roleName", ["a/b", "a b", `${SIXTY_FOUR}a`]],
    ["permissionsBoundaryArn", ["boundary", "arn:aws:iam::222222222222:role/boundary"]],
    ["runtime", ["Node 22"]],
    ["description", ["a\nb", "a".repeat(257)]],
    ["logGroupKmsKeyArn", ["alias/logs"]],
    ["rolePath", ["pipelines", "/pipelines", "/a b/", ""]],
  ])("fails when %s is one of %j", (name, values) => {
    expect(values.map((value) => refuse({ [name]: value }))).toEqual(
      values.map((value) => [sentenceAbout(name, FUNCTION_PROPERTIES[name], value)]),
    );
  });

  it.each(["a.b", `${SIXTY_FOUR}a`])(
    "fails when consumerName %j is not a valid function name and functionName is missing",
    (consumerName) => {
      const { type } = FUNCTION_PROPERTIES.functionName;
      const fix = "the default is 'consumerName': give 'functionName'";
      expect(refuse({ consumerName })).toEqual([
        sentenceAbout("functionName", { type: type, fix }, consumerName),
      ]);
      expect(refuse({ consumerName, functionName: "reader" })).toEqual([]);
    },
  );

  it.each([
    ...["nodejs18.x", "nodejs20.x", "nodejs6.10", "python3.9", "python2.7", "ruby3.2", "java8"],
    ...["go1.x", "dotnet6", "dotnetcore3.1", "provided", "provided.al2"],
  ])("fails when runtime is %s, which Lambda no longer accepts for new functions", (runtime) => {
    expect(refuse({ runtime })).toEqual([
      expect.stringContaining(
        `'runtime' must be a runtime that Lambda still creates functions with, got "${runtime}"`,
      ),
    ]);
  });

  it.each([
    ["layers[0]", { layers: [LAYER.slice(0, -2)] }],
    ["vpc.subnetIds", { vpc: { subnetIds: [], securityGroupIds: ["sg-1"] } }],
    ["vpc.securityGroupIds", { vpc: { subnetIds: ["subnet-1"], securityGroupIds: [] } }],
  ])("fails when %s is wrong in %j", (name, props) => {
    expect(propertiesOf(refuse(props))).toEqual([name]);
  });

  it.each([
    ...[SIXTY_FOUR, "a_b-9"].map((functionName) => ({ functionName })),
    ...[SIXTY_FOUR, "a_+=,.@-9"].map((roleName) => ({ roleName })),
    { permissionsBoundaryArn: "arn:aws:iam::222222222222:policy/path/b" },
    { permissionsBoundaryArn: "arn:aws:iam::aws:policy/PowerUserAccess" },
    { layers: Array(5).fill(LAYER) },
    ...["nodejs22.x", "nodejs24.x", "python3.13", "java8.al2", "java21"].map((runtime) => ({
      runtime,
    })),
    ...["dotnet8", "ruby3.4", "provided.al2023"].map((runtime) => ({ runtime })),
  ])("accepts %j", (props) => {
    expect(refuse(props)).toEqual([]);
  });

  it.each([
    ["handler", "index.handler"],
    ["runtime", "nodejs22.x"],
    ["layers", [LAYER]],
  ])("fails when a container image is given a %s", (property, value) => {
    const code = LambdaCode.fromImage("image:1");
    expect(refuse({ code, [property]: value })).toEqual([
      `'${property}' and 'code' are mutually exclusive, got a container image; omit '${property}': the image decides it`,
    ]);
  });
});
