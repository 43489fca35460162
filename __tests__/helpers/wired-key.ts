import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { KmsKeyPolicy } from "@cdktf/provider-aws/lib/kms-key-policy";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { Construct } from "constructs";
import { CrossAccountConsumer, type LambdaCode, OnFailure, ProducerStream } from "../../modules";

interface Accounts {
  readonly producer: AwsProvider;
  readonly producerId: string;
  readonly consumer: AwsProvider;
}

const wholeAccount = (accountId: string) => [
  {
    sid: "Account",
    principals: [{ type: "AWS", identifiers: [`arn:aws:iam::${accountId}:root`] }],
    actions: ["kms:*"],
    resources: ["*"],
  },
];

/** A stream and its consumer's failure queue, each encrypted with a key that the program creates. */
export function wireKeys(scope: Construct, accounts: Accounts, code: LambdaCode) {
  const { producer, consumer } = accounts;
  const key = new KmsKey(scope, "stream-key", { provider: producer });
  const stream = new ProducerStream(scope, "orders", {
    provider: producer,
    streamName: "orders",
    shardCount: 1,
    kmsKeyArn: key.arn,
  });
  const document = new DataAwsIamPolicyDocument(scope, "stream-key-statements", {
    provider: producer,
    statement: wholeAccount(accounts.producerId),
    sourcePolicyDocuments: [`{"Version":"2012-10-17","Statement":${stream.keyPolicyStatements}}`],
  });
  const policy = new KmsKeyPolicy(scope, "stream-key-policy", {
    provider: producer,
    keyId: key.keyId,
    policy: document.json,
  });
  const failures = new KmsKey(scope, "failures-key", { provider: consumer });
  new CrossAccountConsumer(scope, "analytics", {
    provider: consumer,
    stream,
    consumerName: "analytics",
    code,
    maximumRetryAttempts: 0,
    onFailure: OnFailure.queue({ kmsKeyArn: failures.arn }),
    dependsOn: [policy],
  });
}
