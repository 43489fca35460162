import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { policiesOf } from "../../../app/permissions/policies";
import { Policy } from "../../../app/permissions/statements";
import { SynthesizedStack } from "../../../app/stack";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  CrossAccountConsumer,
  PipelineMonitoring,
  ProducerStream,
  ProducerStreamProps,
  ReadMode,
  StreamEncryption,
} from "../../../modules";
import { CODE, synthesize } from "../../terraform/harness";
import { CONSUMER, PRODUCER, REGION } from "../deployment";
import { failingCode } from "../handlers/code";

export const BOUNDARIES = ["first-boundary", "second-boundary"] as const;
const boundaryArn = (name: string): string => `arn:aws:iam::${CONSUMER}:policy/${name}`;

/**
 * A stack whose two versions differ in everything that Terraform changes in place. Each slow change
 * has its own stream, since Terraform makes them at the same time.
 */
export function synthesizePipeline(version: "before" | "after", existingKeyArn: string): string {
  const isBefore = version === "before";
  const either = <T, U>(before: T, after: U): T | U => (isBefore ? before : after);
  return synthesize((stack, providerOf) => {
    const provider = providerOf("producer", PRODUCER);
    const stream = (id: string, props: Partial<ProducerStreamProps>): ProducerStream =>
      new ProducerStream(stack, id, { provider, streamName: id, ...props });
    const unencrypted = { encryption: StreamEncryption.NONE };
    const orders = stream("orders", { tags: either({ team: "a" }, { owner: "b" }) });
    orders.key?.addOverride("description", `Key ${version} the change`);
    stream("carts", { ...unencrypted, shardCount: either(undefined, 2) });
    stream("views", { ...unencrypted, shardCount: 1, retentionPeriodHours: either(48, 24) });
    stream("pages", {
      shardCount: 1,
      shardLevelMetrics: either(["IncomingBytes"], undefined),
      ...unencrypted,
    });
    stream("clicks", {
      shardCount: 1,
      ...either({ kmsKeyArn: existingKeyArn }, unencrypted),
    });

    const consumers = providerOf("consumers", CONSUMER);
    const analytics = new CrossAccountConsumer(stack, "analytics", {
      provider: consumers,
      stream: orders,
      consumerName: "analytics",
      code: either(CODE(), failingCode()),
      memorySizeMb: either(256, 512),
      reservedConcurrentExecutions: either(undefined, 3),
      logRetentionDays: either(30, 0),
      permissionsBoundaryArn: boundaryArn(either(...BOUNDARIES)),
      batchSize: either(100, 50),
      alias: { name: "live" },
      tags: either({ team: "a" }, { owner: "b" }),
    });
    analytics.mapping.addOverride("tags", either({ team: "a" }, { owner: "b" }));
    new IamRolePolicyAttachment(stack, "attachment", {
      provider: consumers,
      role: analytics.role?.name ?? "",
      policyArn: "arn:aws:iam::aws:policy/AWSLambdaExecute",
    });

    const archive = new CrossAccountConsumer(stack, "archive", {
      provider: consumers,
      stream: orders,
      consumerName: "archive",
      readMode: ReadMode.SHARED_THROUGHPUT,
      code: CODE(),
      reservedConcurrentExecutions: either(5, undefined),
    });
    archive.role?.addOverride("assume_role_policy", trustPolicy(version));
    archive.onFailureQueue?.addOverride("message_retention_seconds", either(1209600, 86400));

    const { topics } = new PipelineMonitoring(stack, "monitoring", {
      stream: orders,
      consumers: either([analytics], [analytics, archive]),
      thresholds: either({}, { "write-throttled": 5, "function-errors": 5 }),
      tags: either({ team: "a" }, { owner: "b" }),
    });
    for (const topic of Object.values(topics)) {
      topic.addOverride("display_name", `Alarms ${version} the change`);
    }
  }, REGION);
}

/** The policies that `npm run permissions` prints for a stack. */
export function printedPolicies(directory: string): Map<string, Policy[]> {
  const text = fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8");
  return policiesOf(JSON.parse(text) as SynthesizedStack);
}

const trustPolicy = (Sid: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid,
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    ],
  });
