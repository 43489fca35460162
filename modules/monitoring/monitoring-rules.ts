import { Token } from "cdktf";
import { Construct } from "constructs";
import { accountOf, providerRegion } from "../accounts/account-of";
import { duplicates } from "../accounts/duplicates";
import { checkSameStack } from "../accounts/same-stack";
import type { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import { arnPart } from "../policies/arns";
import { asStream } from "../producer-stream/stream-base";
import { isLiteral } from "../properties/expressions";
import { accountId } from "../properties/formats";
import { PropertyChecks } from "../properties/property-checks";
import { describeValue } from "../properties/problems";
import { ALARM_IDS } from "./alarms";
import { MONITORING_PROPERTIES, MonitoringSettings } from "./monitoring-properties";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const LONGEST_ALARM_NAME = 255;
const LONGEST_ID = ALARM_IDS.reduce((one, other) => (other.length > one.length ? other : one));

export const alarmName = (name: string, id: string, consumer?: CrossAccountConsumer): string =>
  [name, ...(consumer ? [consumer.node.id] : []), id].join("-");

/** The rules that span several properties of a PipelineMonitoring. */
export function checkMonitoring(
  checks: PropertyChecks,
  scope: Construct,
  settings: MonitoringSettings,
  name: string,
): void {
  const { consumers } = settings;
  const stream = asStream(settings.stream);
  checkSameStack(checks, scope, "stream", stream);
  consumers.forEach((consumer, index) => {
    if (consumer._stream !== stream) {
      checks.addError(
        `'consumers[${index}]' must be a consumer of the stream at ${stream.node.path}, got ${consumer.node.path}, which reads the one at ${consumer._stream.node.path}; ` +
          "create a PipelineMonitoring for each stream",
      );
    }
  });
  for (const { name: id, paths } of duplicates(consumers.map(({ node }) => [node.id, node.path]))) {
    checks.addError(
      `'consumers' must be of different construct ids, which name their alarms, got ${describeValue(id)}; ` +
        `rename all but one of ${paths.join(" and ")}`,
    );
  }
  checkNames(checks, consumers, name);
  checkTopics(checks, settings);
}

/** The names of topics and dashboards are shorter than AWS's limits, since `name` is. */
function checkNames(
  checks: PropertyChecks,
  consumers: readonly CrossAccountConsumer[],
  name: string,
): void {
  consumers.forEach((consumer, index) => {
    const longest = alarmName(name, LONGEST_ID, consumer);
    const left = LONGEST_ALARM_NAME - alarmName("", LONGEST_ID, consumer).length;
    if (isLiteral(name) && name.length > left && MONITORING_PROPERTIES.name.kind.matches(name)) {
      checks.addError(
        `'consumers[${index}]' must be a consumer whose alarms have names of at most ${LONGEST_ALARM_NAME} characters, got ${longest.length} in ${describeValue(longest)}; ` +
          "shorten the construct id of the consumer, or 'name'",
      );
    }
  });
}

function checkTopics(checks: PropertyChecks, settings: MonitoringSettings): void {
  const { alarmTopicArns = {}, stream, consumers } = settings;
  if (!isLiteral(alarmTopicArns)) {
    checks.addError(
      `'alarmTopicArns' must be an object whose accounts are known at synth, got ${Token.asString(alarmTopicArns)}; ` +
        "write the object here; its ARNs may be known only at apply",
    );
    return;
  }
  const providers = [stream.provider, ...consumers.map(({ _names: names }) => names.provider)];
  const named = Object.entries(alarmTopicArns).filter(([account]) => accountId.matches(account));
  for (const [account, arn] of named) {
    const provider = providers.find((one) => one && accountOf(one) === account);
    if (!provider) {
      const known = providers.flatMap((one) => (one ? accountOf(one) : []));
      const ids = [...new Set(known)].filter((one) => accountId.matches(one));
      checks.addError(
        `'alarmTopicArns.${account}' must be named with the account of a provider of the pipeline, got ${describeValue(account)}; ` +
          (ids.length > 0
            ? `the accounts are ${ids.join(", ")}`
            : "give the providers 'allowedAccountIds', or omit it to have topics created"),
      );
      continue;
    }
    const region = providerRegion(provider);
    const given = arnPart(arn, "region");
    if (isLiteral(arn) && isLiteral(region) && given !== region) {
      checks.addError(
        `'alarmTopicArns.${account}' must be in Region ${region} like the alarms, got ${arn}; ` +
          "give a topic of that Region, or omit it to have one created",
      );
    }
  }
}
