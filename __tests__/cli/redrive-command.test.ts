import type { LambdaClient } from "@aws-sdk/client-lambda";
import { invoker } from "../../cli/src/redrive/invoke";
import { runCli } from "./world";

interface Policies {
  readonly functionAccount: { readonly Statement: { readonly Action: string[] }[] };
  readonly streamAccount: { readonly Statement: { readonly Action: string[] }[] };
}

const actions = async (...args: string[]): Promise<string[]> => {
  const { stdout } = await runCli(["redrive", "--permissions", ...args]);
  const { functionAccount, streamAccount } = JSON.parse(stdout) as Policies;
  return [functionAccount, streamAccount].flatMap(({ Statement }) =>
    Statement.flatMap(({ Action }) => Action),
  );
};

describe("the command redrive", () => {
  it.each([
    [["--to", "2026-01-01"], "'--to' requires '--from', got nothing; add --from"],
    [
      ["--from", "2026-01-01", "--max", "1"],
      "'--from' and '--max' are mutually exclusive, got both; --max chooses among reports, and --from uses none",
    ],
    [
      ["--from", "2026-01-02", "--to", "2026-01-01"],
      "'--from' must be before '--to', got 2026-01-02T00:00:00.000Z; exchange them",
    ],
    [
      ["--all-in-range", "--partition-key", "a"],
      "'--all-in-range' and '--partition-key' are mutually exclusive, got both; omit one of them",
    ],
    [
      ["--from", "2026-01-01", "--show", "m"],
      "'--from' and '--show' are mutually exclusive, got both; --show chooses among reports, and --from uses none",
    ],
    [
      ["--show", "m", "--save", "d"],
      "'--show' and '--save' are mutually exclusive, got both; --show sends nothing; omit one of them",
    ],
    [["--max", "0"], "It must be a whole number of 1 or more."],
    [["--from", "yesterday"], "It must be a time such as 2026-11-26T10:00:00Z."],
  ])("refuses %j", async (args, message) => {
    const { exitCode, stderr, calls } = await runCli(["redrive", "--yes", ...args]);

    expect(stderr).toContain(message);
    expect([exitCode, calls]).toEqual([2, []]);
  });

  it("asks for --yes where nobody can be asked", async () => {
    const { exitCode, stderr } = await runCli(["redrive", "--json"]);

    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("'--yes' must be given")]);
  });

  it("needs no permission to send or delete for --dry-run, --save and --show", async () => {
    const writes = ["lambda:InvokeFunction", "sqs:DeleteMessage", "s3:DeleteObject"];

    expect(await actions()).toEqual(expect.arrayContaining(writes));
    for (const args of [["--dry-run"], ["--save", "directory"], ["--show", "m"]]) {
      expect((await actions(...args)).filter((action) => writes.includes(action))).toEqual([]);
    }
  });

  it("needs no queue to redrive by time", async () => {
    const needed = await actions("--from", "2026-01-01");

    expect(needed).toContain("kinesis:GetRecords");
    expect(needed.filter((action) => /^(sqs|s3):/.test(action))).toEqual([]);
  });
});

describe("an invocation", () => {
  const invoke = (answer: object) => {
    const lambda = { send: () => Promise.resolve(answer) } as unknown as LambdaClient;
    return invoker(lambda, "analytics:live")({ Records: [] });
  };

  it.each([
    ["what the function returns", { Payload: Buffer.from('{"a":1}') }, { result: { a: 1 } }],
    ["nothing", { Payload: Buffer.from("") }, { result: undefined }],
    [
      "the function's error",
      {
        FunctionError: "Unhandled",
        Payload: Buffer.from('{"errorType":"TypeError","errorMessage":"x is not a function"}'),
      },
      { error: "TypeError: x is not a function" },
    ],
    [
      "a timeout",
      { FunctionError: "Unhandled", Payload: Buffer.from('{"errorMessage":"Task timed out"}') },
      { error: "Unhandled: Task timed out" },
    ],
  ])("comes to %s", async (_, answer, expected) => {
    expect(await invoke(answer)).toEqual(expected);
  });
});
