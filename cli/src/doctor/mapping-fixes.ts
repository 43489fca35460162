import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { valueOf } from "../../../pipeline/fact";
import type { Pipeline } from "../pipeline";
import { consumerNeedsOn } from "../../../pipeline/needs";
import type { Corrected } from "./correct";
import { currentConsumerOf, type Examination } from "./examine";
import { sentences, type Recipe, type Repair } from "./fixes";
import { allowOnResource, allowRole } from "./policy-fixes";
import {
  assign,
  aws,
  chain,
  printOnly,
  retry,
  valueOfVariable,
  variableName,
  waitWhile,
  type Command,
} from "./shell";

/** All settings of CreateEventSourceMapping for a Kinesis stream, except the stream and the function. */
const SETTINGS = [
  "StartingPosition",
  "StartingPositionTimestamp",
  "BatchSize",
  "MaximumBatchingWindowInSeconds",
  "ParallelizationFactor",
  "MaximumRetryAttempts",
  "MaximumRecordAgeInSeconds",
  "BisectBatchOnFunctionError",
  "TumblingWindowInSeconds",
  "FunctionResponseTypes",
  "FilterCriteria",
  "KMSKeyArn",
  "DestinationConfig",
  "MetricsConfig",
] as const satisfies readonly (keyof EventSourceMappingConfiguration)[];

/** The library's default settings, for a mapping whose own settings are not known. */
export const PRODUCT_DEFAULTS = {
  StartingPosition: "TRIM_HORIZON",
  MaximumRetryAttempts: 500,
  // Half of the shortest retention, so that the other half is left to read a reported record.
  MaximumRecordAgeInSeconds: 43_200,
  BisectBatchOnFunctionError: true,
  FunctionResponseTypes: ["ReportBatchItemFailures"],
};

const READS_AGAIN =
  "The new mapping starts at its starting position: TRIM_HORIZON reads all that the stream retains once more, so the function gets records again";

const lambda = (
  { function: { account }, region }: Pipeline,
  command: string,
  options: Parameters<typeof aws>[3],
): Command => aws(account, region, `lambda ${command}`, options);

const stateOf = (pipeline: Pipeline, uuid: string): Command =>
  lambda(pipeline, "get-event-source-mapping", { uuid, ...printOnly("State") });

const CHANGING = ["Creating", "Enabling", "Disabling", "Updating", "Deleting"];

export const waitForMapping = (pipeline: Pipeline): Command =>
  waitWhile(CHANGING, stateOf(pipeline, pipeline.mapping.uuid ?? ""));

export const updateMapping = (pipeline: Pipeline, options: Parameters<typeof aws>[3]): Command =>
  chain(
    lambda(pipeline, "update-event-source-mapping", {
      uuid: pipeline.mapping.uuid ?? "",
      ...options,
      ...printOnly("State"),
    }),
    waitForMapping(pipeline),
  );

/** Creates a mapping, and deletes the old one once the new one is there. */
function create(pipeline: Pipeline, settings: object, oldUuid?: string): Command {
  const input = { "cli-input-json": settings, ...printOnly("UUID") };
  const state = stateOf(pipeline, "MAPPING");
  return chain(
    { account: state.account, text: "MAPPING=" },
    retry(assign("MAPPING", lambda(pipeline, "create-event-source-mapping", input))),
    { account: state.account, text: '[ -n "$MAPPING" ]' },
    waitWhile(CHANGING, {
      ...state,
      text: state.text.replace("--uuid MAPPING", '--uuid "$MAPPING"'),
    }),
    ...(oldUuid === undefined
      ? []
      : [
          lambda(pipeline, "delete-event-source-mapping", {
            uuid: oldUuid,
            ...printOnly("State"),
          }),
        ]),
  );
}

/** Recreates the mapping for a registered consumer that has another ARN than the one it names. */
export function followConsumer(repair: Repair, living: string): Recipe {
  const { pipeline, mappingTags, currentConsumerPolicy } = repair.examination;
  const mapping = valueOf(pipeline.mapping.configuration);
  const { FilterCriteriaError: filterError } = mapping ?? {};
  const policies = allowReader(repair, living, pipeline.consumer?.name ?? "");
  const unreadable = [
    ...(filterError
      ? [`the mapping's filters (${filterError.Message ?? filterError.ErrorCode})`]
      : []),
    ...[pipeline.mapping.configuration, mappingTags, currentConsumerPolicy].flatMap((fact) =>
      fact?.state === "unknown" ? [fact.why] : [],
    ),
  ];
  if (!mapping || unreadable.length > 0) {
    return {
      says: sentences(
        ...(unreadable.length > 0
          ? [
              `not all that the new mapping needs could be read: ${unreadable.join("; ")}`,
              "Run doctor again when it can. The commands do not recreate the mapping",
            ]
          : ["let the role in to the new consumer, before the mapping is created"]),
        ...policies.says,
      ),
      steps: policies.steps,
    };
  }
  const kept = SETTINGS.map((name) => [name, mapping[name]] as const);
  const Tags = Object.entries(valueOf(mappingTags) ?? {}).filter(
    ([key]) => !key.startsWith("aws:"),
  );
  const settings = {
    FunctionName: pipeline.function.arn,
    EventSourceArn: living,
    Enabled: !mapping.State?.startsWith("Disabl"),
    ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
    ...(Tags.length > 0 && { Tags: Object.fromEntries(Tags) }),
  };
  return {
    says: sentences(
      "let the role in to the new consumer, create a mapping with all settings of the old one, and delete the old one after that",
      READS_AGAIN,
      ...policies.says,
    ),
    steps: [...policies.steps, create(pipeline, settings, mapping.UUID)],
  };
}

