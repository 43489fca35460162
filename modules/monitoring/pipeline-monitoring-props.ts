import type { CrossAccountConsumer } from "../cross-account-consumer/cross-account-consumer";
import type { IProducerStream } from "../producer-stream/producer-stream-props";

/** Properties of a PipelineMonitoring. */
export interface PipelineMonitoringProps {
  /**
   * The stream of the pipeline. Without a provider of its account, what only that account can see
   * has no alarms, such as lost access with enhanced fan-out.
   */
  readonly stream: IProducerStream;

  /** The consumers of the stream, one or more. */
  readonly consumers: CrossAccountConsumer[];

  /**
   * Start of the names of alarms, topics and dashboards, which must be unique in an account and
   * Region. Dots become hyphens where AWS allows none.
   *
   * @default - the stream's name
   */
  readonly name?: string;

  /**
   * ARNs of existing topics that the alarms notify, by the id of the account that has the alarms. A
   * topic in another account must allow `cloudwatch.amazonaws.com` to publish; a topic that is
   * encrypted needs a customer managed key that allows it as well.
   *
   * @default - a topic is created in each account, to which nobody is subscribed yet
   */
  readonly alarmTopicArns?: Record<string, string>;

  /**
   * Age of records from which there is an alarm, as a share of the stream's retention. The retention
   * of an imported stream counts as 24 hours. Valid range: 0.01 to 1.
   *
   * @default 0.5
   */
  readonly iteratorAgeShareOfRetention?: number;

  /**
   * Thresholds by the id of the alarm, in the unit of its metric. docs/runbook.md has the ids.
   *
   * @default - any failure or throttling is too much; for ages it is a share of the retention
   */
  readonly thresholds?: Record<string, number>;

  /**
   * Whether each account has a dashboard that shows the data flow from left to right.
   *
   * @default true
   */
  readonly dashboards?: boolean;

  /**
   * Tags of the alarms and topics.
   *
   * @default - the provider's default tags
   */
  readonly tags?: Record<string, string>;
}
