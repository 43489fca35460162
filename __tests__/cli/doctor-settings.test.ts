import { configuration, consumer, difference, fixes, summary } from "./doctor-answers";
import { CONFIGURATION, CONSUMER, gone, ROLE } from "./recorded-pipeline";
import type { Answers } from "./recorded";

const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const filters = (...patterns: string[]) => ({
  FilterCriteria: { Filters: patterns.map((Pattern) => ({ Pattern })) },
});
const NO_STREAM: Answers = { "kinesis:DescribeStreamSummary": gone("AccessDenied") };
const queue: Answers = {
  "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
  "sqs:GetQueueAttributes": () => ({ Attributes: {} }),
};

/** The lines that only this mapping has. */
const says = async (settings: object): Promise<string[]> =>
  (await difference({ ...configuration(settings), ...queue })).filter(
    (line) => !/^\d{12} |^not /.test(line),
  );

/** Commands without what each of them ends in. */
const typed = async (settings: object, more: Answers = {}): Promise<string[]> =>
  (await fixes({ ...configuration(settings), ...queue, ...more })).map((line) =>
    line
      .replace(/ --query State --output text && while .*?; done/, " && wait")
      .replace(/^\$ aws (lambda|sqs|iam) /, "$ "),
  );

describe("doctor says of a mapping", () => {
  it.each<[string, object, readonly string[]]>([
    [
      "that it ignores what a function reports as failed",
      { FunctionResponseTypes: [] },
      ["partial failures: partial-failures-ignored: ReportBatchItemFailures is not set"],
    ],
    [
      "that does not name what functions report",
      { FunctionResponseTypes: undefined },
      ["partial failures: partial-failures-ignored: ReportBatchItemFailures is not set"],
    ],
    [
      "that nothing limits its retries",
      { BisectBatchOnFunctionError: false, MaximumRetryAttempts: -1 },
      ["retries: retries-unlimited: until the records expire; batches are not bisected"],
    ],
    [
      "that has Lambda's defaults",
      { BisectBatchOnFunctionError: undefined },
      ["retries: retries-unlimited: until the records expire; batches are not bisected"],
    ],
    [
      "what limits its retries, and that it reports to nobody",
      { MaximumRetryAttempts: 0, MaximumRecordAgeInSeconds: 7200 },
      [
        "retries: ok 0 retries, records up to 2 h old; batches are bisected",
        "on-failure destination: destination-not-set: none, and a batch is given up on after 0 retries",
      ],
    ],
    [
      "that only an age limits its retries",
      { MaximumRecordAgeInSeconds: 90, BisectBatchOnFunctionError: false },
      [
        "retries: ok records up to 1.5 min old; batches are not bisected",
        "on-failure destination: destination-not-set: none, and records are given up on after 1.5 min",
      ],
    ],
    [
      "where it reports what it gives up on",
      { MaximumRetryAttempts: 3, DestinationConfig: { OnFailure: { Destination: QUEUE } } },
      [
        "role: on-failure: ok allows sqs:SendMessage",
        `on-failure destination: ok ${QUEUE}`,
        "retries: ok 3 retries; batches are bisected",
      ],
    ],
    [
      "what its window asks of the function",
      { TumblingWindowInSeconds: 60 },
      [
        "window: ok tumbling, 60 s: each answer of the function must have a state, or its batch fails",
      ],
    ],
    ["nothing of a window that it does not have", { TumblingWindowInSeconds: 0 }, []],
    [
      "how many filters it has",
      filters('{"data":{"a":[1]}}', '{"partitionKey":["k"]}'),
      ["filters: ok 2 patterns"],
    ],
    [
      "that each filter looks where no record has anything",
      filters('{"order":["buy"]}', '{"body":{"a":[1]}}'),
      ['filters: filters-match-nothing: {"order":["buy"]} and {"body":{"a":[1]}}'],
    ],
    [
      "that one filter looks where no record has anything",
      filters('{"data":{"a":[1]}}', '{"order":["buy"]}'),
      ['filters: filter-matches-nothing: {"order":["buy"]}'],
    ],
    [
      "nothing bad of a filter that is no object, which Lambda knows better",
      filters("[]"),
      ["filters: ok 1 pattern"],
    ],
    [
      "that its filters may not be read",
      { FilterCriteriaError: { ErrorCode: "KMSAccessDenied", Message: "no key" } },
      ["filters: unknown they could not be read: no key"],
    ],
    [
      "that its filters may not be read, for whatever reason",
      { FilterCriteriaError: { ErrorCode: "KMSAccessDenied" } },
      ["filters: unknown they could not be read: KMSAccessDenied"],
    ],
  ])("%s", async (_, settings, expected) => {
    expect(await says(settings)).toEqual(expected);
  });

  it("that the stream has no order", async () => {
    const changes = summary({ RecordDistributionStrategy: "AUTO" });

    expect(await difference(changes)).toEqual([
      "stream: ok ACTIVE, 1 open shards, PROVISIONED; record distribution AUTO: records come in no order, and may have no partition key",
      "not stream",
    ]);
    expect(await difference(summary({ RecordDistributionStrategy: "USER_PARTITION_KEY" }))).toEqual(
      [],
    );
  });
});

