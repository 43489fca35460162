import { describeAwsError, withCall } from "../../cli/src/errors";
import { Output } from "../../cli/src/output";
import { declared } from "./settings";
import { runCli } from "./world";

const terminal = (isTTY: boolean) => {
  const stream = { isTTY, text: "", write: (part: string) => (stream.text += part) };
  return stream;
};

describe("output", () => {
  const { NO_COLOR } = process.env;
  beforeEach(() => delete process.env.NO_COLOR);
  afterEach(() => {
    if (NO_COLOR !== undefined) {
      process.env.NO_COLOR = NO_COLOR;
    }
  });

  const colored = (isTTY: boolean): string => {
    const stdout = terminal(isTTY);
    const output = new Output(stdout, terminal(false), false);
    output.table(["head"], [[output.colors.red("cell")]]);
    return stdout.text;
  };

  it("has colors on a terminal, none in a pipe and none with NO_COLOR", () => {
    expect(colored(true)).toContain("\u001b[31mcell");
    expect(colored(false)).toBe("head\ncell\n");
    process.env.NO_COLOR = "1";
    expect(colored(true)).toBe("head\ncell\n");
  });

  it("shows progress on standard error, and only for what takes long", async () => {
    jest.useFakeTimers();
    const [stdout, stderr] = [terminal(false), terminal(false)];
    const output = new Output(stdout, stderr, false);
    await output.progress("short", Promise.resolve());
    const long = output.progress("long", new Promise((resolve) => setTimeout(resolve, 2500)));
    await jest.advanceTimersByTimeAsync(2500);
    await long;
    jest.useRealTimers();
    expect([stdout.text, stderr.text]).toEqual(["", "long ...\n"]);
  });

  const progressOf = async (isTTY: boolean, milliseconds: number, columns?: number) => {
    jest.useFakeTimers();
    const stderr = Object.assign(terminal(isTTY), columns !== undefined && { columns });
    const output = new Output(terminal(isTTY), stderr, false);
    let records = 0;
    const text = () => `${"records ".repeat(12)}${(records += 1)}`;
    const work = output.progress(
      isTTY ? () => `${text()}\r` : text,
      new Promise((resolve) => setTimeout(resolve, milliseconds)),
    );
    await jest.advanceTimersByTimeAsync(milliseconds);
    await work;
    jest.useRealTimers();
    return stderr.text;
  };

  it("shows progress that changes in a line every ten seconds where it cannot be redrawn", async () => {
    const lines = (await progressOf(false, 25_000)).split("\n");

    expect(lines.map((line) => line.replace(/^(records )+/, ""))).toEqual([
      ...["1 ...", "2 ...", "3 ...", ""],
    ]);
  });

  it.each([
    [40, 39],
    [0, 79],
  ])("redraws progress within %i columns, where 0 is unknown", async (columns, length) => {
    const drawn = (await progressOf(true, 2100, columns)).split("\u001b[1G\u001b[K");

    expect(drawn[1]).toHaveLength(length);
  });

  it("redraws progress on a terminal, within its width, and clears it before other lines", async () => {
    const drawn = (await progressOf(true, 3100)).split("\u001b[1G\u001b[K");

    expect(drawn.map((line) => line.slice(0, 3))).toEqual(["", "| r", "/ r", "- r", ""]);
    expect(drawn.map(({ length }) => length)).toEqual([0, 79, 79, 79, 0]);

    jest.useFakeTimers();
    const stderr = terminal(true);
    const output = new Output(terminal(true), stderr, false);
    const work = output.progress("x", new Promise((resolve) => setTimeout(resolve, 2100)));
    await jest.advanceTimersByTimeAsync(2000);
    output.note("n");
    await jest.advanceTimersByTimeAsync(100);
    await work;
    jest.useRealTimers();
    expect(stderr.text).toBe("\u001b[1G\u001b[K| x\u001b[1G\u001b[Kn\n");
  });

  const hostile = "\u001b]0;owned\u0007\u001b[2J\u001b[31m\r\b\u007f\u009b2J\u202e";
  const spelledOut =
    "\\u001b]0;owned\\u0007\\u001b[2J\\u001b[31m\\u000d\\u0008\\u007f\\u009b2J\\u202e";

  it("spells out control characters of others, and obeys its own colors and no others", () => {
    const [stdout, stderr] = [terminal(true), terminal(true)];
    const output = new Output(stdout, stderr, false);

    output.line(`a\tb\n${hostile}${output.colors.red(hostile)}`);
    output.table([hostile], [[output.colors.bold(hostile)], ["x"]]);
    output.note(hostile);
    output.prompt(hostile);

    expect(stdout.text).toBe(
      `a\tb\n${spelledOut}\u001b[31m${spelledOut}\u001b[39m\n` +
        `\u001b[1m${spelledOut}\u001b[22m\n`.repeat(2) +
        "x\n",
    );
    expect(stderr.text).toBe(`${spelledOut}\n${spelledOut} `);
  });

  it("aligns columns by what is seen", () => {
    const stdout = terminal(true);
    const output = new Output(stdout, terminal(false), false);

    output.table(["a", "b"], [[output.colors.red("\u0007"), "c"]]);

    expect(stdout.text).toBe(
      "\u001b[1ma\u001b[22m       \u001b[1mb\u001b[22m\n\u001b[31m\\u0007\u001b[39m  c\n",
    );
  });

  it("still clears the screen itself", () => {
    const stdout = terminal(true);

    new Output(stdout, terminal(false), false).clear();

    expect(stdout.text).toBe("\u001b[2J\u001b[H");
  });

  it("escapes in JSON what JSON.stringify leaves to the terminal", () => {
    const stdout = terminal(true);

    new Output(stdout, terminal(false), true).json({ a: hostile });

    expect(stdout.text).toMatch(/^[\n -~]*$/);
    expect(JSON.parse(stdout.text)).toEqual({ a: hostile });
  });

  it("prints nothing but JSON with --json", () => {
    const stdout = terminal(true);
    const output = new Output(stdout, terminal(false), true);
    output.line("for people");
    output.json({ a: 1 });
    expect(JSON.parse(stdout.text)).toEqual({ a: 1 });
  });
});

