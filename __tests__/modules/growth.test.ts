import { Node } from "constructs";
import { LambdaCode } from "../../modules";
import { aConsumer, aStream, refusalOfApp } from "../helpers/synthesize";

const searchesWith = (consumers: number): number => {
  const search = jest.spyOn(Node.prototype, "findAll");
  const refusal = refusalOfApp((stack, providers) => {
    const stream = aStream(stack, providers);
    for (let index = 0; index < consumers; index += 1) {
      const name = `consumer-${index}`;
      const code = LambdaCode.fromDirectory("modules/policies");
      aConsumer(stack, providers, { stream, consumerName: name, code }, name);
    }
  });
  expect(refusal).toBe("");
  const { calls } = search.mock;
  search.mockRestore();
  return calls.length;
};

describe("synthesis", () => {
  it("searches the tree as often for 12 consumers as for 2, so that its time grows in proportion", () => {
    expect(searchesWith(12)).toBe(searchesWith(2));
  });
});
