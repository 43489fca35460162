import {
  functionName,
  layerVersionArn,
  policyArn,
  roleArn,
  roleName,
  rolePath,
} from "../properties/formats";
import {
  instance,
  integer,
  list,
  mapOfStrings,
  matching,
  nonEmptyString,
  oneOf,
} from "../properties/kinds";
import { object, Properties } from "../properties/property";
import {
  Architecture,
  ExistingFunction,
  FunctionProps,
  FunctionVpc,
  TracingMode,
} from "./function-props";
import { LambdaCode } from "./lambda-code";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
  3288, 3653,
];

/** Lambda creates no functions with these. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RETIRED_RUNTIME =
  /^(nodejs([468]\.10|4\.3(-edge)?|1[02468]\.x|20\.x)?|python(2\.7|3\.[6-9])|ruby(2\.[57]|3\.2)|java8|go1\.x|dotnet(core[123]\.[01]|[567](\.0)?)|provided(\.al2)?)$/;

const runtime = matching(
  "^[a-z]+[a-z0-9.-]+$",
  "a runtime identifier such as nodejs22.x",
  (value, property) =>
    RETIRED_RUNTIME.test(value)
      ? `'${property}' must be a runtime that Lambda still creates functions with, got ${JSON.stringify(value)}; omit it for nodejs22.x, or see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html`
      : undefined,
);

/** https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
const variableName = matching(
  "^[a-zA-Z][a-zA-Z0-9_]+$",
  "two or more letters, digits or underscores, the first of them a letter",
);

const ids = (noun: string) =>
  ({
    kind: list(nonEmptyString(), noun, { isNonEmpty: true }),
    required: true,
    fix: "give one, or omit 'vpc'",
  }) as const;

const vpc = object<FunctionVpc>({
  subnetIds: ids("subnet ids"),
  securityGroupIds: ids("security group ids"),
});

const existingFunction = object<ExistingFunction>({
  functionName: {
    kind: functionName,
    required: true,
    fix: "give the function's name, not its ARN",
  },
  roleName: {
    kind: roleName,
    required: true,
    fix: "give the name of the function's execution role",
    resource: "role",
  },
  roleArn: {
    kind: roleArn,
    required: true,
    fix: "give the ARN of the function's execution role",
    resource: "role",
  },
});

export const FUNCTION_PROPERTIES = {
  code: {
    kind: instance<LambdaCode>("a LambdaCode", (value) => value instanceof LambdaCode),
    fix: "create it with LambdaCode.fromDirectory, fromZip, fromS3 or fromImage",
  },
  existingFunction: {
    kind: existingFunction,
    fix: "omit it to have a function created from 'code'",
  },
  functionName: { kind: functionName, fix: "rename the function" },
  roleName: { kind: roleName, fix: "rename the role", resource: "role" },
  rolePath: { kind: rolePath, implicitDefault: "/", resource: "role" },
  handler: {
    kind: matching("^[^ ]{1,128}$", "1 to 128 characters without spaces"),
    default: "index.handler",
  },
  runtime: { kind: runtime, default: "nodejs22.x" },
  architecture: { kind: oneOf(Object.values(Architecture)), default: Architecture.ARM_64 },
  memorySizeMb: { kind: integer(128, 10240), default: 256 },
  timeoutSeconds: { kind: integer(1, 900), default: 60 },
  environment: { kind: mapOfStrings(variableName), fix: "omit it for no variables" },
  layers: {
    kind: list(layerVersionArn, "layer versions", { maxItems: 5 }),
    fix: "give ARNs of layer versions, and merge some if there are too many",
  },
  vpc: { kind: vpc, fix: "omit it for Lambda's own network" },
  reservedConcurrentExecutions: {
    kind: integer(0, 1000000),
    fix: "omit it to share the account's concurrency",
  },
  tracing: { kind: oneOf(Object.values(TracingMode)), default: TracingMode.PASS_THROUGH },
  logRetentionDays: { kind: oneOf(LOG_RETENTION_DAYS), default: 30, resource: "log-group" },
  permissionsBoundaryArn: {
    kind: policyArn,
    fix: "omit it for no boundary",
    resource: "role",
  },
} as const satisfies Properties<FunctionProps>;
