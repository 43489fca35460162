import { EFFECTS } from "../changes/effects";
import type { Plan, ResourceChange } from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";
import { EFFECTS_ON, type Effect, type Subject } from "./effect";

const KINDS: Readonly<Record<string, Subject["kind"]>> = {
  aws_kinesis_stream: "stream",
  aws_kms_key: "key",
  aws_kms_key_policy: "key",
  aws_sqs_queue: "queue",
  aws_cloudwatch_log_group: "log group",
};

function subjectOf(plan: Plan, address: string): Subject {
  const found: ResourceChange | undefined = [
    ...(plan.resource_changes ?? []),
    ...(plan.resource_drift ?? []),
  ].find((one) => one.address === address);
  const values = found?.change.before ?? found?.change.after ?? null;
  const name = ["name", "function_name", "key_id", "arn", "role"]
    .map((attribute) => text(values, attribute))
    .find((one) => one !== undefined);
  return {
    kind: KINDS[found?.type ?? ""] ?? "reader",
    name: name?.split(":").at(-1)?.split("/").at(-1) ?? address,
    arn: text(values, "arn"),
  };
}

/** Temporary: today's effects as the type in effect.ts. */
export function effectsOf(plan: Plan): Effect[] {
  const found = EFFECTS.flatMap(({ id, records, find }) =>
    find(plan).map((finding) => ({
      ...{ id, records, ...finding },
      about: subjectOf(plan, finding.address),
    })),
  );
  return EFFECTS_ON.flatMap((records) => found.filter((one) => one.records === records));
}
