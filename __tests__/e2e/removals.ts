import { Configuration } from "../../local/workspace";

const POLICIES = [
  "aws_kinesis_resource_policy",
  "aws_kms_key_policy",
  "aws_iam_role_policy",
] as const;

/** The step that fails without a statement; all others still work. */
const MISSED: Record<string, RegExp> = {
  StreamEFOReadStatementID: /kinesis:(Describe|Get|List)/,
  StreamWriteStatementID: /^the writer: .*kinesis:PutRecord/s,
  // It is the only statement of its policy, and AWS may also refuse an empty policy.
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

export const policiesOf = (stack: Configuration): { type: string; id: string; address: string }[] =>
  POLICIES.flatMap((type) =>
    Object.keys(stack.resource[type] ?? {}).map((id) => ({
      type,
      id,
      address: `${type}.${id}`,
    })),
  );

const REFERENCE = /\$\{[^}]*\}/g;

/** Edits a policy's statements. Quotes in Terraform's references are not valid in JSON. */
function editStatements(
  policy: string,
  edit: (statements: { Sid: string }[]) => { Sid: string }[],
): string {
  const references = policy.match(REFERENCE) ?? [];
  let index = 0;
  const document = JSON.parse(policy.replace(REFERENCE, () => `<${index++}>`)) as {
    Statement: { Sid: string }[];
  };
  document.Statement = edit(document.Statement);
  return JSON.stringify(document).replace(/<(\d+)>/g, (_all, at) => references[Number(at)]!);
}

function sidsOf(policy: string): string[] {
  const sids: string[] = [];
  editStatements(policy, (statements) => {
    sids.push(...statements.map(({ Sid }) => Sid));
    return statements;
  });
  return sids;
}

const policyAt = (stack: Configuration, type: string, id: string): { policy: string } =>
  stack.resource[type]![id] as { policy: string };

/** Removes each statement of each policy, and each policy as a whole. */
export function removals(stack: Configuration): (readonly [string, RegExp, Edit])[] {
  return policiesOf(stack).flatMap(({ type, id, address }) => [
    ...sidsOf(policyAt(stack, type, id).policy).map(
      (sid) =>
        [
          `statement ${sid} of ${short(address)}`,
          MISSED[sid]!,
          (edited: Configuration) => {
            const resource = policyAt(edited, type, id);
            resource.policy = editStatements(resource.policy, (statements) =>
              statements.filter(({ Sid }) => Sid !== sid),
            );
          },
        ] as const,
    ),
    [
      `resource ${short(address)}`,
      /^(the writer: |PROBLEM: User: )/,
      (edited: Configuration) => {
        const rest = Object.entries(edited.resource[type]!).filter(([other]) => other !== id);
        edited.resource[type] = Object.fromEntries(rest);
        if (rest.length === 0) {
          edited.resource = Object.fromEntries(
            Object.entries(edited.resource).filter(([other]) => other !== type),
          );
        }
        withoutEdgesTo(address)(edited);
      },
    ] as const,
  ]);
}

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
