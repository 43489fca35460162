import { firstFailure } from "../../pipeline/kinesis-event";

describe("batchItemFailures", () => {
  const records = ["11", "12", "13"].map((sequenceNumber) => ({
    sequenceNumber,
  }));
  const failed = (...ids: unknown[]) => ({
    batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
  });

  it.each([
    ["an empty list", { batchItemFailures: [] }],
    ["a null list", { batchItemFailures: null }],
    ["an empty response", {}],
    ["a null response", null],
  ])("are a success when it is %s", (_, response) => {
    expect(firstFailure(response, records)).toBeUndefined();
  });

  it("count from the lowest sequence number", () => {
    expect(firstFailure(failed("13", "12"), records)).toBe(1);
    expect(firstFailure(failed("11"), records)).toBe(0);
  });

  it.each([
    ["an empty identifier", failed("")],
    ["a null identifier", failed(null)],
    ["an identifier that is not in the batch", failed("12", "99")],
    ["a bad key name", { batchItemFailures: [{ id: "12" }] }],
    ["something that is not an object", "done"],
  ])("fail the whole batch with %s", (_, response) => {
    expect(firstFailure(response, records)).toBe("whole batch");
  });
});
