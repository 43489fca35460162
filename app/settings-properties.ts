import { CONSUMER_PROPERTIES } from "../modules/cross-account-consumer/consumer-properties";
import { FUNCTION_PROPERTIES } from "../modules/lambda-function/function-properties";
import { MAPPING_PROPERTIES } from "../modules/cross-account-consumer/mapping";
import { MONITORING_PROPERTIES } from "../modules/monitoring/monitoring";
import { STREAM_ATTRIBUTES, STREAM_PROPERTIES } from "../modules/producer-stream/stream";
import { streamPolicyStatement } from "../modules/producer-stream/stream-policy-statement";
import { ON_FAILURE_OPTIONS, OnFailureOptions } from "../modules/cross-account-consumer/on-failure";
import { principalArn } from "../modules/policies/principals";
import { accountId, bucketArn, queueArn, topicArn } from "../modules/properties/formats";
import {
  boolean,
  integer,
  PropertyType,
  list,
  mapOf,
  mapOfStrings,
  matching,
  nonEmptyString,
  oneOf,
  string,
} from "../modules/properties/property-types";
import { isGiven, isPlainObject } from "../pipeline/values";
import { object, withoutDefaults, Properties } from "../modules/properties/property";
import { account, accountReference } from "./accounts";
import { RETAINED_VERSIONS } from "./old-versions";
import {
  AliasSetting,
  Backend,
  ConsumerInput,
  DeploymentInput,
  DeploymentsInput,
  ExistingBucket,
  ExistingQueue,
  ExistingStream,
  ExistingTopic,
  ListedDeployment,
  MonitoringInput,
  NewQueue,
  NewStream,
  OnFailureSetting,
  Writer,
  WriterOptions,
} from "./settings";

const DEFAULT_NAME = "cross-account-kinesis";

const { provider: _streamProvider, ...NEW_STREAM } = STREAM_PROPERTIES;
const { provider: _importProvider, ...EXISTING_STREAM } = STREAM_ATTRIBUTES;
const {
  provider: _provider,
  stream: _stream,
  consumerArn: _consumerArn,
  ...CONSUMER
} = CONSUMER_PROPERTIES;
const { code: _code, ...FUNCTION } = FUNCTION_PROPERTIES;
const { onFailure: _onFailure, dependsOn: _dependsOn, ...MAPPING } = MAPPING_PROPERTIES;

const {
  stream: _monitoredStream,
  consumers: _monitoredConsumers,
  ...MONITORING
} = MONITORING_PROPERTIES;

const writerOptions = object<WriterOptions>({
  principal: {
    type: principalArn,
    required: true,
    fix: "give an account id, or the ARN of an account root, role or user",
  },
  listShards: { type: boolean(), implicitDefault: false },
});

const newStream = object<NewStream>(withoutDefaults(NEW_STREAM));
const existingStream = object<ExistingStream>(withoutDefaults(EXISTING_STREAM));

/** Chosen by its property, so that a mistake is reported for the kind of stream that was meant. */
const stream: PropertyType<NewStream | ExistingStream> = {
  rule: "an object with 'streamName', or with 'streamArn' of an existing stream",
  schema: { anyOf: [newStream.schema ?? {}, existingStream.schema ?? {}] },
  validate: (value, report) =>
    isPlainObject(value) && "streamArn" in value
      ? existingStream.validate(value, report)
      : newStream.validate(value, report),
};

const writer: PropertyType<Writer> = {
  rule: `${principalArn.rule}, or an object with 'principal' and 'listShards'`,
  schema: { anyOf: [principalArn, writerOptions].flatMap(({ schema }) => schema ?? []) },
  validate: (value, report) =>
    isPlainObject(value)
      ? writerOptions.validate(value, report)
      : principalArn.validate(value, report),
};

const keyword = oneOf<"queue" | "none">(["queue", "none"]);
const existing = { required: true, fix: "give the ARN of an existing resource" } as const;
const destinations = {
  queue: object<NewQueue>({
    queue: {
      type: object<OnFailureOptions>(ON_FAILURE_OPTIONS),
      required: true,
      fix: "give the options of the queue",
    },
  }),
  sqs: object<ExistingQueue>({ sqs: { type: queueArn, ...existing }, ...ON_FAILURE_OPTIONS }),
  sns: object<ExistingTopic>({ sns: { type: topicArn, ...existing }, ...ON_FAILURE_OPTIONS }),
  s3: object<ExistingBucket>({
    s3: { type: bucketArn, ...existing },
    ...ON_FAILURE_OPTIONS,
    bucketAccountId: { type: accountId, fix: "omit it if the consumer's account owns the bucket" },
  }),
};

const onFailure: PropertyType<OnFailureSetting> = {
  rule: '"queue", "none", {"queue": options}, {"sqs": ARN}, {"sns": ARN} or {"s3": bucket ARN}',

  schema: {
    anyOf: [keyword, ...Object.values(destinations)].flatMap(({ schema }) => schema ?? []),
  },
  validate: (value, report) => {
    if (value === "queue" || value === "none") {
      return value;
    }
    const [name] = isPlainObject(value)
      ? (["queue", "sqs", "sns", "s3"] as const).filter((one) => one in value)
      : [];
    if (name === undefined) {
      report.addError(onFailure.rule, value);
      return "queue";
    }
    return destinations[name].validate(value, report);
  },
};

