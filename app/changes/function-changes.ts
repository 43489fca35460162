import type { Change } from "./change";
import {
  alias,
  attachment,
  lambdaFunction,
  logGroup,
  mapping,
  queue,
  resourcePolicy,
  role,
  rolePolicy,
} from "./resource-types";

/** Changes of the function of a consumer, its role and its logs. */
export const FUNCTION_CHANGES = {
  "function-settings": {
    change: "the code or a setting of the function changed",
    properties: [
      "code",
      "description",
      "handler",
      "memorySizeMb",
      "timeoutSeconds",
      "environment",
      "reservedConcurrentExecutions",
    ],
    plan: { [lambdaFunction]: "update" },
    records: "delivered",
    remark: "A batch is processed by the old or by the new version.",
  },
  runtime: {
    change: "`runtime`, `architecture`, `layers` or `codeSigningConfigArn` changed",
    properties: ["runtime", "architecture", "layers", "codeSigningConfigArn"],
    plan: { [lambdaFunction]: "update" },
    records: "delivered",
    remark: "The code must work with them; otherwise batches fail, and are reported in the end.",
  },
  image: {
    change: "`code` from a zip file to a container image, with `imageConfig`",
    properties: ["code", "imageConfig"],
    plan: { [lambdaFunction]: "replace", [mapping]: "update" },
    records: "delivered",
    remark:
      "They wait until the new function exists. AWS cannot change the package type of a function. With an `alias`, also change `functionName`, since the new one is created before the old one is destroyed.",
    effects: ["function-replaced"],
  },
  "alias-added": {
    change: "`alias` added",
    properties: ["alias"],
    plan: { [lambdaFunction]: "update", [alias]: "create", [mapping]: "update" },
    records: "delivered",
    remark: "The mapping continues at its position, and invokes the published version.",
  },
  "alias-removed": {
    change: "`alias` removed",
    properties: ["alias"],
    plan: { [lambdaFunction]: "update", [alias]: "delete", [mapping]: "update" },
    records: "delivered",
    remark: "The mapping stops using the alias before the alias is deleted.",
  },
  "new-version": {
    change: "the code or a setting of a function with an `alias` changed",
    properties: ["alias", "code"],
    plan: { [lambdaFunction]: "update", [alias]: "update" },
    records: "delivered",
    remark:
      "The alias moves once the new version is published. A batch is processed by the old or by the new version.",
  },
  "older-version": {
    change: "`alias.functionVersion` set to an older version",
    properties: ["alias"],
    plan: { [alias]: "update" },
    records: "delivered",
    remark: "The old code runs from the next batch on.",
  },
  "snap-start": {
    change: "`alias` added together with `snapStart`",
    properties: ["alias", "snapStart"],
    plan: { [lambdaFunction]: "update", [alias]: "create", [mapping]: "update" },
    records: "delivered",
    remark: "Lambda takes the snapshot before the version can be invoked.",
  },
  permissions: {
    change: "`policyStatements` or `managedPolicyArns` changed",
    properties: ["policyStatements", "managedPolicyArns"],
    plan: { [rolePolicy]: "create", [attachment]: "create" },
    records: "delivered",
    remark:
      "IAM takes some seconds to propagate them. Add permissions before the code that needs them; otherwise batches fail meanwhile and are retried.",
  },
  "environment-key": {
    change: "`environmentKmsKeyArn` added",
    properties: ["environmentKmsKeyArn"],
    plan: { [lambdaFunction]: "update", [rolePolicy]: "create" },
    records: "delivered",
    remark: "The role may decrypt with the key before the function is changed.",
  },
  "log-settings": {
    change: "`logRetentionDays` or `logGroupKmsKeyArn` changed",
    properties: ["logRetentionDays", "logGroupKmsKeyArn"],
    plan: { [logGroup]: "update" },
    records: "delivered",
  },
  "log-format": {
    change: "`logFormat`, `applicationLogLevel`, `systemLogLevel` or `ephemeralStorageMb` changed",
    properties: ["logFormat", "applicationLogLevel", "systemLogLevel", "ephemeralStorageMb"],
    plan: { [lambdaFunction]: "update" },
    records: "delivered",
  },
  "existing-log-group": {
    change: "`existingLogGroupName` added",
    properties: ["existingLogGroupName"],
    plan: { [lambdaFunction]: "update", [logGroup]: "delete", [rolePolicy]: "update" },
    records: "delivered",
    remark: "The logs so far are deleted with the log group that the construct created.",
    effects: ["log-group-destroyed"],
  },
  tracing: {
    change: "`tracing` changed to ACTIVE",
    properties: ["tracing"],
    plan: { [lambdaFunction]: "update", [rolePolicy]: "create" },
    records: "delivered",
  },
  vpc: {
    change: "`vpc` added, with a `fileSystem` or without",
    properties: ["vpc", "fileSystem"],
    plan: { [lambdaFunction]: "update", [rolePolicy]: "create" },
    records: "delivered",
    remark:
      "The role gets what Lambda needs for network interfaces and the file system before the function is changed.",
  },
  tags: {
    change: "`tags` or `tagsByResource` changed",
    properties: ["tags", "tagsByResource"],
    plan: {
      [lambdaFunction]: "update",
      [role]: "update",
      [queue]: "update",
      [logGroup]: "update",
      [mapping]: "update",
    },
    records: "delivered",
  },
  boundary: {
    change: "`permissionsBoundaryArn` changed",
    properties: ["permissionsBoundaryArn"],
    plan: { [role]: "update" },
    records: "delivered",
    remark: "If the boundary denies permissions of the mapping, records wait until it allows them.",
    effects: ["boundary-set"],
  },
  "role-renamed": {
    change: "`roleName` or `rolePath` changed",
    properties: ["roleName", "rolePath"],
    plan: {
      [role]: "replace",
      [rolePolicy]: "replace",
      [lambdaFunction]: "update",
      [resourcePolicy]: "replace",
    },
    records: "delivered",
    remark:
      "They wait until the new role has propagated and all policies allow it. With an `alias`, change `roleName` together with `rolePath`, since the new role is created before the old one is destroyed.",
  },
  "function-renamed": {
    change: "`functionName` changed",
    properties: ["functionName"],
    plan: {
      [lambdaFunction]: "replace",
      [role]: "replace",
      [rolePolicy]: "replace",
      [resourcePolicy]: "replace",
      [mapping]: "update",
    },
    records: "delivered",
    remark:
      "They wait until the new function exists. The log group and the failure queue keep their names, logs and reports: see the next row.",
    effects: ["function-replaced"],
  },
  "kept-names-renewed": {
    change:
      "after a rename, log group and failure queue recreated with Terraform's `-replace=<address>`",
    plan: {
      [queue]: "replace",
      [logGroup]: "replace",
      [lambdaFunction]: "update",
      [rolePolicy]: "update",
      [mapping]: "update",
    },
    records: "delivered",
    remark: "They get the new name and are empty. Read the reports in the old queue first.",
    effects: ["queue-destroyed", "log-group-destroyed", "destination-changed"],
  },
} as const satisfies Record<string, Change>;