/** Allows the role to read through a consumer whose ARN no policy contains yet. */
function allowReader(repair: Repair, arn: string, name: string): Corrected {
  const { pipeline, currentConsumerPolicy } = repair.examination;
  const all = [
    ...(currentConsumerPolicy?.state === "unknown"
      ? []
      : [
          allowOnResource(repair, "consumer", valueOf(currentConsumerPolicy), consumerNeedsOn(arn)),
        ]),
    allowRole(repair, consumerNeedsOn(`${pipeline.stream.arn}/consumer/${name}:*`)),
  ];
  return {
    steps: all.flatMap(({ steps }) => steps),
    says: all.flatMap(({ says }) => says),
  };
}

/** Registers the consumer, whose ARN is known only then. */
function register({ stream, region }: Pipeline, name: string): { arn: string; step: Command } {
  const variable = variableName("CONSUMER", name);
  const arn = valueOfVariable(variable);
  const step = chain(
    assign(
      variable,
      aws(stream.account, region, "kinesis register-stream-consumer", {
        "stream-arn": stream.arn,
        "consumer-name": name,
        ...printOnly("Consumer.ConsumerARN"),
      }),
    ),
    waitWhile(
      ["CREATING"],
      aws(stream.account, region, "kinesis describe-stream-consumer", {
        "consumer-arn": arn,
        ...printOnly("ConsumerDescription.ConsumerStatus"),
      }),
    ),
  );
  return { arn, step };
}

export function registerAgain(repair: Repair): Recipe {
  const { pipeline } = repair.examination;
  const { arn, step } = register(pipeline, pipeline.consumer?.name ?? "");
  const { says, steps = [] } = followConsumer(repair, arn);
  return {
    says: `register it again, which gives it another ARN; ${says}`,
    steps: [step, ...steps],
  };
}

/** Name of the consumer that a mapping has to read through, if it is not registered. */
function consumerToRegister(examination: Examination): string | undefined {
  const { consumer, mapping } = examination.pipeline;
  if (consumer === undefined) {
    return mapping.declared?.consumerName;
  }
  return examination.consumer?.state === "missing" && currentConsumerOf(examination) === undefined
    ? consumer.name
    : undefined;
}

/** Creates a mapping that only the settings or the state declare. */
export function createMapping(repair: Repair): Recipe {
  const { examination } = repair;
  const { pipeline, destination } = examination;
  const { declared, sourceArn } = pipeline.mapping;
  const name = consumerToRegister(examination);
  const registered = name === undefined ? undefined : register(pipeline, name);
  const EventSourceArn = registered?.arn ?? currentConsumerOf(examination) ?? sourceArn;
  const DestinationConfig =
    destination?.settings.state === "found"
      ? { OnFailure: { Destination: destination.arn } }
      : undefined;
  const alias = pipeline.function.qualifier === undefined ? declared?.alias : undefined;
  const settings = {
    FunctionName: alias === undefined ? pipeline.function.arn : `${pipeline.function.arn}:${alias}`,
    EventSourceArn,
    ...PRODUCT_DEFAULTS,
    ...(DestinationConfig && { DestinationConfig }),
  };
  const policies = registered && allowReader(repair, registered.arn, name ?? "");
  return {
    says: sentences(
      "deploy, which creates it with its settings. The command below creates it with the library's defaults, for a mapping that nothing deploys",
      ...(DestinationConfig
        ? []
        : [
            "No on-failure destination is known: add DestinationConfig, or records that fail are given up without a report",
          ]),
      READS_AGAIN,
      ...(policies?.says ?? []),
    ),
    steps: [
      ...(registered ? [registered.step] : []),
      ...(policies?.steps ?? []),
      create(pipeline, settings),
    ],
  };
}

/** Publishes the function's present code for the version or alias that the mapping invokes. */
export function publishForMapping({ examination: { pipeline } }: Repair): Recipe {
  const { name, qualifier = "" } = pipeline.function;
  const publish = assign(
    "VERSION",
    lambda(pipeline, "publish-version", {
      "function-name": name,
      ...printOnly("Version"),
    }),
  );
  const isVersion = /^\d+$/.test(qualifier);
  const use = (text: string) => text.replace("PUBLISHED", '"$VERSION"');
  const alias = lambda(pipeline, "create-alias", {
    "function-name": name,
    name: qualifier,
    "function-version": "PUBLISHED",
    ...printOnly("AliasArn"),
  });
  const update = updateMapping(pipeline, { "function-name": `${name}:PUBLISHED` });
  const last = isVersion ? update : alias;
  return {
    says: isVersion
      ? "a deleted version cannot be created again: publish the function's present code, and let the mapping invoke that. Or name another version or alias for it"
      : "publish the function's present code, and create the alias for it. Or name an older version that the alias pointed to",
    steps: [chain(publish, { ...last, text: use(last.text) })],
  };
}
