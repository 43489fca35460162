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
/** A key that the stream no longer uses only decrypts. */
const writeStream = (stream: string, shape: Shape): Need[] => [
  ...need(stream, ["kinesis:PutRecord", "kinesis:PutRecords"]),
  ...(shape === "made here, unencrypted, with its former key retained"
    ? []
    : need(`${stream} key`, ["kms:GenerateDataKey"], THROUGH_KINESIS)),
];
const writeLogs = (name: string): Need[] =>
  need(`${name} log stream`, ["logs:CreateLogStream", "logs:PutLogEvents"]);

/** SQS and SNS reuse a data key, which they decrypt then. */
const encrypt = (name: string): Need[] =>
  need(`${name} destination key`, ["kms:GenerateDataKey", "kms:Decrypt"], FOR_ITS_DESTINATION);

/** In the stream's account, and in its own. */
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
 * All that may be allowed, and all that must be. Who is not named here may do nothing: the roots
 * and administrators of other accounts on the stream, either stream's people on the other one.
 */
export function needed(proof: Proof, shape: Shape = "made here"): string[] {
  const everythingIn = (account: string): Need[] => proof.everythingIn(account);
  const needs: Record<string, readonly Need[]> = {
    web: [
      ...writeStream("clickstream", shape),
      ...need("clickstream", ["kinesis:DescribeStreamSummary", "kinesis:ListShards"]),
    ],
    till: writeStream("billing", shape),
    // Lambda, and nobody else, not even an administrator, takes on the roles.
    lambda: Object.keys(CONSUMERS).flatMap((name) => need(`${name} role`, ["sts:AssumeRole"])),
  };
  for (const [name, { account, reads, reports }] of Object.entries(CONSUMERS)) {
    const own = [...reads, ...reports, ...writeLogs(name)];
    needs[name] = own;
    needs[`${name}${AT_OPEN_DOORS}`] = own;
    // Its account decides on its own things; in the stream's account it gains nothing.
    needs[`${name}${AS_ADMINISTRATOR}`] = [...reads, ...everythingIn(account)];
  }
  // The stranger let it in, and its own half was taken away: nothing is left to stop it.
  needs[`archive${AS_ADMINISTRATOR}`] = [
    ...(needs[`archive${AS_ADMINISTRATOR}`] ?? []),
    ...proof.everythingIn(STRANGER).filter(({ when }) => when === IN_A_STRANGERS),
  ];
  // Whoever administers an account has all of it, its keys included, and of others nothing.
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
