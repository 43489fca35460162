import { dnsSuffixOf, parseArn, sessionArnOf } from "../arn";
import type { AccessRequest } from "./evaluate";
import type { Destination } from "../pipeline";
import { reportKeyContext } from "./report-key";

/** A role that Lambda has assumed for a function. */
interface LambdaRole {
  readonly roleArn: string;
  readonly roleId?: string | undefined;
  /** Undefined if it is not known. */
  readonly hasBoundary?: boolean | undefined;
  readonly functionName: string;
}

/**
 * Keys that only other requests have: those of users, of services that call for themselves, and those
 * that set tags.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const ABSENT = Object.fromEntries(
  [
    "aws:username",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:TagKeys",
  ].map((key) => [key, null]),
);

/**
 * A request that Lambda makes in a role's name, with the condition keys whose values are known. For a
 * key, it is the one that Kinesis makes in turn for the records of a stream, or the service of a
 * destination for a report.
 *
 * @param destination whose key it is; without one, the stream's
 */
export function lambdaRequest(
  { roleArn, roleId, hasBoundary, functionName }: LambdaRole,
  { action, resource }: Pick<AccessRequest, "action" | "resource">,
  stream: { readonly arn: string; readonly region: string },
  destination?: Destination,
): AccessRequest {
  const { partition, account } = parseArn(roleArn);
  // A bucket's ARN does not tell its account.
  const owner = parseArn(resource).account;
  const now = new Date();
  return {
    action,
    resource,
    caller: { roleArn, roleId, hasBoundary, sessionArn: sessionArnOf(roleArn, functionName) },
    context: {
      ...ABSENT,
      "aws:PrincipalArn": roleArn,
      "aws:PrincipalAccount": account,
      "aws:PrincipalType": "AssumedRole",
      "aws:PrincipalIsAWSService": "false",
      ...(stream.region !== "" && { "aws:RequestedRegion": stream.region }),
      ...(owner !== "" && { "aws:ResourceAccount": owner }),
      "aws:SecureTransport": "true",
      "aws:CurrentTime": now.toISOString(),
      "aws:EpochTime": String(Math.floor(now.getTime() / 1000)),
      ...(roleId !== undefined && { "aws:userid": `${roleId}:${functionName}` }),
      ...(action.startsWith("kms:") && {
        ...keyUse(stream, dnsSuffixOf(partition), destination),
        "kms:CallerAccount": account,
      }),
    },
  };
}

/**
 * The same of a principal as a policy names it; for an account, or for everybody, of some role there.
 *
 * @param roleId of a role whose unique id is known
 */
export function principalRequest(
  principal: string,
  what: Pick<AccessRequest, "action" | "resource">,
  stream: { readonly arn: string; readonly region: string },
  roleId?: string,
): AccessRequest {
  const account = /^\d{12}$/.test(principal) ? principal : parseArn(principal).account;
  const isRole = !/^\d{12}$|:root$|^\*$/.test(principal);
  const roleArn = isRole ? principal : `arn:aws:iam::${account}:role/any`;
  return lambdaRequest({ roleArn, roleId, functionName: "any" }, what, stream);
}

/** The condition keys of a service that uses a key for the role. */
function keyUse(
  stream: { readonly arn: string; readonly region: string },
  dnsSuffix: string,
  destination?: Destination,
): AccessRequest["context"] {
  const context = destination
    ? reportKeyContext(destination.service, destination.arn)
    : { "aws:kinesis:arn": stream.arn };
  return {
    "kms:ViaService": `${destination?.service ?? "kinesis"}.${stream.region}.${dnsSuffix}`,
    ...Object.fromEntries(
      Object.entries(context).map(([key, value]) => [`kms:EncryptionContext:${key}`, value]),
    ),
    "kms:EncryptionContextKeys": Object.keys(context),
  };
}