const functionAlias = FUNCTION_PROPERTIES.alias.type;
const retainedVersions = integer(1, 1000);

/** The library's alias, with a property for `npm run deploy`. */
const alias: PropertyType<AliasSetting> = {
  rule: `${functionAlias.rule}, 'retainedVersions'`,
  schema: {
    ...functionAlias.schema,
    properties: {
      ...functionAlias.schema?.properties,
      retainedVersions: { ...retainedVersions.schema, default: RETAINED_VERSIONS },
    },
  },
  validate: (value, report) => {
    if (!isPlainObject(value) || !("retainedVersions" in value)) {
      return functionAlias.validate(value, report);
    }
    const { retainedVersions: kept, ...own } = value;
    const part = report.at(".retainedVersions", `omit it for ${RETAINED_VERSIONS}`);
    return {
      ...functionAlias.validate(own, report),
      ...(isGiven(kept) && { retainedVersions: retainedVersions.validate(kept, part) }),
    };
  },
};

const CONSUMER_SETTINGS = {
  account: {
    type: accountReference,
    required: true,
    fix: "give the function's account, or its name under 'accounts'",
  },
  id: { type: nonEmptyString(), fix: "omit it for 'consumerName'" },
  code: { type: nonEmptyString(), default: "handler/dist" },
  onFailure: { type: onFailure, fix: "omit it to have a queue created for this consumer" },
  ...withoutDefaults(CONSUMER),
  ...withoutDefaults(FUNCTION),
  ...withoutDefaults(MAPPING),
  alias: { type: alias, fix: FUNCTION_PROPERTIES.alias.fix },
} as const satisfies Properties<ConsumerInput>;

const BACKEND = {
  bucket: { type: nonEmptyString(), required: true, fix: "give the name of the state's bucket" },
  key: { type: nonEmptyString(), required: true, fix: "give the key of the state" },
  region: { type: nonEmptyString(), required: true, fix: "give the bucket's Region" },
  profile: { type: nonEmptyString(), fix: "omit it for the credentials of the environment" },
  kmsKeyId: { type: nonEmptyString(), fix: "omit it for the encryption of the bucket" },
} as const satisfies Properties<Backend>;

const DEPLOYMENT = {
  $schema: { type: string(), fix: "omit it" },
  name: {
    type: matching("^[a-zA-Z0-9_-]{1,64}$", "1 to 64 letters, digits, hyphens or underscores"),
    default: DEFAULT_NAME,
  },
  region: {
    type: matching("^[a-z]+(-[a-z]+)+-[0-9]+$", "an AWS Region such as eu-west-1"),
    required: true,
    fix: "give the Region of the stream",
  },
  accounts: { type: mapOf(account, "accounts"), default: {}, fix: "give each account an id" },
  producer: {
    type: accountReference,
    required: true,
    fix: "give the stream's account, or its name under 'accounts'",
  },
  stream: { type: stream, required: true, fix: "give the stream's name" },
  writers: {
    type: list(writer, "principals"),
    default: [],
    fix: "give account ids, or ARNs of account roots, roles or users",
  },
  streamPolicyStatements: {
    type: list(streamPolicyStatement, "policy statements"),
    fix: "omit it for the statements of writers and consumers alone",
  },
  consumers: {
    type: list(object<ConsumerInput>(CONSUMER_SETTINGS), "consumers", { isNonEmpty: true }),
    required: true,
    fix: "give at least one consumer",
  },
  imports: {
    type: mapOfStrings(),
    fix: "give each path in the stack the id of `terraform import`, or omit it to import nothing",
  },
  monitoring: {
    type: object<MonitoringInput>(withoutDefaults(MONITORING)),
    fix: "omit it for neither alarms nor dashboards, or give an object",
  },
  backend: { type: object<Backend>(BACKEND), fix: "omit it to keep the state in a local file" },
} as const satisfies Properties<DeploymentInput>;

export const deployment = object<DeploymentInput>(DEPLOYMENT);

const EXTENDS = {
  type: list(nonEmptyString(), "names of shared settings"),
  fix: "omit it to write all settings here",
} as const satisfies Properties<ListedDeployment>["extends"];

/** Part of the settings of a deployment, checked once it is merged with the rest. */
export const partOfDeployment: PropertyType<Record<string, unknown>> = {
  rule: "an object with properties of a deployment",
  // scripts/settings-schema.ts describes the rest.
  schema: { type: "object", properties: { extends: EXTENDS.type.schema ?? {} } },
  validate: (value, report) => {
    if (!isPlainObject(value)) {
      report.addWrongType(partOfDeployment.rule, value);
      return {};
    }
    if (isGiven(value.extends)) {
      EXTENDS.type.validate(value.extends, report.at(".extends", EXTENDS.fix));
    }
    return value;
  },
};

/** A settings file with several deployments. */
export const deployments = object<DeploymentsInput>({
  $schema: DEPLOYMENT.$schema,
  shared: {
    type: mapOf(partOfDeployment, "parts of a deployment"),
    default: {},
    fix: "give each part a name",
  },
  deployments: {
    type: list(partOfDeployment, "deployments", { isNonEmpty: true }),
    required: true,
    fix: "give at least one deployment",
  },
});
