import { roleNameOf } from "../arns";
import type { Pipeline } from "../pipeline";
import {
  inFunctionAccount,
  inStreamAccount,
  recreateMapping,
  resourceStatement,
  roleStatement,
  updateMapping,
  type Details,
} from "./fixes";

interface FindingKind {
  /** `error`: records do not get through. `warning`: they do, but something is lost. */
  readonly severity: "error" | "warning";
  /** What is wrong, in one sentence. */
  readonly what: string;
  /** What to type, or what to do where no single command does it. */
  readonly fix: (pipeline: Pipeline, details: Details) => string;
}

/** Every finding that doctor can make. docs/runbook.md has a section for each id. */
export const FINDINGS = {
  "stream-missing": {
    severity: "error",
    what: "the stream does not exist",
    fix: (pipeline) =>
      `create it again, ${inStreamAccount(pipeline)}, with 'terraform apply'; its records are lost. The mapping then has to be recreated too`,
  },
  "stream-not-active": {
    severity: "error",
    what: "the stream cannot be read yet, or any more",
    fix: ({ stream }) => `aws kinesis wait stream-exists --stream-arn ${stream.arn}`,
  },
  "stream-aws-managed-key": {
    severity: "error",
    what: "the stream is encrypted with the AWS managed key, which no other account can use",
    fix: (pipeline) =>
      `encrypt it with a customer managed key, ${inStreamAccount(pipeline)}: aws kinesis start-stream-encryption --stream-arn ${pipeline.stream.arn} --encryption-type KMS --key-id KEY_ARN`,
  },
  "key-missing": {
    severity: "error",
    what: "the key that the stream is encrypted with does not exist",
    fix: (pipeline) =>
      `encrypt the stream with another key, ${inStreamAccount(pipeline)}: aws kinesis start-stream-encryption --stream-arn ${pipeline.stream.arn} --encryption-type KMS --key-id KEY_ARN; records that the old key encrypted are lost`,
  },
  "key-disabled": {
    severity: "error",
    what: "the key is disabled, so no record can be decrypted",
    fix: (pipeline, { resource }) =>
      `aws kms enable-key --key-id ${resource} (${inStreamAccount(pipeline)})`,
  },
  "key-pending-deletion": {
    severity: "error",
    what: "the key is about to be deleted, so no record can be decrypted",
    fix: (pipeline, { resource }) =>
      `aws kms cancel-key-deletion --key-id ${resource}, then aws kms enable-key --key-id ${resource} (${inStreamAccount(pipeline)})`,
  },
  "key-other-region": {
    severity: "error",
    what: "the key is in another Region than the stream",
    fix: (pipeline) =>
      `encrypt the stream with a key of ${pipeline.region}, ${inStreamAccount(pipeline)}: aws kinesis start-stream-encryption --stream-arn ${pipeline.stream.arn} --encryption-type KMS --key-id KEY_ARN`,
  },
  "consumer-missing": {
    severity: "error",
    what: "the registered consumer that the mapping reads through does not exist",
    fix: (pipeline) =>
      `register it again, ${inStreamAccount(pipeline)}: aws kinesis register-stream-consumer --stream-arn ${pipeline.stream.arn} --consumer-name ${pipeline.consumer?.name}; its ARN is a new one, so its policy, the role's policy and the mapping follow ('terraform apply' does all of it)`,
  },
  "consumer-reregistered": {
    severity: "error",
    what: "the registered consumer was registered again, and the mapping still names the old one",
    fix: (pipeline, { resource }) => recreateMapping(pipeline, resource ?? ""),
  },
  "consumer-not-active": {
    severity: "error",
    what: "the registered consumer cannot be used yet, or any more",
    fix: (pipeline) =>
      `aws kinesis describe-stream-consumer --consumer-arn ${pipeline.consumer?.arn} (${inStreamAccount(pipeline)}) until its status is ACTIVE`,
  },
  "policy-principal-deleted": {
    severity: "error",
    what: "a policy names a role that was deleted; a new role of the same name is another principal",
    fix: (pipeline, { resource }) =>
      `put ${resource} again with the role's ARN ${pipeline.role.arn}, ${inStreamAccount(pipeline)}; 'terraform apply' does that`,
  },
  "stream-policy-missing": {
    severity: "error",
    what: "the stream has no resource policy, so no other account may read it",
    fix: resourceStatement,
  },
  "stream-policy-denies": {
    severity: "error",
    what: "the stream's resource policy does not let the role read",
    fix: resourceStatement,
  },
  "consumer-policy-missing": {
    severity: "error",
    what: "the registered consumer has no resource policy, so no other account may subscribe",
    fix: resourceStatement,
  },
  "consumer-policy-denies": {
    severity: "error",
    what: "the registered consumer's resource policy does not let the role subscribe",
    fix: resourceStatement,
  },
  "key-policy-denies": {
    severity: "error",
    what: "the key's policy does not let the role decrypt",
    fix: (pipeline, { resource }) =>
      `add this statement to the policy and put the whole policy ${inStreamAccount(pipeline)} with ` +
      `aws kms put-key-policy --key-id ${resource} --policy-name default --policy file://policy.json: ` +
      JSON.stringify({
        Effect: "Allow",
        Principal: { AWS: pipeline.role.arn },
        Action: "kms:Decrypt",
        Resource: "*",
      }),
  },
  "role-missing": {
    severity: "error",
    what: "the function's role does not exist",
    fix: (pipeline) =>
      `create it again, ${inFunctionAccount(pipeline)}, with 'terraform apply', then put the policies that name it again: a new role is a new principal`,
  },
  "role-trust-denies": {
    severity: "error",
    what: "the role's trust policy does not let Lambda assume it",
    fix: (pipeline) =>
      `aws iam update-assume-role-policy --role-name ${roleNameOf(pipeline.role.arn ?? "")} --policy-document ` +
      `'${JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }] })}' (${inFunctionAccount(pipeline)})`,
  },
  "role-policy-stream": {
    severity: "error",
    what: "the role's own policies do not let it read the stream",
    fix: roleStatement,
  },
  "role-policy-consumer": {
    severity: "error",
    what: "the role's own policies do not let it subscribe through the registered consumer",
    fix: roleStatement,
  },
  "role-policy-key": {
    severity: "error",
    what: "the role's own policies do not let it decrypt with the stream's key",
    fix: roleStatement,
  },
  "role-policy-destination": {
    severity: "warning",
    what: "the role may not write to the on-failure destination, so failed records are lost without a report",
    fix: roleStatement,
  },
  "role-policy-logs": {
    severity: "warning",
    what: "the role may not write to the function's log group, so nothing is logged",
    fix: roleStatement,
  },
  "boundary-denies": {
    severity: "error",
    what: "the role's permissions boundary does not allow what the role needs",
    fix: (pipeline, { actions, resource }) =>
      `add a statement that allows ${actions?.join(", ")} to the policy ${resource}, and make that its default version: aws iam create-policy-version --policy-arn ${resource} --policy-document file://boundary.json --set-as-default (${inFunctionAccount(pipeline)})`,
  },
  "function-missing": {
    severity: "error",
    what: "the function does not exist",
    fix: (pipeline) =>
      `create it again, ${inFunctionAccount(pipeline)}, with 'terraform apply'; or delete the mapping: aws lambda delete-event-source-mapping --uuid ${pipeline.mapping.uuid}`,
  },
  "function-alias-missing": {
    severity: "error",
    what: "the version or alias that the mapping invokes does not exist",
    fix: (pipeline) =>
      `aws lambda create-alias --function-name ${pipeline.function.name} --name ${pipeline.function.qualifier} --function-version VERSION (${inFunctionAccount(pipeline)}), or name another one: ${updateMapping(pipeline, "--function-name NAME")}`,
  },
  "function-not-active": {
    severity: "error",
    what: "the function cannot be invoked",
    fix: (pipeline) =>
      `correct what the reason names, then aws lambda wait function-active-v2 --function-name ${pipeline.function.name} (${inFunctionAccount(pipeline)})`,
  },
  "function-update-failed": {
    severity: "warning",
    what: "the last update of the function failed, so older code or settings run",
    fix: (pipeline) =>
      `correct what the reason names and update ${pipeline.function.name} again (${inFunctionAccount(pipeline)})`,
  },
  "function-no-concurrency": {
    severity: "error",
    what: "the function's reserved concurrency is 0, so every invocation is throttled",
    fix: (pipeline) =>
      `aws lambda delete-function-concurrency --function-name ${pipeline.function.name} (${inFunctionAccount(pipeline)})`,
  },
  "mapping-missing": {
    severity: "error",
    what: "the event source mapping does not exist, so nothing reads the stream for the function",
    fix: (pipeline) =>
      `'terraform apply' creates it; by hand, ${inFunctionAccount(pipeline)}: aws lambda create-event-source-mapping --function-name ${pipeline.function.arn} --event-source-arn ${pipeline.mapping.sourceArn} --starting-position TRIM_HORIZON`,
  },
  "mapping-disabled": {
    severity: "error",
    what: "the event source mapping is disabled, so nothing reads the stream for the function",
    fix: (pipeline) =>
      `${updateMapping(pipeline, "--enabled")} (${inFunctionAccount(pipeline)}); it goes on where it stopped`,
  },
  "mapping-changing": {
    severity: "warning",
    what: "the event source mapping is being created, changed or deleted",
    fix: (pipeline) =>
      `aws lambda get-event-source-mapping --uuid ${pipeline.mapping.uuid} (${inFunctionAccount(pipeline)}) until its state is Enabled`,
  },
  "mapping-problem": {
    severity: "error",
    what: "Lambda reports a problem with the last batch, and nothing else found here explains it",
    fix: (pipeline) =>
      `follow what the evidence says; 'cross-account-kinesis doctor --mapping ${pipeline.mapping.uuid} --probe' shows whether records get through now`,
  },
  "function-fails": {
    severity: "error",
    what: "the function failed on the last batch",
    fix: (pipeline) =>
      `aws logs tail ${pipeline.function.name.startsWith("/") ? "" : "/aws/lambda/"}${pipeline.function.name} --since 1h (${inFunctionAccount(pipeline)}) shows its error`,
  },
  "destination-missing": {
    severity: "warning",
    what: "the on-failure destination does not exist, so failed records are lost without a report",
    fix: (pipeline, { resource }) =>
      `create ${resource} again, or name another destination: ${updateMapping(pipeline, `--destination-config '{"OnFailure":{"Destination":"ARN"}}'`)} (${inFunctionAccount(pipeline)})`,
  },
  "destination-policy-denies": {
    severity: "warning",
    what: "the on-failure destination's own policy refuses the role, so failed records are lost without a report",
    fix: (pipeline, { resource, actions }) =>
      `take the statement out of the policy of ${resource} that denies ${actions?.join(", ")} to ${pipeline.role.arn}`,
  },
  "log-group-missing": {
    severity: "warning",
    what: "the function's log group does not exist and the role may not create it, so nothing is logged",
    fix: (pipeline, { resource }) =>
      `aws logs create-log-group --log-group-name ${resource} (${inFunctionAccount(pipeline)})`,
  },
  "probe-not-written": {
    severity: "error",
    what: "the probe's record could not be put into the stream",
    fix: (pipeline) =>
      `allow kinesis:PutRecord on ${pipeline.stream.arn} to the caller, and kms:GenerateDataKey on its key ('doctor --probe --permissions' prints the policy)`,
  },
  "probe-not-seen": {
    severity: "error",
    what: "the probe's record did not show up in the function's log",
    fix: (pipeline) =>
      `run 'cross-account-kinesis status --mapping ${pipeline.mapping.uuid}' for its lag and errors; a function that logs no partition keys or data cannot be probed`,
  },
} as const satisfies Readonly<Record<string, FindingKind>>;

export type FindingId = keyof typeof FINDINGS;

/** One thing that is wrong. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: FindingKind["severity"];
  readonly what: string;
  /** What AWS answered. */
  readonly evidence: string;
  readonly fix: string;
}

export function findingOf(
  id: FindingId,
  evidence: string,
  pipeline: Pipeline,
  details: Details = {},
): Finding {
  const { severity, what, fix } = FINDINGS[id] as FindingKind;
  return { id, severity, what, evidence, fix: fix(pipeline, details) };
}
