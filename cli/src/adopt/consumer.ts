import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { roleNameOf } from "../../../pipeline/arn";
import { valueOf } from "../../../pipeline/fact";
import { compilePattern } from "../../../pipeline/filter-pattern";
import type { CredentialSource } from "../accounts";
import {
  ownTags,
  type AccountSettings,
  type Adoption,
  type ConsumerSettings,
  type Json,
} from "./adoption";
import { settingsOf } from "./defaults";
import type { Reader } from "./read";
import { checkConsumerPolicy } from "./stream-policy";

/** The account as settings name it, with the profile that read it. */
export const accountSettings = (
  accountId: string,
  source: CredentialSource | undefined,
): AccountSettings => ({
  accountId,
  ...(source?.profile !== undefined && { profile: source.profile }),
});

/** The settings of one reader, whose mapping and registered consumer are imported. */
export function adoptConsumer(
  reader: Reader,
  consumerName: string,
  adoption: Adoption,
): ConsumerSettings {
  const { pipeline, destination } = reader;
  const { consumer, function: fn, role } = pipeline;
  const path = `consumers/${consumerName}`;
  const configuration = mappingOf(reader, adoption);
  const roleArn = role.arn ?? "";
  checkRole(reader, consumerName, adoption);
  if (consumer) {
    adoptRegistered(reader, path, roleArn, adoption);
  }
  const tags = valueOf(reader.mappingTags);
  adoption.import(`${path}/mapping`, configuration.UUID ?? "", tags);
  const roleName = roleNameOf(roleArn);
  adoption.added.push(
    {
      path: `${path}/role-policy`,
      says: `inline policy ${consumerName} of role ${roleName}: what reading and reporting need`,
    },
    {
      path: `${path}/on-failure-policy`,
      says: `inline policy of role ${roleName}, which keeps a former destination allowed`,
    },
  );
  adoption.untouched.push(
    `function ${fn.name}, its code, its log group and its role ${roleName} with all policies that it has`,
  );
  const access = valueOf(fn.account.access);
  const own = ownTags(tags);
  return {
    account: accountSettings(fn.account.id, access?.source),
    consumerName,
    ...settingsOf(
      "consumer",
      `consumers[${consumerName}]`,
      {
        existingFunction: {
          functionName: fn.qualifier === undefined ? fn.name : `${fn.name}:${fn.qualifier}`,
          roleName,
          roleArn,
        },
        readMode: consumer ? undefined : "SHARED_THROUGHPUT",
        ...mappingValues(configuration, `${path}/mapping`, adoption),
        onFailure: onFailure(destination, adoption),
        ...(own && { tagsByResource: { mapping: own } }),
      },
      adoption,
    ),
  };
}

function mappingOf(reader: Reader, adoption: Adoption): EventSourceMappingConfiguration {
  const { pipeline, mappingTags } = reader;
  const { configuration, uuid } = pipeline.mapping;
  const what = `mapping ${uuid ?? pipeline.mapping.sourceArn}`;
  if (configuration.state !== "found") {
    const isUnknown = configuration.state === "unknown";
    adoption.refused.push({ what, why: configuration.why, ...(isUnknown && { isUnknown }) });
    return {};
  }
  if (mappingTags.state !== "found") {
    adoption.refused.push({ what: `the tags of ${what}`, why: mappingTags.why, isUnknown: true });
  }
  const { value } = configuration;
  if (!/^(En|Dis)abled$/.test(value.State ?? "")) {
    adoption.refused.push({
      what,
      why: `its state is ${value.State ?? "unknown"}; wait until it is Enabled or Disabled, and adopt it then`,
    });
  }
  if (value.FilterCriteriaError) {
    adoption.refused.push({
      what: `the filters of ${what}`,
      why: value.FilterCriteriaError.Message ?? "they cannot be decrypted",
      isUnknown: true,
    });
  }
  return value;
}

