import { CrossAccountConsumerProps } from "../cross-account-consumer-props";
import { Architecture, FunctionProps, TracingMode } from "../function-props";
import { Checks, isLiteral } from "./checks";
import { codeOrFunction, mustBeGiven, mutuallyExclusive, retiredRuntime } from "./errors";
import {
  functionName,
  integerBetween,
  layerVersionArn,
  matching,
  oneOf,
  policyArn,
  roleArn,
  roleName,
} from "./rules";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
  3288, 3653,
];

/** Function creation is blocked. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RETIRED_RUNTIME =
  /^(nodejs([468]\.10|4\.3(-edge)?|1[02468]\.x|20\.x)?|python(2\.7|3\.[6-9])|ruby(2\.[57]|3\.2)|java8|go1\.x|dotnet(core[123]\.[01]|[567](\.0)?)|provided(\.al2)?)$/;

/** What only a function made here can have. */
const FUNCTION_PROPERTIES = [
  "functionName",
  "roleName",
  "handler",
  "runtime",
  "architecture",
  "memorySizeMb",
  "timeoutSeconds",
  "environment",
  "layers",
  "vpc",
  "reservedConcurrentExecutions",
  "tracing",
  "logRetentionDays",
  "permissionsBoundaryArn",
] as const satisfies readonly (keyof FunctionProps)[];

/** One for each resource, which carries the preconditions of the properties that it uses. */
export interface FunctionChecks {
  readonly function: Checks;
  readonly role: Checks;
  readonly logGroup: Checks;
}

export function checkFunction(props: CrossAccountConsumerProps): FunctionChecks {
  const checks = {
    function: new Checks(),
    role: new Checks(),
    logGroup: new Checks(),
  };
  if ((props.code === undefined) === (props.existingFunction === undefined)) {
    checks.function.refuse(codeOrFunction(props.code ? "both" : "neither"));
  }
  checkExisting(checks.function, checks.role, props);
  checkNames(checks.function, checks.role, props);
  checkRuntime(checks.function, props);
  checkSizes(checks.function, props);
  checks.logGroup.check(
    "logRetentionDays",
    props.logRetentionDays,
    oneOf(LOG_RETENTION_DAYS),
    "omit it for 30",
  );
  if (props.vpc) {
    checkVpc(checks.function, props.vpc);
  }
  props.code?.problems().forEach((problem) => checks.function.refuse(problem));
  return checks;
}

function checkExisting(checks: Checks, role: Checks, props: CrossAccountConsumerProps): void {
  const existing = props.existingFunction;
  if (!existing) {
    return;
  }
  checks.check(
    "existingFunction.functionName",
    existing.functionName,
    functionName,
    "give the function's name, not its ARN",
  );
  role.check(
    "existingFunction.roleName",
    existing.roleName,
    roleName,
    "give the name of the function's execution role",
  );
  role.check(
    "existingFunction.roleArn",
    existing.roleArn,
    roleArn,
    "give the ARN of the function's execution role",
  );
  if (
    isLiteral(existing.roleName) &&
    isLiteral(existing.roleArn) &&
    !existing.roleArn.endsWith(`/${existing.roleName}`)
  ) {
    role.refuse(
      mustBeGiven(
        "existingFunction.roleName",
        `the name at the end of 'existingFunction.roleArn' (${existing.roleArn})`,
        existing.roleName,
        "give the name and the ARN of one role",
      ),
    );
  }
  for (const property of FUNCTION_PROPERTIES) {
    if (props[property] !== undefined) {
      checks.refuse(
        mutuallyExclusive(
          property,
          "existingFunction",
          "both",
          `omit '${property}': an existing function keeps its own settings`,
        ),
      );
    }
  }
}

function checkNames(checks: Checks, role: Checks, props: CrossAccountConsumerProps): void {
  if (props.existingFunction) {
    return;
  }
  const named = props.functionName ?? props.consumerName;
  const fix =
    props.functionName === undefined
      ? "the default is 'consumerName': give 'functionName'"
      : "rename the function";
  checks.check("functionName", named, functionName, fix);
  role.check("roleName", props.roleName, roleName, "rename the role");
  role.check(
    "permissionsBoundaryArn",
    props.permissionsBoundaryArn,
    policyArn,
    "omit it for no boundary",
  );
}

function checkRuntime(checks: Checks, props: CrossAccountConsumerProps): void {
  if (isLiteral(props.runtime) && RETIRED_RUNTIME.test(props.runtime)) {
    checks.refuse(retiredRuntime(props.runtime));
  } else {
    checks.check(
      "runtime",
      props.runtime,
      matching("^[a-z]+[a-z0-9.-]+$", "a runtime identifier such as nodejs22.x"),
      "omit it for nodejs22.x",
    );
  }
  checks.check(
    "architecture",
    props.architecture,
    oneOf(Object.values(Architecture)),
    "omit it for arm64",
  );
  checks.check(
    "tracing",
    props.tracing,
    oneOf(Object.values(TracingMode)),
    "omit it for PassThrough",
  );
  for (const property of ["handler", "runtime", "layers"] as const) {
    if (props.code?.isImage && props[property] !== undefined) {
      checks.refuse(
        mutuallyExclusive(
          property,
          "code",
          "a container image",
          `omit '${property}': the image decides it`,
        ),
      );
    }
  }
}

function checkSizes(checks: Checks, props: CrossAccountConsumerProps): void {
  checks.check("memorySizeMb", props.memorySizeMb, integerBetween(128, 10240), "omit it for 256");
  checks.check("timeoutSeconds", props.timeoutSeconds, integerBetween(1, 900), "omit it for 60");
  checks.check(
    "reservedConcurrentExecutions",
    props.reservedConcurrentExecutions,
    integerBetween(0, 1000000),
    "omit it to share the account's concurrency",
  );
  for (const layer of isLiteral(props.layers) ? props.layers : []) {
    checks.check("layers", layer, layerVersionArn, "give the ARN of a layer's version");
  }
  if ((props.layers?.length ?? 0) > 5) {
    checks.refuse(
      mustBeGiven(
        "layers",
        "at most 5 layer versions",
        props.layers?.length,
        "merge some of the layers",
      ),
    );
  }
}

function checkVpc(checks: Checks, vpc: NonNullable<FunctionProps["vpc"]>): void {
  for (const property of ["subnetIds", "securityGroupIds"] as const) {
    if (vpc[property].length === 0) {
      checks.refuse(
        mustBeGiven(
          `vpc.${property}`,
          "a list of at least one id",
          vpc[property],
          "give one, or omit 'vpc'",
        ),
      );
    }
  }
}
