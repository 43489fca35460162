import type { Change } from "./change";
import { consumer, mapping, queue, resourcePolicy, rolePolicy } from "./resource-types";

/** Changes of the mapping of a consumer, and of its on-failure destination. */
export const MAPPING_CHANGES = {
  "mapping-settings": {
    change:
      "`batchSize`, `maximumBatchingWindowInSeconds`, `parallelizationFactor`, `bisectBatchOnFunctionError` or `reportBatchItemFailures` changed; `maximumRetryAttempts` or `maximumRecordAgeInSeconds` raised",
    properties: [
      "batchSize",
      "maximumBatchingWindowInSeconds",
      "parallelizationFactor",
      "bisectBatchOnFunctionError",
      "reportBatchItemFailures",
      "maximumRetryAttempts",
      "maximumRecordAgeInSeconds",
    ],
    plan: { [mapping]: "update" },
    records: "delivered",
  },
  "mapping-metrics": {
    change: "`metrics` or `dependsOn` changed",
    properties: ["metrics", "dependsOn"],
    plan: { [mapping]: "update" },
    records: "delivered",
    remark: "`dependsOn` alone changes no resource.",
  },
  "gives-up-earlier": {
    change: "`maximumRetryAttempts` or `maximumRecordAgeInSeconds` lowered",
    properties: ["maximumRetryAttempts", "maximumRecordAgeInSeconds"],
    plan: { [mapping]: "update" },
    records: "delivered",
    remark:
      "Records that have waited longer, or failed more often, are reported to the destination instead; the plan in words says so.",
    effects: ["gives-up-earlier"],
  },
  "tumbling-window": {
    change: "`tumblingWindowInSeconds` changed",
    properties: ["tumblingWindowInSeconds"],
    plan: { [mapping]: "update" },
    records: "delivered",
    remark:
      "The function's answer must contain `state` while there is a window, as `kinesisHandler`'s and the default code's do: deploy such code first. Without it Lambda counts every batch as failed, and gives it up in the end.",
  },
  start: {
    change: "`startingPosition` or `startingPositionTimestamp` changed",
    properties: ["startingPosition", "startingPositionTimestamp"],
    plan: {},
    records: "delivered",
    remark:
      "An existing mapping continues at its position. The new start applies when Terraform recreates the mapping, for example with `npm run deploy -- --replay <id>` or `terraform apply -replace=<address of the mapping>`.",
  },
  "replayed-on-purpose": {
    change: "the mapping recreated with `--replay`, or with Terraform's `-replace`",
    plan: { [mapping]: "replace" },
    records: "replayed",
    remark: "From `startingPosition`. The function must be idempotent.",
    effects: ["mapping-replaced"],
  },
  "read-mode": {
    change: "`readMode` changed",
    properties: ["readMode"],
    plan: {
      [mapping]: "replace",
      [rolePolicy]: "update",
      [consumer]: "delete",
      [resourcePolicy]: "delete",
    },
    records: "replayed",
    remark:
      "AWS cannot change a mapping's source. To replay less, set `startingPosition` to AT_TIMESTAMP and a time shortly before the change in the same change.",
    effects: ["mapping-replaced"],
  },
  "read-mode-from-a-time": {
    change: "`readMode` changed together with `startingPosition` AT_TIMESTAMP",
    properties: ["readMode", "startingPosition", "startingPositionTimestamp"],
    plan: {
      [mapping]: "replace",
      [rolePolicy]: "update",
      [consumer]: "create",
      [resourcePolicy]: "create",
    },
    records: "replayed from the time given",
    remark: "Removing the starting position later changes nothing.",
    effects: ["mapping-replaced"],
  },
  "filters-added": {
    change: "`filterPatterns` added or narrowed",
    properties: ["filterPatterns"],
    plan: { [mapping]: "update" },
    records: "filtered",
    effects: ["filter-changed"],
  },
  "filters-encrypted": {
    change: "`filterPatterns` added with a `filterCriteriaKmsKeyArn`",
    properties: ["filterPatterns", "filterCriteriaKmsKeyArn"],
    plan: { [mapping]: "update" },
    records: "filtered",
    remark: "Lambda itself must be allowed to decrypt with the key.",
    effects: ["filter-changed"],
  },
  "filters-removed": {
    change: "`filterPatterns` removed or widened",
    properties: ["filterPatterns"],
    plan: { [mapping]: "update" },
    records: "delivered",
    remark: "Records that were filtered out before are not delivered afterwards.",
    effects: ["filter-changed"],
  },
  paused: {
    change: "`enabled` from true to false",
    properties: ["enabled"],
    plan: { [mapping]: "update" },
    records: "waiting",
    remark: "Records that become older than the retention meanwhile are lost.",
    effects: ["mapping-paused"],
  },
  resumed: {
    change: "`enabled` from false to true",
    properties: ["enabled"],
    plan: { [mapping]: "update" },
    records: "delivered",
    remark: "The mapping continues where it stopped.",
    effects: ["mapping-resumed"],
  },
  "destination-changed": {
    change: "`onFailure` from the queue created by the construct to another destination",
    properties: ["onFailure"],
    plan: { [mapping]: "update", [rolePolicy]: "update", [queue]: "delete" },
    records: "delivered",
    remark:
      "The queue is destroyed, with the reports in it, once the mapping no longer uses it: read them first. The role may write to the old destination until the mapping has left it, so no report is lost in between.",
    effects: ["queue-destroyed", "destination-changed"],
  },
  "destination-removed": {
    change: "`onFailure` changed to `OnFailure.none()`",
    properties: ["onFailure"],
    plan: { [mapping]: "update", [rolePolicy]: "update" },
    records: "delivered",
    remark: "Records that Lambda gives up on leave no trace. A warning at synth says so too.",
    effects: ["destination-removed"],
  },
  "destination-encrypted": {
    change: "`onFailure` from a queue without a key to one with `kmsKeyArn`",
    properties: ["onFailure"],
    plan: { [queue]: "update", [rolePolicy]: "update" },
    records: "delivered",
    remark:
      "The queue and its reports are kept. Reports of the few seconds between the queue's and the role's update can be lost. Readers of the queue need permission to decrypt with the key.",
  },
  "destination-created": {
    change: "`onFailure` to a queue created by the construct",
    properties: ["onFailure"],
    plan: { [mapping]: "update", [rolePolicy]: "update", [queue]: "create" },
    records: "delivered",
    effects: ["destination-changed"],
  },
} as const satisfies Record<string, Change>;
