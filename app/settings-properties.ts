import { CONSUMER_PROPERTIES } from "../modules/cross-account-consumer/consumer-properties";
import { FUNCTION_PROPERTIES } from "../modules/lambda-function/function-properties";
import { MAPPING_PROPERTIES } from "../modules/cross-account-consumer/mapping";
import { MONITORING_PROPERTIES } from "../modules/monitoring/monitoring";
import { STREAM_ATTRIBUTES, STREAM_PROPERTIES } from "../modules/producer-stream/stream";
import { ON_FAILURE_OPTIONS, OnFailureOptions } from "../modules/cross-account-consumer/on-failure";
import { principalArn } from "../modules/policies/principals";
import { accountId, bucketArn, queueArn, topicArn } from "../modules/properties/formats";
import {
  boolean,
  integer,
  Kind,
  list,
  mapOf,
  matching,
  nonEmptyString,
  oneOf,
  string,
} from "../modules/properties/kinds";
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
    kind: principalArn,
    required: true,
    fix: "give an account id, or the ARN of an account root, role or user",
  },
  listShards: { kind: boolean(), implicitDefault: false },
});

const newStream = object<NewStream>(withoutDefaults(NEW_STREAM));
const existingStream = object<ExistingStream>(withoutDefaults(EXISTING_STREAM));

/** Chosen by its property, so that a mistake is reported for the kind of stream that was meant. */
const stream: Kind<NewStream | ExistingStream> = {
  rule: "an object with 'streamName', or with 'streamArn' of an existing stream",
  schema: { anyOf: [newStream.schema ?? {}, existingStream.schema ?? {}] },
  read: (value, report) =>
    isPlainObject(value) && "streamArn" in value
      ? existingStream.read(value, report)
      : newStream.read(value, report),
};

const writer: Kind<Writer> = {
  rule: `${principalArn.rule}, or an object with 'principal' and 'listShards'`,
  schema: { anyOf: [principalArn, writerOptions].flatMap(({ schema }) => schema ?? []) },
  read: (value, report) =>
    isPlainObject(value) ? writerOptions.read(value, report) : principalArn.read(value, report),
};

const keyword = oneOf<"queue" | "none">(["queue", "none"]);
const existing = { required: true, fix: "give the ARN of an existing resource" } as const;
const destinations = {
  queue: object<NewQueue>({
    queue: {
      kind: object<OnFailureOptions>(ON_FAILURE_OPTIONS),
      required: true,
      fix: "give the options of the queue",
    },
  }),
  sqs: object<ExistingQueue>({ sqs: { kind: queueArn, ...existing }, ...ON_FAILURE_OPTIONS }),
  sns: object<ExistingTopic>({ sns: { kind: topicArn, ...existing }, ...ON_FAILURE_OPTIONS }),
  s3: object<ExistingBucket>({
    s3: { kind: bucketArn, ...existing },
    ...ON_FAILURE_OPTIONS,
    bucketAccountId: { kind: accountId, fix: "omit it if the consumer's account owns the bucket" },
  }),
};

const onFailure: Kind<OnFailureSetting> = {
  rule: '"queue", "none", {"queue": options}, {"sqs": ARN}, {"sns": ARN} or {"s3": bucket ARN}',

  schema: {
    anyOf: [keyword, ...Object.values(destinations)].flatMap(({ schema }) => schema ?? []),
  },
  read: (value, report) => {
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
    return destinations[name].read(value, report);
  },
};

const functionAlias = FUNCTION_PROPERTIES.alias.kind;
const retainedVersions = integer(1, 1000);

/** The library's alias, with a property for `npm run deploy`. */
const alias: Kind<AliasSetting> = {
  rule: `${functionAlias.rule}, 'retainedVersions'`,
  schema: {
    ...functionAlias.schema,
    properties: {
      ...functionAlias.schema?.properties,
      retainedVersions: { ...retainedVersions.schema, default: RETAINED_VERSIONS },
    },
  },
  read: (value, report) => {
    if (!isPlainObject(value) || !("retainedVersions" in value)) {
      return functionAlias.read(value, report);
    }
    const { retainedVersions: kept, ...own } = value;
    const part = report.at(".retainedVersions", `omit it for ${RETAINED_VERSIONS}`);
    return {
      ...functionAlias.read(own, report),
      ...(isGiven(kept) && { retainedVersions: retainedVersions.read(kept, part) }),
    };
  },
};