describe("what went wrong with a call", () => {
  const error = (name: string, more: object = {}) =>
    Object.assign(new Error("no."), { name, ...more });
  const describeCall = (failed: unknown) =>
    describeAwsError(failed, "kms:DescribeKey", "profile p");

  it.each([
    [error("Error", { code: "ECONNREFUSED" }), "kms:DescribeKey could not reach AWS (no); check"],
    [error("TimeoutError"), "kms:DescribeKey was not answered in time; check the network"],
    [
      error("SyntaxError", {
        message: "Unexpected token\n  Deserialization error: to see the raw response, inspect the",
        $response: { statusCode: 200 },
      }),
      "kms:DescribeKey got an answer that AWS does not give (HTTP 200, not in the format of its API); something else may have answered",
    ],
    [error("InvalidClientTokenId"), "AWS does not accept the credentials of profile p (Invalid"],
    [error("TokenProviderError"), "there are no usable credentials in profile p: no; name a"],
    [error("Oops"), "kms:DescribeKey failed with Oops: no"],
    [
      withCall(error("AccessDenied"), "kms:ListGrants"),
      "profile p may not call kms:ListGrants; --permissions prints the policy that it needs (AWS: no)",
    ],
    ["text", "kms:DescribeKey failed with an error: text"],
  ])("is said of %s", (failed, sentence) => {
    expect(describeCall(failed)).toContain(sentence);
  });
});

describe("the command line", () => {
  it.each([[["--help"]], [["doctor", "--help"]], [["status", "--help"]]])(
    "documents the exit codes in %j",
    async (args) => {
      const { exitCode, stdout } = await runCli(args);
      expect(stdout).toContain("Exit codes: 0 all is well, 1 there is a finding");
      expect(exitCode).toBe(0);
    },
  );

  it("prints the permissions without calling AWS, narrowed to what is known", async () => {
    const settings = declared({
      name: "a",
      region: "eu-west-1",
      producer: { accountId: "111111111111" },
      stream: { streamName: "clicks" },
      consumers: [{ id: "c", account: { accountId: "222222222222" }, consumerName: "c" }],
    });
    const { exitCode, stdout, calls } = await runCli(["status", "--permissions"], { settings });
    const policies = JSON.parse(stdout) as Record<string, { Statement: object[] }>;
    expect(policies.streamAccount?.Statement).toContainEqual({
      Effect: "Allow",
      Action: ["kinesis:DescribeStreamSummary", "kinesis:ListShards"],
      Resource: "arn:aws:kinesis:eu-west-1:111111111111:stream/*",
    });
    expect(policies.functionAccount?.Statement).toContainEqual({
      Effect: "Allow",
      Action: [
        "lambda:GetFunctionConcurrency",
        "lambda:GetFunctionConfiguration",
        "lambda:ListAliases",
      ],
      Resource: "arn:aws:lambda:eu-west-1:222222222222:function:*",
    });
    expect({ exitCode, calls }).toEqual({ exitCode: 0, calls: [] });
  });

  it("shows an error without its escape sequences", async () => {
    const { stderr } = await runCli(["status", "--state", "/\u001b[2J"]);

    expect(stderr).toContain("/\\u001b[2J");
    expect(stderr).not.toContain("\u001b");
  });
});