/** What the mapping has, by the name of the setting. */
function mappingValues(
  given: EventSourceMappingConfiguration,
  path: string,
  adoption: Adoption,
): Json {
  const position = given.StartingPosition;
  const time = given.StartingPositionTimestamp;
  const filters = (given.FilterCriteria?.Filters ?? []).map(({ Pattern = "" }) => Pattern);
  return {
    startingPosition: position,
    startingPositionTimestamp:
      position === "AT_TIMESTAMP" ? time?.toISOString().replace(/\.\d+/, "") : undefined,
    batchSize: given.BatchSize,
    maximumBatchingWindowInSeconds: given.MaximumBatchingWindowInSeconds,
    parallelizationFactor: given.ParallelizationFactor,
    maximumRetryAttempts: given.MaximumRetryAttempts ?? -1,
    maximumRecordAgeInSeconds: given.MaximumRecordAgeInSeconds ?? -1,
    bisectBatchOnFunctionError: given.BisectBatchOnFunctionError ?? false,
    tumblingWindowInSeconds: given.TumblingWindowInSeconds,
    reportBatchItemFailures: (given.FunctionResponseTypes ?? []).includes(
      "ReportBatchItemFailures",
    ),
    filterPatterns: filters.length > 0 ? patterns(filters, path, adoption) : undefined,
    filterCriteriaKmsKeyArn: given.KMSKeyArn,
    metrics: given.MetricsConfig?.Metrics?.length ? given.MetricsConfig.Metrics : undefined,
    enabled: given.State !== "Disabled",
  };
}

function patterns(filters: readonly string[], path: string, adoption: Adoption): unknown[] {
  return filters.map((text) => {
    try {
      const pattern = JSON.parse(text) as unknown;
      compilePattern(pattern);
      if (JSON.stringify(pattern) !== text) {
        adoption.changed.push({ path, says: `has the filter ${text} written without spaces` });
      }
      return pattern;
    } catch (error) {
      const why = `it is no pattern of EventBridge's: ${(error as Error).message}; correct it in AWS first`;
      adoption.refused.push({ what: `the filter ${text}`, why });
      return {};
    }
  });
}

function onFailure(destination: Reader["destination"], adoption: Adoption): unknown {
  if (!destination) {
    return "none";
  }
  const { arn, service, settings } = destination;
  const kmsKeyArn = valueOf(settings)?.kmsKeyId;
  if (kmsKeyArn !== undefined && !kmsKeyArn.startsWith("arn:")) {
    adoption.untouched.push(
      `the key ${kmsKeyArn} of ${arn}: the policies that the role has go on allowing it`,
    );
    return { [service]: arn };
  }
  return { [service]: arn, ...(kmsKeyArn !== undefined && { kmsKeyArn }) };
}

/** The registered consumer, which keeps its ARN, and its policy. */
function adoptRegistered(
  { pipeline, consumer: fact, consumerPolicy }: Reader,
  path: string,
  roleArn: string,
  adoption: Adoption,
): void {
  const { arn } = pipeline.consumer ?? { arn: "" };
  if (fact?.state !== "found") {
    const why = fact?.why ?? "it was not looked at";
    const isUnknown = fact?.state !== "missing";
    adoption.refused.push({ what: arn, why, ...(isUnknown && { isUnknown }) });
    return;
  }
  adoption.import(`${path}/consumer`, arn);
  if (consumerPolicy?.state === "found") {
    adoption.import(`${path}/consumer-policy`, arn);
    checkConsumerPolicy(consumerPolicy.value, roleArn, `${path}/consumer`, adoption);
  } else if (consumerPolicy?.state === "missing") {
    adoption.added.push({ path: `${path}/consumer-policy`, says: `allows ${roleArn} to read` });
  } else {
    const why = consumerPolicy?.why ?? "it was not looked at";
    adoption.refused.push({ what: `the policy of ${arn}`, why, isUnknown: true });
  }
}

/** Names of the inline policies of a role. */
export const inlinePoliciesOf = ({ identityPolicies }: Reader): string[] =>
  (valueOf(identityPolicies) ?? []).flatMap(({ place }) =>
    place && "inline" in place ? [place.inline] : [],
  );

/** The constructs put a policy into the role under the name of the consumer. */
function checkRole(reader: Reader, consumerName: string, adoption: Adoption): void {
  const { role, identityPolicies, pipeline } = reader;
  const name = roleNameOf(pipeline.role.arn ?? "");
  if (role?.state !== "found" || identityPolicies?.state !== "found") {
    const fact = role?.state === "found" ? identityPolicies : role;
    const why = fact && fact.state !== "found" ? fact.why : "nothing tells which role it is";
    adoption.refused.push({
      what: `the role ${name} of function ${pipeline.function.name}`,
      why,
      ...(fact?.state !== "missing" && { isUnknown: true as const }),
    });
  } else if (inlinePoliciesOf(reader).includes(consumerName)) {
    adoption.refused.push({
      what: `role ${name}`,
      why: `it has an inline policy ${consumerName} already, which the one of the constructs would replace; if they made it, the pipeline is adopted already; otherwise put it under another name first, and remove the old name`,
    });
  }
}