describe("doctor's fix", () => {
  it("has the mapping look at what the function returns", async () => {
    expect(await typed({ FunctionResponseTypes: [] })).toEqual([
      "partial-failures-ignored: have the mapping use what the function returns. Look at the function's code first: if it returns something else than nothing or an object with batchItemFailures, each batch may then fail",
      `$ update-event-source-mapping @function --uuid a-mapping --function-response-types '["ReportBatchItemFailures"]' && wait`,
    ]);
  });

  const LIMITED =
    "limit both, and bisect batches, so that only the bad record is given up on. If later records have to wait for it, only bisect, which shows which record it is";
  const CREATED =
    "create a queue that keeps reports for 14 days, let the role send to it, and have the mapping report to it (account 222222222222)";
  const CREATE =
    '$ create-queue @function --queue-name analytics-on-failure --attributes \'{"MessageRetentionPeriod":"1209600","SqsManagedSseEnabled":"true"}\'';
  const DESTINATION = `'{"OnFailure":{"Destination":"arn:aws:sqs:eu-west-1:222222222222:analytics-on-failure"}}'`;

  it.each([
    ["half of the retention", {}, 43_200],
    ["half of a longer retention", summary({ RetentionPeriodHours: 48 }), 86_400],
    ["what Lambda allows", summary({ RetentionPeriodHours: 8760 }), 604_800],
    ["half of the shortest retention, if it is not known", { ...NO_STREAM }, 43_200],
  ])("limits retries to %s", async (_, more, age) => {
    const settings = {
      BisectBatchOnFunctionError: false,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    };
    const all = await typed(settings, more);

    expect(all.slice(all.findIndex((line) => line.startsWith("retries-unlimited")))).toEqual([
      `retries-unlimited: ${LIMITED}`,
      `$ update-event-source-mapping @function --uuid a-mapping --bisect-batch-on-function-error --maximum-retry-attempts 500 --maximum-record-age-in-seconds ${age} && wait`,
    ]);
  });

  it("limits retries only together with a destination, since what is given up on is lost otherwise", async () => {
    expect(await typed({ BisectBatchOnFunctionError: false })).toEqual([
      `retries-unlimited: ${LIMITED}. ${CREATED}`,
      CREATE,
      `$ for attempt in 1 2 3 4 5 6; do aws lambda update-event-source-mapping @function --uuid a-mapping --bisect-batch-on-function-error --maximum-retry-attempts 500 --maximum-record-age-in-seconds 43200 --destination-config ${DESTINATION} && wait && break; sleep 10; done`,
    ]);
  });

  it("creates a queue, lets the role send to it, and gives it to the mapping", async () => {
    const grants = {
      "iam:GetRolePolicy": () => ({
        PolicyDocument: JSON.stringify({
          Statement: { Effect: "Allow", NotAction: "sqs:*", Resource: "*" },
        }),
      }),
    };
    expect(await typed({ MaximumRetryAttempts: 3 }, grants)).toEqual([
      `destination-not-set: ${CREATED}`,
      CREATE,
      `$ put-role-policy @function --role-name ${ROLE.split("/")[1]} --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:SendMessage"],"Resource":"arn:aws:sqs:eu-west-1:222222222222:analytics-on-failure"}]}'`,
      `$ for attempt in 1 2 3 4 5 6; do aws lambda update-event-source-mapping @function --uuid a-mapping --destination-config ${DESTINATION} && wait && break; sleep 10; done`,
    ]);
  });

  it.each([
    [
      "moves the keys of a pattern into the data, and keeps the other patterns",
      ['{"order":["it\'s"]}', '{"data":{"a":[1]}}'],
      [
        "filter-matches-nothing: look for the keys in 'data', where a record's own JSON is",
        `$ update-event-source-mapping @function --uuid a-mapping --filter-criteria '{"Filters":[{"Pattern":"{\\"data\\":{\\"order\\":[\\"it'\\''s\\"]}}"},{"Pattern":"{\\"data\\":{\\"a\\":[1]}}"}]}' && wait`,
      ],
    ],
    [
      "leaves a pattern to its author that was meant for something else",
      ['{"body":["x"]}'],
      [
        "filters-match-nothing: correct the pattern: a filter sees only the record, and the record's own JSON in 'data'",
      ],
    ],
  ])("%s", async (_, patterns, expected) => {
    expect(await typed(filters(...patterns))).toEqual(expected);
  });

  it("leaves settings of a mapping that is created again for later", async () => {
    const all = await typed(
      { FunctionResponseTypes: [], MaximumRetryAttempts: 3 },
      consumer(gone(), () => ({ ConsumerDescription: { ConsumerARN: `${CONSUMER}9` } })),
    );

    const later = "run doctor again once the mapping reads through a consumer that exists";
    expect(all.slice(-2)).toEqual([
      `partial-failures-ignored: ${later}`,
      `destination-not-set: ${later}`,
    ]);
  });

  it.each([60, 0])("speaks of a window of %d s to a function that fails", async (seconds) => {
    const [fix = ""] = await typed({
      TumblingWindowInSeconds: seconds,
      LastProcessingResult: "PROBLEM: Function call failed",
    });

    expect(fix.endsWith("must have a state")).toBe(seconds > 0);
    expect(CONFIGURATION).not.toHaveProperty("TumblingWindowInSeconds");
  });
});
