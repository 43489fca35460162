import { PutResourcePolicyCommand } from "@aws-sdk/client-kinesis";
import { PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { Configuration } from "../../local/workspace";
import { Clients } from "../local/two-accounts";
import { CONSUMER, PRODUCER } from "./deployment";

/** By type of resource: the account of the policy, and the call that replaces it. */
const POLICIES: Record<string, PolicyType> = {
  aws_kinesis_resource_policy: {
    account: PRODUCER,
    put: ({ kinesis }, { resource_arn: ResourceARN }, Policy) =>
      kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy })),
  },
  aws_kms_key_policy: {
    account: PRODUCER,
    put: ({ kms }, { key_id: KeyId }, Policy) =>
      kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy })),
  },
  aws_iam_role_policy: {
    account: CONSUMER,
    put: ({ iam }, { role: RoleName, name: PolicyName }, PolicyDocument) =>
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
  },
};

interface PolicyType {
  readonly account: string;
  put(clients: Clients, resource: Record<string, string>, policy: string): Promise<unknown>;
}

/** One policy of the synthesized stack. */
export interface PolicyResource extends PolicyType {
  readonly type: string;
  readonly id: string;
  readonly address: string;
}

/** The failure that the removal of a statement causes, by the statement's Sid. */
const MISSED: Record<string, RegExp> = {
  StreamEFOReadStatementID: /kinesis:(Describe|Get|List)/,
  StreamWriteStatementID: /^the writer: .*kinesis:PutRecord/s,
  // The only statement of its policy, and an empty policy is refused.
  ConsumerEFOReadStatementID:
    /^refused: .*Exception: |kinesis:(SubscribeToShard|DescribeStreamConsumer)/s,
  KeyAdministration: /^refused: .*not allow you to update the key policy/s,
  StreamReadersDecrypt: /kms:Decrypt/,
  StreamWritersGenerateDataKey: /^the writer: .*kms:GenerateDataKey/s,
  ReadStream: /kinesis:(Describe|Get|List)/,
  ReadConsumer: /kinesis:(SubscribeToShard|DescribeStreamConsumer)/,
  DecryptRecords: /kms:Decrypt/,
  ReportFailures: /^failures are not reported$/,
  WriteLogs: /^no log line$/,
};

export type Edit = (stack: Configuration) => void;

export const short = (address: string): string => address.replace(/_[0-9A-F]{8}$/, "");

export const policiesOf = (stack: Configuration): PolicyResource[] =>
  Object.entries(POLICIES).flatMap(([type, policyType]) =>
    Object.keys(stack.resource[type] ?? {}).map((id) => ({
      ...policyType,
      type,
      id,
      address: `${type}.${id}`,
    })),
  );

/**
 * The text of a policy without one statement. The Sid of one that names a created role ends in a digest
 * that is known after apply.
 */
export const withoutStatement = (policy: string, sid: string): string => {
  const document = JSON.parse(policy) as { Statement: { Sid: string }[] };
  return JSON.stringify({
    ...document,
    Statement: document.Statement.filter(({ Sid }) => !Sid.startsWith(sid)),
  });
};

/** Every statement of every policy, with the failure that its removal causes. */
export const statementsOf = (
  stack: Configuration,
): (readonly [name: string, missed: RegExp, policy: PolicyResource, sid: string])[] =>
  policiesOf(stack).flatMap((policy) => {
    const { policy: text } = stack.resource[policy.type]![policy.id] as { policy: string };
    return [...text.matchAll(/"Sid":"(\w+)/g)].map(
      ([, sid]) => [`${sid} of ${short(policy.address)}`, MISSED[sid!]!, policy, sid!] as const,
    );
  });

export const withoutEdgesTo =
  (address: string): Edit =>
  (stack) => {
    for (const resources of Object.values(stack.resource)) {
      for (const resource of Object.values(resources)) {
        if (Array.isArray(resource.depends_on)) {
          resource.depends_on = resource.depends_on.filter((one) => one !== address);
        }
      }
    }
  };
