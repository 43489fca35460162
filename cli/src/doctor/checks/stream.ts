import { parseArn } from "../../../../pipeline/arn";
import { valueOf } from "../../../../pipeline/fact";
import { currentConsumerOf, type Examination } from "../examine";
import { finding, fromFact, ok, type Check } from "../verdict";

const isCrossAccount = ({ pipeline: { stream, function: fn } }: Examination): boolean =>
  stream.account.id !== fn.account.id;

const streamCheck: Check = {
  title: "stream",
  about: "stream",
  run: (examination) =>
    fromFact(
      examination.pipeline.stream.summary,
      ({ StreamStatus: status, OpenShardCount: shards, StreamModeDetails: mode, ...more }) =>
        // An UPDATING stream is being resharded, and is read meanwhile.
        status === "ACTIVE" || status === "UPDATING"
          ? ok(
              `${status}, ${shards} open shards, ${mode?.StreamMode ?? "PROVISIONED"}${
                more.RecordDistributionStrategy === "AUTO"
                  ? "; record distribution AUTO: records come in no order, and may have no partition key"
                  : ""
              }`,
            )
          : finding("stream-not-active", `its status is ${status}`),
      (why) => finding("stream-missing", why),
    ),
};

const keyCheck: Check = {
  title: "encryption",
  about: "key",
  run: (examination) => {
    const { pipeline, key } = examination;
    const { EncryptionType: type, KeyId: keyId = "" } = valueOf(pipeline.stream.summary) ?? {};
    if (pipeline.stream.summary.state !== "found") {
      return undefined;
    }
    if (type !== "KMS") {
      return ok("none, so no key is needed");
    }
    const isAwsManaged = keyId.endsWith("alias/aws/kinesis") || valueOf(key)?.KeyManager === "AWS";
    if (isAwsManaged) {
      return isCrossAccount(examination)
        ? finding("stream-aws-managed-key", `its key is ${keyId}`)
        : ok("the AWS managed key, within the stream's account");
    }
    return fromFact(
      key,
      ({ Arn: resource = "", KeyState: state }) => {
        if (parseArn(resource).region !== pipeline.region) {
          return finding("key-other-region", `its key is ${resource}`);
        }
        const evidence = `the state of ${resource} is ${state}`;
        if (state === "PendingDeletion") {
          return finding("key-pending-deletion", evidence);
        }
        return state === "Enabled"
          ? ok(`customer managed key ${resource}, Enabled`)
          : finding("key-disabled", evidence);
      },
      (why) => finding("key-missing", `${keyId}: ${why}`),
    );
  },
};

const consumerCheck: Check = {
  title: "registered consumer",
  about: "consumer",
  run: (examination) => {
    const { pipeline, consumer, currentConsumer } = examination;
    if (pipeline.stream.summary.state === "missing") {
      return undefined;
    }
    return fromFact(
      consumer,
      ({ ConsumerStatus: status }) =>
        status === "ACTIVE"
          ? ok(`${pipeline.consumer?.name} ACTIVE, and the mapping names it`)
          : finding("consumer-not-active", `its status is ${status}`),
      (why) => {
        const resource = currentConsumerOf(examination);
        return resource === undefined
          ? finding("consumer-missing", why)
          : finding(
              "consumer-reregistered",
              `the mapping names ${pipeline.consumer?.arn}, the living one is ${resource} (${valueOf(currentConsumer)?.ConsumerStatus})`,
            );
      },
    );
  },
};

export const STREAM_CHECKS: readonly Check[] = [streamCheck, keyCheck, consumerCheck];
