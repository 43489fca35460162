import { shownLines } from "../../local/sample";

const sample = { data: "hello", partitionKey: "key3" };

describe("what a function logged of the sample", () => {
  it("is shown without lines about other records", () => {
    expect(shownLines(["START", "\tINFO\tgot key3 hello", "got key4"], sample)).toEqual([
      "\tINFO\tgot key3 hello",
    ]);
  });

  it("is shown as the message alone of a JSON log", () => {
    const line = JSON.stringify({ level: "INFO", message: { kinesis: { partitionKey: "key3" } } });
    expect(shownLines([line], sample).join("\n")).toBe(
      '{\n  "kinesis": {\n    "partitionKey": "key3"\n  }\n}',
    );
  });

  it("is all that there is if no line names the record", () => {
    expect(shownLines(["START", '{"a":1}'], sample)).toEqual(["START", '{"a":1}']);
  });
});
