import { partitionOf } from "../pipeline/arn";
import type { Settings } from "./settings";

/** What the settings of a deployment tell of its pipelines, and which credentials reach them. */
export function referencesIn({ region, producer, stream, consumers }: Settings) {
  const partition = partitionOf(region);
  const sourceArn =
    "streamArn" in stream
      ? stream.streamArn
      : `arn:${partition}:kinesis:${region}:${producer.accountId}:stream/${stream.streamName}`;
  const references = consumers.map((consumer) => {
    const { account, alias, consumerName, existingFunction, roleName, rolePath = "/" } = consumer;
    const functionName = existingFunction?.functionName ?? consumer.functionName ?? consumerName;
    const ownRole =
      roleName && `arn:${partition}:iam::${account.accountId}:role${rolePath}${roleName}`;
    return {
      region,
      sourceArn,
      functionArn: `arn:${partition}:lambda:${region}:${account.accountId}:function:${functionName}`,
      roleArn: existingFunction?.roleArn ?? ownRole,
      declared: {
        consumerName: String(consumer.readMode) === "SHARED_THROUGHPUT" ? undefined : consumerName,
        alias: alias?.name,
      },
    };
  });
  const credentials = [producer, ...consumers.map(({ account }) => account)].map(
    ({ profile, assumeRole }) => ({ profile, assumeRole }),
  );
  return {
    references,
    credentials: [...new Map(credentials.map((one) => [JSON.stringify(one), one])).values()],
  };
}
