import { Fn, Op, Token } from "cdktf";
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
import { describeValue, mustBe, mustBeLiteral } from "../properties/sentences";
import { ALARM_IDS } from "./alarms";
import { LONGEST_NAME, MONITORING_PROPERTIES, MonitoringSettings } from "./monitoring-properties";

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
        mustBe(
          `consumers[${index}]`,
          `a consumer of the stream at ${stream.node.path}`,
          `${consumer.node.path}, which reads the one at ${consumer._stream.node.path}`,
          "create a PipelineMonitoring for each stream",
        ),
      );
    }
  });
  duplicates(
    consumers.map(({ node }) => [node.id, node.path]),
    (id, paths) =>
      mustBeLiteral(
        "consumers",
        "of different construct ids, which name their alarms",
        id,
        `rename all but one of ${paths.join(" and ")}`,
      ),
  ).forEach((error) => checks.addError(error));
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
    const sentence = (got: string): string =>
      mustBe(
        `consumers[${index}]`,
        `a consumer whose alarms have names of at most ${LONGEST_ALARM_NAME} characters`,
        got,
        "shorten the construct id of the consumer, or 'name'",
      );
    if (!isLiteral(name)) {
      if (left < LONGEST_NAME) {
        checks.addPrecondition("alarms", Op.gte(left, Fn.lengthOf(name)), sentence(longest));
      }
    } else if (name.length > left && MONITORING_PROPERTIES.name.kind.matches(name)) {
      checks.addError(sentence(`${longest.length} in ${describeValue(longest)}`));
    }
  });
}

function checkTopics(checks: PropertyChecks, settings: MonitoringSettings): void {
  const { alarmTopicArns = {}, stream, consumers } = settings;
  if (!isLiteral(alarmTopicArns)) {
    checks.addError(
      mustBe(
        "alarmTopicArns",
        "an object whose accounts are known at synth",
        Token.asString(alarmTopicArns),
        "write the object here; its ARNs may be known only at apply",
      ),
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
        mustBeLiteral(
          `alarmTopicArns.${account}`,
          "named with the account of a provider of the pipeline",
          account,
          ids.length > 0
            ? `the accounts are ${ids.join(", ")}`
            : "give the providers 'allowedAccountIds', or omit it to have topics created",
        ),
      );
      continue;
    }
    const region = providerRegion(provider);
    const given = arnPart(arn, "region");
    if (isLiteral(arn) && isLiteral(region) && given !== region) {
      checks.addError(
        mustBe(
          `alarmTopicArns.${account}`,
          `in Region ${region} like the alarms`,
          arn,
          "give a topic of that Region, or omit it to have one created",
        ),
      );
    }
  }
}
