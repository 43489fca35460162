import { ANALYTICS, ARCHIVE, FRAUD, OWNER, STRANGER, WRITERS } from "./accounts";
import { AS_ADMINISTRATOR, AT_OPEN_DOORS, Proof, sentence } from "./proof";
import type { Shape } from "./scenario";
import {
  FOR_ANY_OBJECT,
  FOR_ITS_DESTINATION,
  IN_A_STRANGERS,
  IN_ITS_ACCOUNT,
  THROUGH_KINESIS,
} from "./requests";

interface Need {
  readonly action: string;
  readonly on: string;
  readonly when?: string;
}

const need = (on: string, actions: readonly string[], when?: string): Need[] =>
  actions.map((action) => ({ action, on, when }));

const readStream = (stream: string): Need[] => [
  ...need(stream, [
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:ListShards",
    "kinesis:GetShardIterator",
    "kinesis:GetRecords",
  ]),
  ...need(`${stream} key`, ["kms:Decrypt"], THROUGH_KINESIS),
];
const readConsumer = (consumer: string): Need[] =>
  need(`${consumer} consumer`, ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]);
/** A key that the stream no longer uses, which is only needed to decrypt. */
const writeStream = (stream: string, shape: Shape): Need[] => [
  ...need(stream, ["kinesis:PutRecord", "kinesis:PutRecords"]),
  ...(shape === "created, unencrypted, with its former key retained"
    ? []
    : need(`${stream} key`, ["kms:GenerateDataKey"], THROUGH_KINESIS)),
];
const writeLogs = (name: string): Need[] =>
  need(`${name} log stream`, ["logs:CreateLogStream", "logs:PutLogEvents"]);

/** SQS and SNS reuse a data key, and decrypt it for that. */
const encrypt = (name: string): Need[] =>
  need(`${name} destination key`, ["kms:GenerateDataKey", "kms:Decrypt"], FOR_ITS_DESTINATION);

/** The permissions in the stream's account and in the consumer's own account. */
const CONSUMERS = {
  analytics: {
    account: ANALYTICS,
    reads: [...readStream("clickstream"), ...readConsumer("analytics"), ...readStream("billing")],
    reports: [...need("analytics queue", ["sqs:SendMessage"]), ...encrypt("analytics")],
  },
  fraud: {
    account: FRAUD,
    reads: readStream("clickstream"),
    reports: [...need("fraud topic", ["sns:Publish"]), ...encrypt("fraud")],
  },
  archive: {
    account: ARCHIVE,
    reads: [...readStream("clickstream"), ...readConsumer("archive")],
    reports: [
      ...need("object in archive-failures", ["s3:PutObject"], IN_ITS_ACCOUNT),
      ...need("bucket archive-failures", ["s3:ListBucket"], IN_ITS_ACCOUNT),
      ...need("archive destination key", ["kms:GenerateDataKey"], FOR_ITS_DESTINATION),
      ...need("archive destination key", ["kms:GenerateDataKey"], FOR_ANY_OBJECT),
    ],
  },
  ledger: {
    account: ANALYTICS,
    reads: [...readStream("billing"), ...readConsumer("ledger")],
    reports: need("ledger queue", ["sqs:SendMessage"]),
  },
};

/**
 * All permissions that must be allowed; nothing else may be. Principals that are missing here may do
 * nothing, for example administrators of other accounts, and the readers of the other stream.
 */
export function needed(proof: Proof, shape: Shape = "created"): string[] {
  const everythingIn = (account: string): Need[] => proof.everythingIn(account);
  const needs: Record<string, readonly Need[]> = {
    web: [
      ...writeStream("clickstream", shape),
      ...need("clickstream", ["kinesis:DescribeStreamSummary", "kinesis:ListShards"]),
    ],
    till: writeStream("billing", shape),
    // Only Lambda may assume the roles, not even an administrator.
    lambda: Object.keys(CONSUMERS).flatMap((name) => need(`${name} role`, ["sts:AssumeRole"])),
  };
  for (const [name, { account, reads, reports }] of Object.entries(CONSUMERS)) {
    const own = [...reads, ...reports, ...writeLogs(name)];
    needs[name] = own;
    needs[`${name}${AT_OPEN_DOORS}`] = own;
    // Its own account decides about its own resources. In the stream's account it gains nothing.
    needs[`${name}${AS_ADMINISTRATOR}`] = [...reads, ...everythingIn(account)];
  }
  // The other bucket's policy allows it, and this test allows everything in its identity policy.
  needs[`archive${AS_ADMINISTRATOR}`] = [
    ...(needs[`archive${AS_ADMINISTRATOR}`] ?? []),
    ...proof.everythingIn(STRANGER).filter(({ when }) => when === IN_A_STRANGERS),
  ];
  // An administrator has access to everything in the own account, including keys, and to nothing else.
  for (const account of [OWNER, ANALYTICS, FRAUD, ARCHIVE, WRITERS, STRANGER]) {
    needs[`root of ${account}`] = everythingIn(account);
    needs[`administrator of ${account}`] = everythingIn(account);
  }
  for (const name of ["analytics", "web"]) {
    needs[`namesake of ${name}`] = everythingIn(STRANGER);
  }
  return Object.entries(needs)
    .flatMap(([principal, all]) => all.map((one) => sentence(principal, one)))
    .sort();
}
