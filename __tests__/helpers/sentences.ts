import { fixOf, type Property } from "../../modules/properties/property";
import { describeValue, mustBe, render } from "../../modules/properties/problems";

/** The sentence about a wrong value, as the property's declaration composes it. */
export const sentenceAbout = (
  name: string,
  declaration: Property<unknown>,
  value: unknown,
): string => render(mustBe(name, declaration.type.rule, describeValue(value), fixOf(declaration)));

/** The property that each sentence is about. */
export const propertiesOf = (sentences: readonly string[]): (string | undefined)[] =>
  sentences.map((sentence) => /^'([^']*)'/.exec(sentence)?.[1]);