const CONSUMER_SETTINGS = {
  account: {
    kind: accountReference,
    required: true,
    fix: "give the function's account, or its name under 'accounts'",
  },
  id: { kind: nonEmptyString(), fix: "omit it for 'consumerName'" },
  code: { kind: nonEmptyString(), default: "handler/dist" },
  onFailure: { kind: onFailure, fix: "omit it to have a queue created for this consumer" },
  ...withoutDefaults(CONSUMER),
  ...withoutDefaults(FUNCTION),
  ...withoutDefaults(MAPPING),
  alias: { kind: alias, fix: FUNCTION_PROPERTIES.alias.fix },
} as const satisfies Properties<ConsumerInput>;

const BACKEND = {
  bucket: { kind: nonEmptyString(), required: true, fix: "give the name of the state's bucket" },
  key: { kind: nonEmptyString(), required: true, fix: "give the key of the state" },
  region: { kind: nonEmptyString(), required: true, fix: "give the bucket's Region" },
  profile: { kind: nonEmptyString(), fix: "omit it for the credentials of the environment" },
  kmsKeyId: { kind: nonEmptyString(), fix: "omit it for the encryption of the bucket" },
} as const satisfies Properties<Backend>;

const DEPLOYMENT = {
  $schema: { kind: string(), fix: "omit it" },
  name: {
    kind: matching("^[a-zA-Z0-9_-]{1,64}$", "1 to 64 letters, digits, hyphens or underscores"),
    default: DEFAULT_NAME,
  },
  region: {
    kind: matching("^[a-z]+(-[a-z]+)+-[0-9]+$", "an AWS Region such as eu-west-1"),
    required: true,
    fix: "give the Region of the stream",
  },
  accounts: { kind: mapOf(account, "accounts"), default: {}, fix: "give each account an id" },
  producer: {
    kind: accountReference,
    required: true,
    fix: "give the stream's account, or its name under 'accounts'",
  },
  stream: { kind: stream, required: true, fix: "give the stream's name" },
  writers: {
    kind: list(writer, "principals"),
    default: [],
    fix: "give account ids, or ARNs of account roots, roles or users",
  },
  consumers: {
    kind: list(object<ConsumerInput>(CONSUMER_SETTINGS), "consumers", { isNonEmpty: true }),
    required: true,
    fix: "give at least one consumer",
  },
  monitoring: {
    kind: object<MonitoringInput>(withoutDefaults(MONITORING)),
    fix: "omit it for neither alarms nor dashboards, or give an object",
  },
  backend: { kind: object<Backend>(BACKEND), fix: "omit it to keep the state in a local file" },
} as const satisfies Properties<DeploymentInput>;

export const deployment = object<DeploymentInput>(DEPLOYMENT);

const EXTENDS = {
  kind: list(nonEmptyString(), "names of shared settings"),
  fix: "omit it to write all settings here",
} as const satisfies Properties<ListedDeployment>["extends"];

/** Part of the settings of a deployment, checked once it is merged with the rest. */
export const partOfDeployment: Kind<Record<string, unknown>> = {
  rule: "an object with properties of a deployment",
  // scripts/settings-schema.ts describes the rest.
  schema: { type: "object", properties: { extends: EXTENDS.kind.schema ?? {} } },
  read: (value, report) => {
    if (!isPlainObject(value)) {
      report.addWrongType(partOfDeployment.rule, value);
      return {};
    }
    if (isGiven(value.extends)) {
      EXTENDS.kind.read(value.extends, report.at(".extends", EXTENDS.fix));
    }
    return value;
  },
};

/** A settings file with several deployments. */
export const deployments = object<DeploymentsInput>({
  $schema: DEPLOYMENT.$schema,
  shared: {
    kind: mapOf(partOfDeployment, "parts of a deployment"),
    default: {},
    fix: "give each part a name",
  },
  deployments: {
    kind: list(partOfDeployment, "deployments", { isNonEmpty: true }),
    required: true,
    fix: "give at least one deployment",
  },
});
