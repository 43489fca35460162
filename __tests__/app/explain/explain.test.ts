import { asBadAs, explain, FORMATS } from "../../../app/explain/explain";
import { change, mapping, planOf, QUEUE, STREAM } from "./plans";

const DESTROYS = JSON.stringify({ ...planOf(change("delete", STREAM, "stream")) });
const SENTENCE = "destroys stream orders: the records in it are lost";
const ADDRESS = "aws_kinesis_stream.stream_1A2B3C4D";

describe("an explanation", () => {
  it("has the effects of a plan and its refusals", () => {
    expect(explain(DESTROYS)).toEqual({
      effects: [
        {
          id: "stream-destroyed",
          records: "lost",
          about: {
            kind: "stream",
            name: "orders",
            arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/orders",
          },
          sentence: SENTENCE,
          address: ADDRESS,
        },
      ],
      refusals: [],
    });
  });

  it("is text with a heading, or one sentence if nothing happens to records", () => {
    expect(FORMATS.text(explain(DESTROYS))).toBe(
      `What this plan does to records:\n  - ${SENTENCE} (${ADDRESS})`,
    );
    expect(FORMATS.text({ effects: [], refusals: [] })).toBe(
      "This plan changes nothing for records: none is lost, none is delivered again.",
    );
  });

  it("ends as text with what is refused", () => {
    const refusals = [{ sentence: "it would fail", commands: ["terraform init"] }];

    expect(FORMATS.text({ effects: [], refusals }).split("\n").slice(1)).toEqual([
      "this plan is refused, since it would fail halfway or take away what is in use:",
      "  - it would fail",
      "      terraform init",
    ]);
  });

  it("is JSON of itself", () => {
    const explanation = explain(DESTROYS);

    expect(JSON.parse(FORMATS.json(explanation))).toEqual(explanation);
  });

  it("tells which effects are as bad as one, or worse", () => {
    const { effects } = explain(
      JSON.stringify(
        planOf(mapping({}, { enabled: false }), change("delete", QUEUE, "a_on-failure-queue")),
      ),
    );
    const ids = (worst: Parameters<typeof asBadAs>[1]) =>
      asBadAs(effects, worst).map(({ id }) => id);

    expect(ids("lost")).toEqual(["queue-destroyed"]);
    expect(ids("replayed")).toEqual(["queue-destroyed"]);
    expect(ids("waiting")).toEqual(["queue-destroyed", "mapping-paused"]);
  });
});
