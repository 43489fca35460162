import type { Change } from "./change";

const mapping = "aws_lambda_event_source_mapping";
const lambdaFunction = "aws_lambda_function";
const queue = "aws_sqs_queue";
const role = "aws_iam_role";
const rolePolicy = "aws_iam_role_policy";
const logGroup = "aws_cloudwatch_log_group";
const attachment = "aws_iam_role_policy_attachment";
const alias = "aws_lambda_alias";
const consumer = "aws_kinesis_stream_consumer";
const resourcePolicy = "aws_kinesis_resource_policy";

const everything = <T extends string>(action: T) => ({
  [mapping]: action,
  [lambdaFunction]: action,
  [queue]: action,
  [role]: action,
  [rolePolicy]: action,
  [logGroup]: action,
});

/** Changes of a function, and consumers that are renamed, added, removed or moved. */
export const CONSUMER_CHANGES = {
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
    effects: [],
  },
  runtime: {
    change: "`runtime`, `architecture`, `layers` or `codeSigningConfigArn` changed",
    properties: ["runtime", "architecture", "layers", "codeSigningConfigArn"],
    plan: { [lambdaFunction]: "update" },
    records: "delivered",
    remark: "The code must run with them: batches fail otherwise, and are reported in the end.",
    effects: [],
  },
  image: {
    change: "`code` from a zip file to a container image, with `imageConfig`",
    properties: ["code", "imageConfig"],
    plan: { [lambdaFunction]: "replace", [mapping]: "update" },
    records: "delivered",
    remark:
      "They wait until the new function exists. AWS changes no package type in place; with an `alias` the function needs another `functionName` as well, since the new one is created before the old one is destroyed.",
    effects: ["function-replaced"],
  },
  "alias-added": {
    change: "`alias` added",
    properties: ["alias"],
    plan: { [lambdaFunction]: "update", [alias]: "create", [mapping]: "update" },
    records: "delivered",
    remark: "The mapping continues where it is, and invokes the published version.",
    effects: [],
  },
  "alias-removed": {
    change: "`alias` removed",
    properties: ["alias"],
    plan: { [lambdaFunction]: "update", [alias]: "delete", [mapping]: "update" },
    records: "delivered",
    remark: "The mapping stops using the alias before the alias is deleted.",
    effects: [],
  },
  "new-version": {
    change: "the code or a setting of a function with an `alias` changed",
    properties: ["alias", "code"],
    plan: { [lambdaFunction]: "update", [alias]: "update" },
    records: "delivered",
    remark:
      "The alias moves once the new version is published. A batch is processed by the old or by the new version.",
    effects: [],
  },
  "older-version": {
    change: "`alias.functionVersion` set to an older version",
    properties: ["alias"],
    plan: { [alias]: "update" },
    records: "delivered",
    remark: "The old code runs from the next batch on.",
    effects: [],
  },
  "snap-start": {
    change: "`alias` added together with `snapStart`",
    properties: ["alias", "snapStart"],
    plan: { [lambdaFunction]: "update", [alias]: "create", [mapping]: "update" },
    records: "delivered",
    remark: "Lambda takes the snapshot before the version can be invoked.",
    effects: [],
  },
  permissions: {
    change: "`policyStatements` or `managedPolicyArns` changed",
    properties: ["policyStatements", "managedPolicyArns"],
    plan: { [rolePolicy]: "create", [attachment]: "create" },
    records: "delivered",
    remark:
      "IAM needs some seconds until the function has them. Add permissions before the code that needs them, or batches fail meanwhile and are retried.",
    effects: [],
  },
  "environment-key": {
    change: "`environmentKmsKeyArn` added",
    properties: ["environmentKmsKeyArn"],
    plan: { [lambdaFunction]: "update", [rolePolicy]: "create" },
    records: "delivered",
    remark: "The role may decrypt with the key before the function is changed.",
    effects: [],
  },
  "log-settings": {
    change: "`logRetentionDays` or `logGroupKmsKeyArn` changed",
    properties: ["logRetentionDays", "logGroupKmsKeyArn"],
    plan: { [logGroup]: "update" },
    records: "delivered",
    remark: "",
    effects: [],
  },
  "log-format": {
    change: "`logFormat`, `applicationLogLevel`, `systemLogLevel` or `ephemeralStorageMb` changed",
    properties: ["logFormat", "applicationLogLevel", "systemLogLevel", "ephemeralStorageMb"],
    plan: { [lambdaFunction]: "update" },
    records: "delivered",
    remark: "",
    effects: [],
  },
  "existing-log-group": {
    change: "`existingLogGroupName` added",
    properties: ["existingLogGroupName"],
    plan: { [lambdaFunction]: "update", [logGroup]: "delete", [rolePolicy]: "update" },
    records: "delivered",
    remark: "The logs so far are deleted with the log group that was created here.",
    effects: ["log-group-destroyed"],
  },
  tracing: {
    change: "`tracing` changed to ACTIVE",
    properties: ["tracing"],
    plan: { [lambdaFunction]: "update", [rolePolicy]: "create" },
    records: "delivered",
    remark: "",
    effects: [],
  },
  vpc: {
    change: "`vpc` added, with a `fileSystem` or without",
    properties: ["vpc", "fileSystem"],
    plan: { [lambdaFunction]: "update", [rolePolicy]: "create" },
    records: "delivered",
    remark:
      "The role gets what Lambda needs for network interfaces and the file system before the function is changed.",
    effects: [],
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
    remark: "",
    effects: [],
  },
  boundary: {
    change: "`permissionsBoundaryArn` changed",
    properties: ["permissionsBoundaryArn"],
    plan: { [role]: "update" },
    records: "delivered",
    remark: "If the boundary does not allow what the mapping needs, records wait until it does.",
    effects: [],
  },
  "role-renamed": {
    change: "`roleName` or `rolePath` changed",
    properties: ["roleName", "rolePath"],
    plan: {
      [role]: "replace",
      [rolePolicy]: "replace",
      [lambdaFunction]: "update",
      [resourcePolicy]: "update",
    },
    records: "delivered",
    remark: "They wait until the new role is known and allowed everywhere.",
    effects: [],
  },
  "function-renamed": {
    change: "`functionName` changed",
    properties: ["functionName"],
    plan: {
      [lambdaFunction]: "replace",
      [role]: "replace",
      [rolePolicy]: "replace",
      [resourcePolicy]: "update",
      [mapping]: "update",
    },
    records: "delivered",
    remark:
      "They wait until the new function exists. The log group and the failure queue keep their names, with the logs and reports in them: see the next row.",
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
    remark: "They get the new name and are empty: read the reports in the old queue first.",
    effects: ["queue-destroyed", "log-group-destroyed", "destination-changed"],
  },
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
      "The new registered consumer has a new ARN, so AWS needs a new mapping. The function is renamed as well unless it has a `functionName`. Log group and failure queue stay.",
    effects: ["mapping-replaced"],
  },
  "consumer-replaced": {
    change: "construct id and names changed (settings: `consumerName` without `id`)",
    properties: ["consumerName"],
    plan: everything("create"),
    records: "replayed",
    remark:
      "For Terraform one consumer is removed and another one added: see both rows. Keep the old name as `id`, or write a Terraform `moved` block, to change it instead.",
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
    remark: "The logs of the function that was created here are deleted with its log group.",
    effects: ["log-group-destroyed"],
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
    remark: "",
    effects: [],
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
    change: "a consumer removed, also the last one of its account",
    plan: everything("delete"),
    records: "ended",
    remark:
      "Its failure queue goes with the reports in it. The account's provider must stay until this is applied: declare it under `accounts`, or keep the AwsProvider in the program.",
    effects: ["mapping-destroyed", "queue-destroyed", "log-group-destroyed"],
  },
  "function-that-fails": {
    change: "a consumer whose function cannot be created (a wrong zip, a quota)",
    properties: ["code"],
    plan: { [lambdaFunction]: "create", [mapping]: "create" },
    records: "delivered",
    remark:
      "The consumers of other accounts are created all the same, and the next apply with correct code mends this one. Without a key created here the policies wait for every function, since nothing else shows that IAM knows the roles.",
    effects: ["mapping-created"],
  },
  moved: {
    change: "`provider` of another account or Region (settings: `account`, `accountId`, `region`)",
    properties: ["provider", "stream", "consumerArn"],
    plan: everything("create"),
    records: "refused",
    remark:
      "Terraform would look for everything in the new account, create it there and forget it in the old one. The app refuses it; in a program of your own, remove the consumer, apply, and add it with the new provider.",
    effects: ["vanished", "mapping-created"],
  },
} as const satisfies Record<string, Change>;
