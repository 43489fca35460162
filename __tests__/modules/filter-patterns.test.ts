import { aConsumer, synthesize } from "../helpers/synthesize";

describe("a filter pattern", () => {
  it("is written as JSON, in the order given", () => {
    const filterPatterns = [
      { data: { type: ["order"], amount: [{ numeric: [">", 10] }] } },
      { partitionKey: ["1"] },
    ];
    const { filter_criteria: criteria } = synthesize((stack, providers) => {
      aConsumer(stack, providers, { filterPatterns });
    }).only("aws_lambda_event_source_mapping");
    expect(criteria).toEqual({
      filter: [
        {
          pattern: '{"data":{"type":["order"],"amount":[{"numeric":[">",10]}]}}',
        },
        { pattern: '{"partitionKey":["1"]}' },
      ],
    });
  });

  it("is omitted if there are no patterns", () => {
    const mapping = synthesize((stack, providers) => {
      aConsumer(stack, providers, { filterPatterns: [] });
    }).only("aws_lambda_event_source_mapping");
    expect(mapping).not.toHaveProperty("filter_criteria");
  });
});
