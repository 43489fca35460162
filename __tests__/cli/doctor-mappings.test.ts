import { CONSUMER, FUNCTION, gone, STREAM } from "./recorded-pipeline";
import type { Answers } from "./recorded";
import { configuration, consumer, fixes, own, type Given } from "./doctor-answers";

const MISSING = { "lambda:GetEventSourceMapping": gone() };
const GONE = consumer(gone(), gone());
const AGAIN = consumer(gone(), () => ({ ConsumerDescription: { ConsumerARN: `${CONSUMER}9` } }));
const qualified = (qualifier: string): Answers => ({
  ...configuration({ FunctionArn: `${FUNCTION}:${qualifier}` }),
  "lambda:GetFunctionConfiguration": ({ FunctionName }: { FunctionName: string }) =>
    FunctionName === "analytics" ? { State: "Active" } : gone()(),
});
const declared = (more: object): Given => [
  {
    "lambda:ListEventSourceMappings": () => ({}),
    "lambda:ListAliases": () => ({ Aliases: [] }),
    "kinesis:DescribeStreamConsumer": gone(),
  },
  { sourceArn: STREAM, uuid: undefined, declared: more },
];

const CASES: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    "registers a consumer for a mapping that does not exist",
    [{ ...GONE, ...MISSING }],
    [
      "consumer-missing: register it again, which gives it another ARN; let the role in to the new consumer, before the mapping is created",
      String.raw`$ CONSUMER_EFO=$(aws kinesis register-stream-consumer @stream --stream-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --consumer-name efo --query Consumer.ConsumerARN --output text) && while case "$(aws kinesis describe-stream-consumer @stream --consumer-arn ''"$CONSUMER_EFO"'' --query ConsumerDescription.ConsumerStatus --output text)" in CREATING) true;; *) false;; esac; do sleep 2; done`,
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn ''"$CONSUMER_EFO"'' --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"'"$CONSUMER_EFO"'"}]}'`,
      "mapping-missing: deploy, which creates it with its settings. The command below creates it with the library's defaults, for a mapping that nothing deploys. No on-failure destination is known: add DestinationConfig, or records that fail are given up without a report. The new mapping starts at its starting position: TRIM_HORIZON reads all that the stream retains once more, so the function gets records again",
      String.raw`$ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"'"$CONSUMER_EFO"'","StartingPosition":"TRIM_HORIZON","MaximumRetryAttempts":500,"MaximumRecordAgeInSeconds":43200,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
      "see consumer-missing",
    ],
  ],
  [
    "creates a missing mapping for the consumer that lives",
    [{ ...AGAIN, ...MISSING }],
    [
      "consumer-reregistered: let the role in to the new consumer, before the mapping is created",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009 --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"}]}'`,
      "mapping-missing: deploy, which creates it with its settings. The command below creates it with the library's defaults, for a mapping that nothing deploys. No on-failure destination is known: add DestinationConfig, or records that fail are given up without a report. The new mapping starts at its starting position: TRIM_HORIZON reads all that the stream retains once more, so the function gets records again",
      String.raw`$ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009","StartingPosition":"TRIM_HORIZON","MaximumRetryAttempts":500,"MaximumRecordAgeInSeconds":43200,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "says which filters and tags it could not read",
    [
      {
        ...GONE,
        ...configuration({ FilterCriteriaError: { ErrorCode: "KMSAccessDenied" } }),
        "lambda:ListTags": gone("AccessDenied"),
      },
    ],
    [
      "consumer-missing: register it again, which gives it another ARN; not all that the new mapping needs could be read: the mapping's filters (KMSAccessDenied); profile 222222222222 may not call lambda:ListTags; --permissions prints the policy that it needs (AWS: not there). Run doctor again when it can. The commands do not recreate the mapping",
      String.raw`$ CONSUMER_EFO=$(aws kinesis register-stream-consumer @stream --stream-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --consumer-name efo --query Consumer.ConsumerARN --output text) && while case "$(aws kinesis describe-stream-consumer @stream --consumer-arn ''"$CONSUMER_EFO"'' --query ConsumerDescription.ConsumerStatus --output text)" in CREATING) true;; *) false;; esac; do sleep 2; done`,
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn ''"$CONSUMER_EFO"'' --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"'"$CONSUMER_EFO"'"}]}'`,
    ],
  ],
  [
    "says why it could not read filters",
    [
      {
        ...GONE,
        ...configuration({
          FilterCriteriaError: { ErrorCode: "KMSAccessDenied", Message: "no key" },
        }),
      },
    ],
    [
      "consumer-missing: register it again, which gives it another ARN; not all that the new mapping needs could be read: the mapping's filters (no key). Run doctor again when it can. The commands do not recreate the mapping",
      String.raw`$ CONSUMER_EFO=$(aws kinesis register-stream-consumer @stream --stream-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --consumer-name efo --query Consumer.ConsumerARN --output text) && while case "$(aws kinesis describe-stream-consumer @stream --consumer-arn ''"$CONSUMER_EFO"'' --query ConsumerDescription.ConsumerStatus --output text)" in CREATING) true;; *) false;; esac; do sleep 2; done`,
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn ''"$CONSUMER_EFO"'' --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"'"$CONSUMER_EFO"'"}]}'`,
    ],
  ],
  [
    "lets the role, which may read through no consumer, in to the new one",
    [
      {
        ...AGAIN,
        ...own({
          Effect: "Allow",
          Action: [
            "kinesis:Get*",
            "kinesis:List*",
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kms:*",
            "logs:*",
          ],
          Resource: "*",
        }),
      },
    ],
    [
      "consumer-reregistered: let the role in to the new consumer, create a mapping with all settings of the old one, and delete the old one after that. The new mapping starts at its starting position: TRIM_HORIZON reads all that the stream retains once more, so the function gets records again",
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009 --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":"kinesis:*","Resource":"*"}]}'`,
      String.raw`$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:*"}]}'`,
      String.raw`$ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:17000000009","Enabled":true,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done && aws lambda delete-event-source-mapping @function --uuid a-mapping --query State --output text`,
    ],
  ],
  [
    "creates a mapping without a consumer",
    declared({}),
    [
      "mapping-missing: deploy, which creates it with its settings. The command below creates it with the library's defaults, for a mapping that nothing deploys. No on-failure destination is known: add DestinationConfig, or records that fail are given up without a report. The new mapping starts at its starting position: TRIM_HORIZON reads all that the stream retains once more, so the function gets records again",
      String.raw`$ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks","StartingPosition":"TRIM_HORIZON","MaximumRetryAttempts":500,"MaximumRecordAgeInSeconds":43200,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "creates a mapping with its consumer and alias",
    declared({ consumerName: "efo-1", alias: "live" }),
    [
      "mapping-missing: deploy, which creates it with its settings. The command below creates it with the library's defaults, for a mapping that nothing deploys. No on-failure destination is known: add DestinationConfig, or records that fail are given up without a report. The new mapping starts at its starting position: TRIM_HORIZON reads all that the stream retains once more, so the function gets records again",
      String.raw`$ CONSUMER_EFO_1=$(aws kinesis register-stream-consumer @stream --stream-arn arn:aws:kinesis:eu-west-1:111111111111:stream/clicks --consumer-name efo-1 --query Consumer.ConsumerARN --output text) && while case "$(aws kinesis describe-stream-consumer @stream --consumer-arn ''"$CONSUMER_EFO_1"'' --query ConsumerDescription.ConsumerStatus --output text)" in CREATING) true;; *) false;; esac; do sleep 2; done`,
      String.raw`$ aws kinesis put-resource-policy @stream --resource-arn ''"$CONSUMER_EFO_1"'' --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/reader"},"Action":["kinesis:DescribeStreamConsumer","kinesis:SubscribeToShard"],"Resource":"'"$CONSUMER_EFO_1"'"}]}'`,
      String.raw`$ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics:live","EventSourceArn":"'"$CONSUMER_EFO_1"'","StartingPosition":"TRIM_HORIZON","MaximumRetryAttempts":500,"MaximumRecordAgeInSeconds":43200,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "creates the alias that a mapping invokes",
    [qualified("v7")],
    [
      "function-alias-missing: publish the function's present code, and create the alias for it. Or name an older version that the alias pointed to",
      String.raw`$ VERSION=$(aws lambda publish-version @function --function-name analytics --query Version --output text) && aws lambda create-alias @function --function-name analytics --name v7 --function-version "$VERSION" --query AliasArn --output text`,
    ],
  ],
  [
    "creates an alias whose name begins with digits",
    [qualified("7a")],
    [
      "function-alias-missing: publish the function's present code, and create the alias for it. Or name an older version that the alias pointed to",
      String.raw`$ VERSION=$(aws lambda publish-version @function --function-name analytics --query Version --output text) && aws lambda create-alias @function --function-name analytics --name 7a --function-version "$VERSION" --query AliasArn --output text`,
    ],
  ],
  [
    "lets a mapping invoke a new version",
    [qualified("17")],
    [
      "function-alias-missing: a deleted version cannot be created again: publish the function's present code, and let the mapping invoke that. Or name another version or alias for it",
      String.raw`$ VERSION=$(aws lambda publish-version @function --function-name analytics --query Version --output text) && aws lambda update-event-source-mapping @function --uuid a-mapping --function-name analytics:"$VERSION" --query State --output text && while case "$(aws lambda get-event-source-mapping @function --uuid a-mapping --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
  [
    "creates a mapping of which nothing but the stream is known",
    [{ ...GONE, ...MISSING }, { sourceArn: STREAM }],
    [
      "mapping-missing: deploy, which creates it with its settings. The command below creates it with the library's defaults, for a mapping that nothing deploys. No on-failure destination is known: add DestinationConfig, or records that fail are given up without a report. The new mapping starts at its starting position: TRIM_HORIZON reads all that the stream retains once more, so the function gets records again",
      String.raw`$ MAPPING= && for attempt in 1 2 3 4 5 6; do MAPPING=$(aws lambda create-event-source-mapping @function --cli-input-json '{"FunctionName":"arn:aws:lambda:eu-west-1:222222222222:function:analytics","EventSourceArn":"arn:aws:kinesis:eu-west-1:111111111111:stream/clicks","StartingPosition":"TRIM_HORIZON","MaximumRetryAttempts":500,"MaximumRecordAgeInSeconds":43200,"BisectBatchOnFunctionError":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}' --query UUID --output text) && break; sleep 10; done && [ -n "$MAPPING" ] && while case "$(aws lambda get-event-source-mapping @function --uuid "$MAPPING" --query State --output text)" in Creating|Enabling|Disabling|Updating|Deleting) true;; *) false;; esac; do sleep 2; done`,
    ],
  ],
];

describe("doctor's fix", () => {
  it.each(CASES)("%s", async (_, given, expected) => {
    expect(await fixes(...given)).toEqual(expected);
  });
});
