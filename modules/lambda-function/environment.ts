import { Token } from "cdktf";
import { arnBeside, arnPart } from "../policies/arns";
import { identityStatement, Statement } from "../policies/statements";
import { matching } from "../properties/property-types";
import { PropertyChecks } from "../properties/property-checks";
import type { FunctionSettings } from "./function-properties";

/** https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
export const variableName = matching(
  "^[a-zA-Z][a-zA-Z0-9_]+$",
  "two or more letters, digits or underscores, the first of them a letter",
);

export function checkEnvironmentKey(
  checks: PropertyChecks,
  { environment, environmentKmsKeyArn: key, snapStart }: FunctionSettings,
): void {
  const isEmpty =
    environment === undefined ||
    (!Token.isUnresolved(environment) && Object.keys(environment).length === 0);
  if (key !== undefined && isEmpty && !snapStart) {
    checks.addError(
      "'environmentKmsKeyArn' requires 'environment', got a key without variables; " +
        "Lambda does not keep a key that encrypts nothing, so that every plan would add it again: omit 'environmentKmsKeyArn'",
    );
  }
}

/**
 * Lambda decrypts the variables as the role, with the function's ARN as encryption context. The
 * ARN is composed from its parts, since the function depends on this statement.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
 */
export function environmentStatement(
  kmsKeyArn: string,
  roleArn: string,
  functionName: string,
): Statement {
  const region = arnPart(kmsKeyArn, "region");
  const arn = arnBeside(roleArn, "lambda", region, `function:${functionName}`);
  return {
    ...identityStatement("DecryptEnvironment", ["kms:Decrypt"], kmsKeyArn),
    Condition: { StringEquals: { "kms:EncryptionContext:aws:lambda:FunctionArn": arn } },
  };
}
