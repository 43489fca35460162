import { valueOf } from "../../../pipeline/fact";
import { ownTags, type Adoption, type Json } from "./adoption";
import { settingsOf } from "./defaults";
import type { Reader } from "./read";

/** The settings of an existing stream, which is imported. */
export function adoptStream(reader: Reader, adoption: Adoption): Json {
  const { stream } = reader.pipeline;
  const { summary } = stream;
  const what = `stream ${stream.name}`;
  if (summary.state !== "found") {
    const isUnknown = summary.state === "unknown";
    adoption.refused.push({ what, why: summary.why, ...(isUnknown && { isUnknown }) });
    return {};
  }
  if (reader.streamTags.state !== "found") {
    const { why } = reader.streamTags;
    adoption.refused.push({ what: `the tags of ${what}`, why, isUnknown: true });
  }
  const { value } = summary;
  if (value.StreamStatus !== "ACTIVE") {
    adoption.refused.push({
      what,
      why: `its status is ${value.StreamStatus ?? "unknown"}; wait until it is ACTIVE, and adopt it then`,
    });
  }
  const tags = valueOf(reader.streamTags);
  adoption.import("stream/stream", stream.name, tags);
  const isOnDemand = value.StreamModeDetails?.StreamMode === "ON_DEMAND";
  const metrics = (value.EnhancedMonitoring ?? []).flatMap(
    ({ ShardLevelMetrics = [] }) => ShardLevelMetrics,
  );
  return {
    streamName: stream.name,
    ...settingsOf(
      "stream",
      "stream",
      {
        shardCount: isOnDemand ? undefined : value.OpenShardCount,
        retentionPeriodHours: value.RetentionPeriodHours,
        maxRecordSizeKib: value.MaxRecordSizeInKiB,
        ...encryption(reader, adoption),
        preventDestroy: true,
        shardLevelMetrics: metrics.length > 0 ? metrics.sort() : undefined,
        tags: ownTags(tags),
      },
      adoption,
    ),
  };
}

/** The stream keeps its key, and the key its policy: other streams may use it as well. */
function encryption(reader: Reader, adoption: Adoption): Json {
  const { key, pipeline } = reader;
  const { EncryptionType: type, KeyId: used = "" } = valueOf(pipeline.stream.summary) ?? {};
  if (type !== "KMS") {
    return { encryption: "NONE" };
  }
  const { Arn: arn = used.includes(":key/") ? used : undefined, KeyManager } = valueOf(key) ?? {};
  if (KeyManager === "AWS" || used.includes("alias/aws/")) {
    adoption.refused.push({
      what: `the key of stream ${pipeline.stream.name}`,
      why: `it is ${used}, which only AWS may change, so that no other account can decrypt the records; encrypt the stream with a customer managed key first`,
    });
    return {};
  }
  if (arn === undefined) {
    adoption.refused.push({
      what: `the key of stream ${pipeline.stream.name}`,
      why: key && key.state !== "found" ? key.why : `${used} is not the ARN of a key`,
      isUnknown: true,
    });
    return {};
  }
  if (used !== arn) {
    adoption.changed.push({
      path: "stream/stream",
      says: `names its key by ARN instead of ${used}; it is the same key`,
    });
  }
  return { kmsKeyArn: arn };
}
