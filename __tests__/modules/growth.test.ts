import { Tokenization } from "cdktf";
import { Node } from "constructs";
import { LambdaCode } from "../../modules";
import { aConsumer, aStream, refusalOfApp } from "../helpers/synthesize";

/** How often a function is called in the synthesis of a stream with so many consumers. */
const callsWith = (consumers: number, spied: jest.SpyInstance): number => {
  const refusal = refusalOfApp((stack, providers) => {
    const stream = aStream(stack, providers);
    for (let index = 0; index < consumers; index += 1) {
      const name = `consumer-${index}`;
      const code = LambdaCode.fromDirectory("handler/dist");
      aConsumer(stack, providers, { stream, consumerName: name, code }, name);
    }
  });
  expect(refusal).toBe("");
  const { calls } = spied.mock;
  spied.mockRestore();
  return calls.length;
};

const searchesWith = (consumers: number): number =>
  callsWith(consumers, jest.spyOn(Node.prototype, "findAll"));

const resolvedWith = (consumers: number): number =>
  callsWith(consumers, jest.spyOn(Tokenization, "resolve"));

describe("synthesis", () => {
  it("searches the tree as often for 12 consumers as for 2, so that its time grows in proportion", () => {
    expect(searchesWith(12)).toBe(searchesWith(2));
  });

  it("resolves as many values for each further consumer of a stream, however many it has", () => {
    expect(resolvedWith(12) - resolvedWith(8)).toBe(resolvedWith(8) - resolvedWith(4));
  });
});
