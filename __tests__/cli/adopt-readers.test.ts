import { adopted, adoption, changed, MAPPING, refusals } from "./adoption";
import { allowRole, document, FUNCTION, gone, KEY, ROLE, STREAM } from "./recorded-pipeline";

const consumersOf = async (...args: Parameters<typeof adopted>) =>
  (await adopted(...args)).settings?.consumers ?? [];

describe("a reader that is adopted", () => {
  const shared = { EventSourceArn: STREAM };
  const reference = { sourceArn: STREAM };

  it("with shared throughput is named after its function", async () => {
    expect(await consumersOf(changed(shared), [reference])).toMatchObject([
      { consumerName: "analytics", readMode: "SHARED_THROUGHPUT" },
    ]);
  });

  it("with shared throughput gets a name that no inline policy of its role has", async () => {
    expect(
      await consumersOf(
        { ...changed(shared), "iam:ListRolePolicies": () => ({ PolicyNames: ["analytics"] }) },
        [reference, reference],
      ),
    ).toMatchObject([{ consumerName: "analytics-2" }, { consumerName: "analytics-3" }]);
  });

  it("is refused if its role has an inline policy of the registered consumer's name", async () => {
    expect(await refusals({ "iam:ListRolePolicies": () => ({ PolicyNames: ["efo"] }) })).toEqual([
      {
        what: "role reader",
        why: expect.stringContaining("an inline policy efo already") as string,
      },
    ]);
  });

  it("keeps the alias that its mapping invokes", async () => {
    expect(await consumersOf(changed({ FunctionArn: `${FUNCTION}:live` }))).toMatchObject([
      { existingFunction: { functionName: "analytics:live" } },
    ]);
  });

  it.each([
    ["sqs", "arn:aws:sqs:eu-west-1:222222222222:failures"],
    ["sns", "arn:aws:sns:eu-west-1:222222222222:failures"],
    ["s3", "arn:aws:s3:::failures"],
  ])("keeps its destination (%s), with a key", async (service, Destination) => {
    const DestinationConfig = { OnFailure: { Destination } };
    const KmsMasterKeyId = KEY.replace("111111111111", "222222222222");
    const [consumer] = await consumersOf({
      ...changed({ DestinationConfig }),
      "sqs:GetQueueUrl": () => ({ QueueUrl: "a-url" }),
      "sqs:GetQueueAttributes": () => ({ Attributes: { KmsMasterKeyId } }),
      "sns:GetTopicAttributes": () => ({ Attributes: { KmsMasterKeyId } }),
      "s3:HeadBucket": () => ({}),
      "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
    });

    expect(consumer?.onFailure).toEqual({
      [service]: Destination,
      ...(service !== "s3" && { kmsKeyArn: KmsMasterKeyId }),
    });
  });

  it("has filters in other words if they were written with spaces", async () => {
    const Pattern = '{ "data": { "type": ["order"] } }';
    const { settings, adoption: all } = await adopted(
      changed({ FilterCriteria: { Filters: [{ Pattern }] } }),
    );

    expect(settings?.consumers).toMatchObject([
      { filterPatterns: [{ data: { type: ["order"] } }] },
    ]);
    expect(all.changed).toContainEqual({
      path: "consumers/efo/mapping",
      says: `has the filter ${Pattern} written without spaces`,
    });
  });

  it.each([
    ["changes", { State: "Updating" }, "its state is Updating; wait until"],
    [
      "has a filter that is no pattern",
      { FilterCriteria: { Filters: [{ Pattern: '{"data":1}' }] } },
      "it is no pattern of EventBridge's",
    ],
    [
      "has filters that nobody can decrypt",
      { FilterCriteriaError: { Message: "no access to the key" } },
      "no access to the key",
    ],
  ])("is refused if its mapping %s", async (_what, mapping, why) => {
    const refused = await refusals(changed(mapping));

    expect(refused.map((one) => one.why.slice(0, why.length))).toEqual([why]);
  });

  it("is refused if others read through its registered consumer", async () => {
    const others = allowRole("kinesis:SubscribeToShard", { AWS: [ROLE, "333333333333"] });

    expect(
      await refusals({ "kinesis:GetResourcePolicy": () => ({ Policy: others }) }),
    ).toContainEqual({
      what: "the policy of the registered consumer (consumers/efo/consumer)",
      why: "it names 333333333333, and a registered consumer has one reader here; register a consumer for each",
    });
  });

  it("no longer shares the registered consumer with its whole account, and that is said", async () => {
    const Principal = { AWS: "arn:aws:iam::222222222222:root" };
    const ofConsumer = document({ Effect: "Allow", Principal, Action: "kinesis:*", Resource: "*" });
    const { adoption: all } = await adopted({
      "kinesis:GetResourcePolicy": () => ({ Policy: ofConsumer }),
    });

    expect(all.changed).toContainEqual({
      path: "consumers/efo/consumer-policy",
      says: `rewritten for ${ROLE} alone instead of its whole account`,
    });
  });

  it("cannot be judged without credentials of its account, and that is said once", async () => {
    const functionArn = FUNCTION.replace("222222222222", "333333333333");
    const [stream] = await adoption({}, [{}, { functionArn }]);

    expect(stream?.settings?.consumers).toMatchObject([{ consumerName: "efo" }]);
    expect(stream?.refused).toEqual([
      {
        what: "the mapping of function analytics",
        why: "no credentials for 333333333333; name a profile of it with --profile",
        isUnknown: true,
      },
    ]);
  });

  it("does not keep the others of its stream from being adopted if it is refused", async () => {
    const [stream] = await adoption(
      {
        "lambda:GetEventSourceMapping": ({ UUID }: { UUID: string }) =>
          UUID === "a-mapping" ? MAPPING : { ...MAPPING, ...shared, UUID, State: "Creating" },
      },
      [{}, { sourceArn: STREAM, uuid: "another" }],
    );

    expect(stream?.settings?.consumers).toMatchObject([{ consumerName: "efo" }]);
    expect(stream?.refused).toMatchObject([{ what: "mapping another" }]);
  });

  it.each([
    ["denies", { Effect: "Deny" }],
    ["has a condition", { Condition: { Bool: { "aws:SecureTransport": "true" } } }],
  ])("is refused if the policy of its registered consumer %s", async (_what, more) => {
    const statement = { Effect: "Allow", Principal: { AWS: ROLE }, Action: "*", Resource: "*" };
    const ofConsumer = document({ ...statement, ...more });
    const answers = {
      "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) => ({
        Policy: ResourceARN === STREAM ? document() : ofConsumer,
      }),
    };

    expect(await refusals(answers)).toEqual([
      {
        what: "the policy of the registered consumer (consumers/efo/consumer)",
        why: "it denies, or has a condition, which the constructs do not write; remove that, or keep it where it is managed now",
      },
    ]);
  });

  it.each([
    ["its registered consumer", "kinesis:DescribeStreamConsumer"],
    ["its role", "iam:GetRole"],
  ])("is refused, and not as unknown, if %s does not exist", async (_what, call) => {
    const refused = await refusals({ [call]: gone() });

    expect(refused.map(({ isUnknown }) => isUnknown)).toEqual([undefined]);
  });

  it("leaves a key of its destination alone that is no ARN", async () => {
    const Destination = "arn:aws:sqs:eu-west-1:222222222222:failures";
    const { settings, adoption: all } = await adopted({
      ...changed({ DestinationConfig: { OnFailure: { Destination } } }),
      "sqs:GetQueueUrl": () => ({ QueueUrl: "a-url" }),
      "sqs:GetQueueAttributes": () => ({ Attributes: { KmsMasterKeyId: "alias/failures" } }),
    });

    expect(settings?.consumers[0]?.onFailure).toEqual({ sqs: Destination });
    expect(all.untouched).toContain(
      `the key alias/failures of ${Destination}: the policies that the role has go on allowing it`,
    );
  });
});
