import {
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  DeleteEventSourceMappingCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { refusal, createPropagatedRole } from "./refusal";
import {
  allow,
  CONSUMER,
  makeFunction,
  makeMapping,
  makeStream,
  mapping,
  REGION,
  setResourcePolicy,
  setRolePolicy,
  STREAM_ACTIONS,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { producer, consumer } = useTwoAccounts({
  rolePropagationSeconds: 1,
  consumerCreatingSeconds: 0.5,
});

describe("event source mappings", () => {
  let stream: string;
  const create = (settings: object = {}) =>
    refusal(makeMapping(consumer, "mapped", stream, settings));

  beforeAll(async () => {
    stream = await makeStream(producer, "mapped");
    const role = await createPropagatedRole(consumer, "mapped");
    await setRolePolicy(consumer, "mapped", allow(STREAM_ACTIONS, stream));
    await setResourcePolicy(producer, stream, allow(STREAM_ACTIONS, stream, role));
    await makeFunction(consumer, "mapped", role, "exports.handler = async () => {}");
    expect(await create()).toBe("accepted");
  });

  it("fail when one with the same function and source exists", async () => {
    expect(await create()).toMatch(/^ResourceConflictException: .*already exists/);
  });

  it.each([
    ["BatchSize", { BatchSize: 10_001 }, /^ValidationException: .*'batchSize'/],
    [
      "ParallelizationFactor",
      { ParallelizationFactor: 11 },
      /^ValidationException: .*'parallelizationFactor'/,
    ],
    [
      "MaximumBatchingWindowInSeconds",
      { MaximumBatchingWindowInSeconds: 301 },
      /^ValidationException/,
    ],
    ["MaximumRetryAttempts", { MaximumRetryAttempts: -2 }, /^ValidationException/],
    [
      "MaximumRecordAgeInSeconds",
      { MaximumRecordAgeInSeconds: 59 },
      /between 60 and 604800, got 59/,
    ],
    [
      "a tumbling window of batches at the same time",
      { TumblingWindowInSeconds: 30, ParallelizationFactor: 2 },
      /requires ParallelizationFactor 1, got 2/,
    ],
    ["TumblingWindowInSeconds", { TumblingWindowInSeconds: 901 }, /^ValidationException/],
    [
      "AT_TIMESTAMP without a time",
      { StartingPosition: "AT_TIMESTAMP" },
      /StartingPositionTimestamp/,
    ],
    ["no starting position", { StartingPosition: undefined }, /StartingPosition must be/],
    [
      "a FIFO destination",
      {
        DestinationConfig: {
          OnFailure: {
            Destination: `arn:aws:sqs:${REGION}:${CONSUMER}:q.fifo`,
          },
        },
      },
      /FIFO/,
    ],
    [
      "a destination of another service",
      {
        DestinationConfig: {
          OnFailure: { Destination: `arn:aws:lambda:${REGION}:${CONSUMER}:function:f` },
        },
      },
      /must be an SQS queue, an SNS topic or an S3 bucket/,
    ],
    ["a fraction of a batch", { BatchSize: 1.5 }, /^ValidationException: .*'batchSize'/],
    [
      "another response type",
      { FunctionResponseTypes: ["Other"] },
      /^Inv.*ReportBatchItemFailures/,
    ],
    [
      "a time to come",
      {
        StartingPosition: "AT_TIMESTAMP",
        StartingPositionTimestamp: new Date(Date.now() + 3_600_000),
      },
      /must not be in the future/,
    ],
    ["another position", { StartingPosition: "NEWEST" }, /StartingPosition must be .* got NEWEST/],
    [
      "more than 10 filters",
      { FilterCriteria: { Filters: Array.from({ length: 11 }, () => ({ Pattern: "{}" })) } },
      /up to 10 filters, got 11/,
    ],
    [
      "a pattern that is not JSON",
      { FilterCriteria: { Filters: [{ Pattern: "{" }] } },
      /Invalid filter pattern/,
    ],
  ])("fail when %s is out of range", async (_, settings, words) => {
    expect(await create(settings)).toMatch(words);
  });

  it("are listed, updated, disabled, tagged and deleted", async () => {
    const listed = await consumer.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: "mapped" }),
    );
    expect(listed.EventSourceMappings).toHaveLength(1);
    const { UUID, EventSourceMappingArn, LastModified, State } =
      listed.EventSourceMappings?.[0] ?? {};
    expect(State).toBe("Enabled");
    expect(LastModified).toBeInstanceOf(Date);
    const tags = await consumer.lambda.send(
      new ListTagsCommand({ Resource: EventSourceMappingArn }),
    );
    expect(tags.Tags).toEqual({});
    const settle = async (settings: object) => {
      await consumer.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...settings }));
      return until(async () => {
        const now = await mapping(consumer, UUID);
        return now.State === "Enabled" && now;
      });
    };
    const FilterCriteria = { Filters: [{ Pattern: '{"data":{"city":["Oslo"]}}' }] };
    const FunctionResponseTypes = ["ReportBatchItemFailures"];
    const set = await settle({ FilterCriteria, FunctionResponseTypes });
    expect(set).toMatchObject({ FilterCriteria, FunctionResponseTypes });
    const unset = await settle({ FilterCriteria: {}, FunctionResponseTypes: [] });
    expect(unset).not.toHaveProperty("FilterCriteria");
    expect(unset).not.toHaveProperty("FunctionResponseTypes");
    const updated = await consumer.lambda.send(
      new UpdateEventSourceMappingCommand({
        UUID,
        BatchSize: 7,
        Enabled: false,
      }),
    );
    expect(updated).toMatchObject({ BatchSize: 7, State: "Disabling" });
    await until(async () => (await mapping(consumer, UUID)).State === "Disabled");
    const deleted = await consumer.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    expect(deleted.State).toBe("Deleting");
    await until(async () =>
      (await refusal(mapping(consumer, UUID))).startsWith("ResourceNotFoundException"),
    );
  });
});
