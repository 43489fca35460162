import { DISCOVERY, RESOURCES, type Permission } from "../permissions";
import type { CommandOptions } from "./options";

/** What a redrive needs beside what finding the pipeline does. */
export function permissionsFor(options: CommandOptions): Permission[] {
  const isShowing = options.show !== undefined;
  const isSending = options.dryRun !== true && options.save === undefined && !isShowing;
  const isByTime = options.from !== undefined;
  return [
    ...DISCOVERY,
    {
      account: "stream",
      actions: ["kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"],
      resource: RESOURCES.stream,
    },
    { account: "stream", actions: ["kms:Decrypt"], resource: RESOURCES.key },
    ...(options.save === undefined && !isShowing
      ? [
          {
            account: "function",
            actions: ["lambda:GetFunctionConcurrency"],
            resource: RESOURCES.function,
          } as const,
        ]
      : []),
    ...(isByTime ? [] : reportPermissions(isSending)),
    ...(isSending
      ? [
          {
            account: "function",
            actions: ["lambda:InvokeFunction"],
            resource: RESOURCES.function,
          } as const,
        ]
      : []),
  ];
}

const reportPermissions = (isDeleting: boolean): Permission[] => [
  {
    account: "function",
    actions: [
      "sqs:GetQueueUrl",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:ChangeMessageVisibility",
      ...(isDeleting ? ["sqs:DeleteMessage"] : []),
    ],
    resource: RESOURCES.queue,
  },
  { account: "function", actions: ["s3:ListBucket"], resource: RESOURCES.bucket },
  {
    account: "function",
    actions: ["s3:GetObject", ...(isDeleting ? ["s3:DeleteObject"] : [])],
    resource: `${RESOURCES.bucket}/aws/lambda/*`,
  },
  // A queue or bucket may be encrypted with a customer managed key.
  { account: "function", actions: ["kms:Decrypt"], resource: RESOURCES.key },
];
