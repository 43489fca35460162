import { OnFailure, StartingPosition } from "../../modules";
import { aConsumer, Synthesized } from "../helpers/synthesize";

import {
  ACCOUNT,
  between,
  matching,
  oneOf,
  preconditions,
  type Props,
  type Tokens,
  unlimitedOrBetween,
  withTokens,
} from "../helpers/tokens";

describe("a token passes, and Terraform judges its value with the same sentence", () => {
  type Row = readonly [
    sentence: string,
    property: (tokens: Tokens) => Props,
    resource: string,
    condition: string,
  ];

  const check = (synthesized: Synthesized, [sentence, , resource, condition]: Row) =>
    expect(preconditions(synthesized)).toEqual({
      [resource]: [
        {
          condition,
          error_message: sentence.replace("<GIVEN>", "${var.given}"),
        },
      ],
    });

  it.each<Row>([
    [
      "'batchSize' must be an integer from 1 to 10000, got <GIVEN>; omit it for 100",
      ({ number }) => ({ batchSize: number }),
      "consumer_mapping",
      between(1, 10000),
    ],
    [
      "'maximumBatchingWindowInSeconds' must be an integer from 0 to 300, got <GIVEN>; omit it for 0",
      ({ number }) => ({ maximumBatchingWindowInSeconds: number }),
      "consumer_mapping",
      between(0, 300),
    ],
    [
      "'parallelizationFactor' must be an integer from 1 to 10, got <GIVEN>; omit it for 1",
      ({ number }) => ({ parallelizationFactor: number }),
      "consumer_mapping",
      between(1, 10),
    ],
    [
      "'maximumRetryAttempts' must be -1 (no limit) or an integer from 0 to 10000, got <GIVEN>; omit it for 500",
      ({ number }) => ({ maximumRetryAttempts: number }),
      "consumer_mapping",
      unlimitedOrBetween(0, 10000),
    ],
    [
      "'maximumRecordAgeInSeconds' must be -1 (no limit) or an integer from 60 to 604800, got <GIVEN>; omit it for half of the stream's retention, at most a day",
      ({ number }) => ({ maximumRecordAgeInSeconds: number }),
      "consumer_mapping",
      unlimitedOrBetween(60, 604800),
    ],
    [
      "'tumblingWindowInSeconds' must be an integer from 0 to 900, got <GIVEN>; omit it for none",
      ({ number }) => ({ tumblingWindowInSeconds: number }),
      "consumer_mapping",
      between(0, 900),
    ],
    [
      "'startingPosition' must be one of TRIM_HORIZON, LATEST, AT_TIMESTAMP, got <GIVEN>; omit it for TRIM_HORIZON",
      ({ text }) => ({
        startingPosition: text,
        startingPositionTimestamp: "2026-01-31T08:00:00Z",
      }),
      "consumer_mapping",
      oneOf("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"),
    ],
    [
      "'startingPositionTimestamp' must be a time in RFC 3339, not in the future, got <GIVEN>; write it as 2026-01-31T08:00:00Z",
      ({ text }) => ({
        startingPosition: StartingPosition.AT_TIMESTAMP,
        startingPositionTimestamp: text,
      }),
      "consumer_mapping",
      "${try((0 >= timecmp(var.given, plantimestamp())), false)}",
    ],
    [
      "'onFailure' must be the ARN of a standard queue (arn:aws:sqs:<region>:<account>:<name>), got <GIVEN>; omit it to have a queue created for this consumer",
      ({ text }) => ({ onFailure: OnFailure.sqs(text) }),
      "consumer_mapping",
      matching(`^arn:aws[a-z-]*:sqs:[a-z0-9-]+:${ACCOUNT}:[a-zA-Z0-9_-]{1,80}$`),
    ],
    [
      "'onFailure' must be the ARN of a standard topic (arn:aws:sns:<region>:<account>:<name>), got <GIVEN>; omit it to have a queue created for this consumer",
      ({ text }) => ({ onFailure: OnFailure.sns(text) }),
      "consumer_mapping",
      matching(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:${ACCOUNT}:[a-zA-Z0-9_-]{1,256}$`),
    ],
    [
      "'onFailure' must be a bucket ARN (arn:aws:s3:::<bucket>), got <GIVEN>; omit it to have a queue created for this consumer",
      ({ text }) => ({ onFailure: OnFailure.s3(text) }),
      "consumer_mapping",
      matching("^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
    ],
    [
      "'onFailure' must be a 12-digit AWS account id, as a string, got <GIVEN>; omit it if the consumer's account owns the bucket",
      ({ text }) => ({
        onFailure: OnFailure.s3("arn:aws:s3:::failures", text),
      }),
      "consumer_mapping",
      matching(`^${ACCOUNT}$`),
    ],
  ])("CrossAccountConsumer: %s", (...row) => {
    check(
      withTokens((tokens, stack, providers) => aConsumer(stack, providers, row[1](tokens))),
      row,
    );
  });
});
