import type { Change } from "./change";
import {
  consumer,
  lambdaFunction,
  logGroup,
  mapping,
  queue,
  resourcePolicy,
  role,
  rolePolicy,
} from "./resource-types";

const everything = <T extends string>(action: T) => ({
  [mapping]: action,
  [lambdaFunction]: action,
  [queue]: action,
  [role]: action,
  [rolePolicy]: action,
  [logGroup]: action,
});

/** Consumers that are renamed, added, removed or moved. */
export const CONSUMER_CHANGES = {
  "consumer-renamed": {
    change: "`consumerName` changed under the same construct id (settings: the same `id`)",
    properties: ["consumerName"],
    plan: {
      [consumer]: "replace",
      [resourcePolicy]: "replace",
      [rolePolicy]: "replace",
      [mapping]: "replace",
    },
    records: "replayed",
    remark:
      "The new registered consumer has a new ARN, so AWS needs a new mapping. The function is also renamed unless it has a `functionName`. Log group and failure queue stay.",
    effects: ["mapping-replaced"],
  },
  "consumer-replaced": {
    change: "construct id and names changed (settings: `consumerName` without `id`)",
    properties: ["consumerName"],
    plan: everything("create"),
    records: "replayed",
    remark:
      "Terraform removes one consumer and adds another one: see both rows. To rename it instead, keep the old name as `id`, or write a Terraform `moved` block.",
    effects: ["mapping-created"],
  },
  "to-existing-function": {
    change: "from `code` to `existingFunction`",
    properties: ["code", "existingFunction"],
    plan: {
      [mapping]: "update",
      [lambdaFunction]: "delete",
      [role]: "delete",
      [logGroup]: "delete",
      [rolePolicy]: "replace",
    },
    records: "delivered",
    remark: "The logs of the created function are deleted with its log group.",
    effects: ["mapping-handed-over", "log-group-destroyed"],
  },
  "to-created-function": {
    change: "from `existingFunction` to `code`",
    properties: ["code", "existingFunction"],
    plan: {
      [mapping]: "update",
      [lambdaFunction]: "create",
      [role]: "create",
      [logGroup]: "create",
      [rolePolicy]: "replace",
    },
    records: "delivered",
    effects: ["mapping-handed-over"],
  },
  added: {
    change: "a consumer added",
    properties: ["stream", "provider"],
    plan: everything("create"),
    records: "delivered",
    remark: "It starts at `startingPosition`: by default it first receives everything retained.",
    effects: ["mapping-created"],
  },
  removed: {
    change: "a consumer removed, even the last one of its account",
    plan: everything("delete"),
    records: "ended",
    remark:
      "Its failure queue is destroyed with the reports in it. Keep the account's provider until this is applied: declare it under `accounts`, or keep the AwsProvider in the program.",
    effects: ["mapping-destroyed", "queue-destroyed", "log-group-destroyed"],
  },
  "function-that-fails": {
    change: "a consumer whose function cannot be created (a wrong zip, a quota)",
    properties: ["code"],
    plan: { [lambdaFunction]: "create", [mapping]: "create", [rolePolicy]: "create" },
    records: "delivered",
    remark:
      "The consumers of other accounts are still created, and the next apply with correct code repairs this one. Without a created key, the policies depend on every function, since nothing else proves that the roles have propagated.",
    effects: ["mapping-created"],
  },
  moved: {
    change: "`provider` of another account or Region (settings: `account`, `accountId`, `region`)",
    properties: ["provider", "stream", "consumerArn"],
    plan: everything("create"),
    records: "refused",
    remark:
      "Terraform would look for all resources in the new account, create them there and forget those in the old account. The app refuses it. In your own program, remove the consumer, apply, and add it with the new provider.",
    effects: ["vanished", "mapping-created"],
  },
} as const satisfies Record<string, Change>;
