import { OnFailure } from "../modules";
import { OnFailureSetting } from "./settings";

/** The destination of a setting; undefined for the default, a queue created for the consumer. */
export function onFailureOf(setting: OnFailureSetting | undefined): OnFailure | undefined {
  if (setting === undefined || setting === "queue") {
    return undefined;
  }
  if (setting === "none") {
    return OnFailure.none();
  }
  if ("queue" in setting) {
    return OnFailure.queue(setting.queue);
  }
  const { kmsKeyArn } = setting;
  if ("sqs" in setting) {
    return OnFailure.sqs(setting.sqs, { kmsKeyArn });
  }
  return "sns" in setting
    ? OnFailure.sns(setting.sns, { kmsKeyArn })
    : OnFailure.s3(setting.s3, setting.bucketAccountId, { kmsKeyArn });
}
