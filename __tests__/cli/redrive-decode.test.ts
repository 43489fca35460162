import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { countAggregated, deaggregate, isAggregated } from "../../cli/src/redrive/aggregation";
import { decode } from "../../cli/src/redrive/decode";
import { aggregate } from "./redrive-records";

describe("the data of a record", () => {
  it.each([
    ["JSON, indented", '{"a":[1]}', "JSON", '{\n  "a": [\n    1\n  ]\n}'],
    ["JSON as it is if a number would change", '{"id":12345678901234567890}', "JSON", undefined],
    ["JSON as it is if a key is there twice", '{"a":1,"a":2}', "JSON", undefined],
    ["text", "no {JSON}: \u00e4", "text", undefined],
    ["nothing", "", "text", undefined],
  ])("is shown as %s", (_, data, format, content = data) => {
    expect(decode(Buffer.from(data))).toEqual({ format, content, isCut: false });
  });

  it("is shown in hexadecimal digits if it is not text", () => {
    const data = Buffer.from("00ff80", "hex");

    expect(decode(data)).toEqual({ format: "hex", content: "00ff80", isCut: false });
  });

  it("is unpacked", () => {
    expect(decode(gzipSync('{"a":1}'))).toEqual({
      format: "JSON",
      packed: "gzip of 7 bytes",
      content: '{\n  "a": 1\n}',
      isCut: false,
    });
  });

  it("is not unpacked if that is more than 4 MB, as that of a gzip bomb", () => {
    const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024 + 1));

    expect(decode(bomb)).toMatchObject({
      format: "hex",
      packed: "gzip of more than 4194304 bytes, not unpacked",
      content: bomb.toString("hex"),
    });
    expect(decode(gzipSync(Buffer.alloc(4 * 1024 * 1024))).packed).toBe("gzip of 4194304 bytes");
  });

  it("is shown as it is if it only begins like gzip", () => {
    const half = gzipSync("x".repeat(100)).subarray(0, -8);

    expect(decode(half)).toEqual({ format: "hex", content: half.toString("hex"), isCut: false });
  });

  it.each([
    ["text", Buffer.alloc(10 * 1024 * 1024, "x")],
    ["hex", Buffer.alloc(10 * 1024 * 1024, 255)],
    ["JSON", Buffer.from(JSON.stringify("x".repeat(1_000_000)))],
  ])("is cut if %s is longer than a person reads", (format, data) => {
    const decoded = decode(data);

    expect(decoded).toMatchObject({ format, isCut: true });
    expect(decoded.content).toHaveLength(16_384);
  });
});

describe("an aggregate of the Kinesis Producer Library", () => {
  const two = aggregate([
    ["a", '{"n":1}'],
    ["b", Buffer.alloc(300, "x")],
  ]);
  const checked = (message: string) => {
    const bytes = Buffer.from(message, "hex");
    const checksum = createHash("md5").update(bytes).digest();
    return Buffer.concat([Buffer.from("f3899ac2", "hex"), bytes, checksum]);
  };

  it("holds the records of its producer, each with its key", () => {
    expect(deaggregate(two)).toEqual([
      { partitionKey: "a", data: Buffer.from('{"n":1}') },
      { partitionKey: "b", data: Buffer.alloc(300, "x") },
    ]);
    expect(isAggregated(two.toString("base64"))).toBe(true);
  });

  it("is read as AWS's aws-kinesis-agg 4.2.8 writes it", () => {
    const written =
      "f3899ac20a01610a01621a1008001a0c65794a75496a6f7866513d3d1a0c08011a086332566a6232356b" +
      "1a0808001a044150383d90bc4fdcdd2b9f0ef3f36ab61def3956";

    expect(
      deaggregate(Buffer.from(written, "hex"))?.map(({ partitionKey, data }) => [
        partitionKey,
        data.toString(),
      ]),
    ).toEqual([
      ["a", "eyJuIjoxfQ=="],
      ["b", "c2Vjb25k"],
      ["a", "AP8="],
    ]);
  });

  it.each([
    ["is cut", two.subarray(0, -1)],
    ["is cut to half", two.subarray(0, two.length / 2)],
    ["is cut to its magic number", two.subarray(0, 4)],
    ["has another magic number", Buffer.concat([Buffer.from("f3899ac3", "hex"), two.subarray(4)])],
    ["is changed", Buffer.concat([two.subarray(0, 5), Buffer.from("z"), two.subarray(6)])],
  ])("is plain data if it %s", (_, data) => {
    expect(deaggregate(data)).toBeUndefined();
    expect(countAggregated([{ data: data.toString("base64") }])).toBe(0);
  });

  it.each([
    ["a length beyond its end", "1a7f"],
    ["a number that does not end", "0880"],
    ["a type of field that the format does not have", "0901"],
    ["a record that is malformed", "1a021a7f"],
  ])("is plain data if its message has %s", (_, message) => {
    expect(deaggregate(checked(message))).toBeUndefined();
  });

  it("may have fields of later versions, and records without data", () => {
    const [later, empty] = ["2a0161", "1a020800"];

    expect(deaggregate(checked(`0a0161${later}${empty}1a0508001a0162`))).toEqual([
      { partitionKey: "a", data: Buffer.from("b") },
    ]);
  });
});
