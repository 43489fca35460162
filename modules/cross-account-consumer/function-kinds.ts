import { Fn, Op } from "cdktf";
import { conditions, statementId } from "../policies/conditions";
import { asArgument } from "../properties/expressions";
import { ACCOUNT, functionName, PARTITION, roleArn, roleName } from "../properties/formats";
import { boolean, list, matching, nonEmptyString, number, string, text } from "../properties/kinds";
import { object } from "../properties/property";
import {
  AdditionalVersionWeight,
  ExistingFunction,
  FunctionAlias,
  FunctionFileSystem,
  FunctionPolicyStatement,
  FunctionVpc,
  ImageConfig,
} from "./function-types";

/** Kinds of values that only the function has. */

/** Lambda creates no functions with these. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RETIRED_RUNTIME =
  /^(nodejs([468]\.10|4\.3(-edge)?|1[02468]\.x|20\.x)?|python(2\.7|3\.[6-9])|ruby(2\.[57]|3\.2)|java8|go1\.x|dotnet(core[123]\.[01]|[567](\.0)?)|provided(\.al2)?)$/;

export const runtime = matching(
  "^[a-z]+[a-z0-9.-]+$",
  "a runtime identifier such as nodejs22.x",
  (value) =>
    RETIRED_RUNTIME.test(value)
      ? {
          rule: "must be a runtime that Lambda still creates functions with",
          fix: "omit it for nodejs22.x, or see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
        }
      : undefined,
);

/** https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
export const variableName = matching(
  "^[a-zA-Z][a-zA-Z0-9_]+$",
  "two or more letters, digits or underscores, the first of them a letter",
);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const logGroupName = matching(
  "^[a-zA-Z0-9_/.#-]{1,512}$",
  "1 to 512 letters, digits or characters of _/.#-",
);

export const codeSigningConfigArn = matching(
  `^${PARTITION}:lambda:[a-z0-9-]+:${ACCOUNT}:code-signing-config:csc-[a-z0-9]{17}$`,
  "the ARN of a code signing configuration (arn:aws:lambda:<region>:<account>:code-signing-config:<id>)",
);

const ids = (noun: string) =>
  ({
    kind: list(nonEmptyString(), noun, { isNonEmpty: true }),
    required: true,
    fix: "give one, or omit 'vpc'",
  }) as const;

export const vpc = object<FunctionVpc>({
  subnetIds: ids("subnet ids"),
  securityGroupIds: ids("security group ids"),
  ipv6AllowedForDualStack: { kind: boolean(), implicitDefault: false },
});

/** A function, an alias or a version of it. */
export const functionReference = matching(
  "^[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9_-]{1,128})?$",
  `${functionName.rule}, which an alias or version can follow (name:live)`,
);

export const existingFunction = object<ExistingFunction>({
  functionName: {
    kind: functionReference,
    required: true,
    fix: "give the function's name, not its ARN",
  },
  roleName: {
    kind: roleName,
    required: true,
    fix: "give the name of the function's execution role",
  },
  roleArn: {
    kind: roleArn,
    required: true,
    fix: "give the ARN of the function's execution role",
  },
});

const action = matching(
  "^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$",
  "an action of one service (dynamodb:PutItem)",
  (value) =>
    value === "*"
      ? {
          rule: "must be an action of one service",
          fix: "the function could do everything in its account: name the actions it calls, or allow a whole service (dynamodb:*)",
        }
      : undefined,
);

export const policyStatement = object<FunctionPolicyStatement>({
  sid: statementId,
  actions: {
    kind: list(action, "actions", { isNonEmpty: true }),
    required: true,
    fix: "name the actions that the function calls",
  },
  resources: {
    kind: list(matching("^([*]|arn:.+)$", "an ARN or *"), "ARNs", { isNonEmpty: true }),
    required: true,
    fix: "give the ARNs of the resources that the function uses",
  },
  conditions,
});

const ALIAS_NAME = "^[a-zA-Z0-9_-]{1,128}$";
const ONLY_DIGITS = "^[0-9]+$";

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html */
const aliasName = text(
  "1 to 128 letters, digits, hyphens or underscores, not only digits",
  (value) => new RegExp(ALIAS_NAME).test(value) && !new RegExp(ONLY_DIGITS).test(value),
  (value) =>
    Op.and(
      Fn.can(Fn.regex(ALIAS_NAME, asArgument(value))),
      Op.not(Fn.can(Fn.regex(ONLY_DIGITS, asArgument(value)))),
    ),
  { type: "string", pattern: ALIAS_NAME },
);

const functionVersion = matching("^[1-9][0-9]*$", 'a published version such as "3"');
const publishedLast = "omit it for the version published last";

export const alias = object<FunctionAlias>({
  name: {
    kind: aliasName,
    required: true,
    fix: "rename the alias",
  },
  functionVersion: { kind: functionVersion, fix: publishedLast },
  additionalVersionWeight: {
    kind: object<AdditionalVersionWeight>({
      functionVersion: { kind: functionVersion, fix: publishedLast },
      weight: { kind: number(0, 1), required: true, fix: "give 0.1 for a tenth of the batches" },
    }),
    fix: "omit it to have one version process every batch",
  },
});

const ofTheImage = "omit it for the image's own";

export const imageConfig = object<ImageConfig>({
  command: { kind: list(string(), "arguments"), fix: ofTheImage },
  entryPoint: { kind: list(string(), "arguments"), fix: ofTheImage },
  workingDirectory: { kind: nonEmptyString(), fix: ofTheImage },
});

export const fileSystem = object<FunctionFileSystem>({
  accessPointArn: {
    kind: matching(
      `^${PARTITION}:elasticfilesystem:[a-z0-9-]+:${ACCOUNT}:access-point/fsap-[a-f0-9]{17}$`,
      "the ARN of an access point (arn:aws:elasticfilesystem:<region>:<account>:access-point/<id>)",
    ),
    required: true,
    fix: "give the ARN of an Amazon EFS access point",
  },
  localMountPath: {
    kind: matching("^/mnt/[a-zA-Z0-9_.-]{1,155}$", "a path directly under /mnt/ (/mnt/data)"),
    required: true,
    fix: "give the directory that the code uses",
  },
});
