import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { found } from "../../pipeline/fact";
import { Output } from "../../cli/src/output";
import type { Pipeline } from "../../cli/src/pipeline";
import { runDoctor } from "../../cli/src/doctor/run";
import {
  CONFIGURATION,
  CONSUMER,
  diagnosis,
  document,
  FUNCTION,
  gone,
  STREAM,
} from "./recorded-pipeline";
import type { Answers } from "./recorded";

const pipelineOf = async (changes: Answers = {}): Promise<Pipeline> =>
  (await diagnosis(changes)).examination.pipeline;

/** What doctor prints of pipelines, and its exit code. */
async function doctor(pipelines: readonly Pipeline[], options: object = {}, isJson = false) {
  let text = "";
  const stdout = { write: (part: string) => (text += part) };
  const exitCode = await runDoctor({
    pipelines: () => Promise.resolve(pipelines),
    output: new Output(stdout, stdout, isJson),
    options: { probeTimeout: "60", ...options },
  } as Partial<Parameters<typeof runDoctor>[0]> as Parameters<typeof runDoctor>[0]);
  return { exitCode, text };
}

const LACKS = { "iam:GetRolePolicy": () => ({ PolicyDocument: document() }) };
const DISABLED = {
  "kms:DescribeKey": () => ({ KeyMetadata: { Arn: "a:b:c:eu-west-1:1:d", KeyState: "Disabled" } }),
};
const HOSTILE = {
  "lambda:GetFunctionConcurrency": (): never => {
    throw Object.assign(new Error("no;\nrm -rf /"), { name: "AccessDenied" });
  },
};
const DENIED = { "lambda:GetFunctionConcurrency": gone("AccessDenied") };

const LOG_GROUP = "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/analytics";

/** The lines that begin with the name of a status. */
const statuses = (text: string): string[] =>
  text.split("\n").flatMap((line) => /^(ok|error|warning|unknown) /.exec(line)?.[1] ?? []);

describe("doctor's report", () => {
  it.each<[string, Answers[], number, string[]]>([
    ["of a good pipeline", [{}], 0, []],
    ["with a finding", [LACKS], 1, ["error", "error", "error", "warning"]],
    ["with something that could not be looked at", [DENIED], 3, ["unknown"]],
    ["with both", [{}, { ...DENIED, ...DISABLED }], 1, ["error", "unknown"]],
  ])("%s has that exit code", async (_, changes, exitCode, notGood) => {
    const result = await doctor(await Promise.all(changes.map(pipelineOf)));

    expect(result.exitCode).toBe(exitCode);
    expect(statuses(result.text).filter((status) => status !== "ok")).toEqual(notGood);
  });

  it("names the pipeline, then the checks, then what to type", async () => {
    const { text } = await doctor([await pipelineOf(LACKS)]);

    const lines = text.split("\n").map((line) => line.replace(/(aws \S+ \S+).*/, "$1 ..."));
    expect(lines.slice(0, 2)).toEqual([STREAM, `  -> ${FUNCTION}`]);
    const fixed = (id: string, what: string[], seen: string[], ...end: string[]) => [
      "",
      id,
      ...what,
      ...seen,
      ...end,
    ];
    const others = [
      "  fix:  let the role do it (account 222222222222), with the commands of",
      "        role-policy-logs",
    ];
    expect(lines.slice(lines.indexOf(""))).toEqual([
      "",
      "The commands below are in the order in which they have to be typed.",
      ...fixed(
        "role-policy-stream",
        ["  what: the role's own policies do not let it read the stream"],
        [
          "  seen: nothing allows kinesis:DescribeStreamSummary on",
          `        ${STREAM}`,
          "        (kinesis:DescribeStreamSummary, kinesis:ListShards,",
          "        kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator)",
        ],
        ...others,
      ),
      ...fixed(
        "role-policy-consumer",
        [
          "  what: the role's own policies do not let it subscribe through the registered",
          "        consumer",
        ],
        [
          "  seen: nothing allows kinesis:SubscribeToShard on",
          `        ${CONSUMER}`,
          "        (kinesis:SubscribeToShard)",
        ],
        ...others,
      ),
      ...fixed(
        "role-policy-key",
        ["  what: the role's own policies do not let it decrypt with the stream's key"],
        [
          "  seen: nothing allows kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/1",
          "        (kms:Decrypt)",
        ],
        ...others,
      ),
      ...fixed(
        "role-policy-logs",
        ["  what: the role may not write to the function's log group, so nothing is logged"],
        [
          "  seen: nothing allows logs:CreateLogStream on",
          `        ${LOG_GROUP}:log-stream:any`,
          "        (logs:CreateLogStream, logs:PutLogEvents)",
        ],
        "  fix:  let the role do it (account 222222222222)",
        "  aws iam put-role-policy ...",
      ),
      "",
      "records do not get through: the role's own policies do not let it read the",
      "stream; also role-policy-consumer, role-policy-key",
      "",
    ]);
  });

  it("says whose credentials commands need that name no profile", async () => {
    const pipeline = await pipelineOf(DISABLED);
    const { access } = pipeline.stream.account;
    const assumed: Pipeline = {
      ...pipeline,
      stream: {
        ...pipeline.stream,
        account: {
          ...pipeline.stream.account,
          access:
            access.state === "found"
              ? found({
                  ...access.value,
                  credentials: "role reader",
                  source: { profile: "p", assumeRole: { roleArn: "r" } } as never,
                })
              : access,
        },
      },
    };

    const { text } = await doctor([assumed]);

    expect(text).toContain(
      "\nThose for account 111111111111 need the credentials of role reader.\n",
    );
    expect(text).toContain(
      "\n  aws kms enable-key --region eu-west-1 --key-id a:b:c:eu-west-1:1:d\n",
    );
  });

  it("is JSON on request, with each finding's fix and all commands", async () => {
    const { text } = await doctor([await pipelineOf(DISABLED)], {}, true);

    const command =
      "aws kms enable-key --profile 111111111111 --region eu-west-1 --key-id a:b:c:eu-west-1:1:d";
    const [report] = JSON.parse(text) as [{ checks: { status: string }[] }];
    expect({ ...report, checks: report.checks.filter(({ status }) => status !== "ok") }).toEqual({
      stream: STREAM,
      consumer: CONSUMER,
      function: FUNCTION,
      mapping: "a-mapping",
      recordsGetThrough: "no",
      verdict: "records do not get through: the key is disabled, so no record can be decrypted",
      checks: [
        {
          check: "encryption",
          status: "finding",
          finding: {
            id: "key-disabled",
            severity: "error",
            what: "the key is disabled, so no record can be decrypted",
            evidence: "the state of a:b:c:eu-west-1:1:d is Disabled",
            fix: `enable it (account 111111111111)
${command}`,
          },
        },
      ],
      commands: [command],
    });
  });

  it("gives each finding its own fix in JSON, and leaves out a consumer that is not there", async () => {
    const { text } = await doctor(
      [
        await pipelineOf({
          ...DISABLED,
          "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, EventSourceArn: STREAM }),
          "lambda:GetFunctionConcurrency": () => ({ ReservedConcurrentExecutions: 0 }),
        }),
      ],
      {},
      true,
    );

    const [report] = JSON.parse(text) as [
      { checks: { check: string; finding?: { id: string; fix: string } }[] },
    ];
    expect(report).not.toHaveProperty("consumer");
    expect(
      report.checks.flatMap(({ check, finding }) =>
        finding ? [[check, finding.id, finding.fix.split("\n")[0]]] : [],
      ),
    ).toEqual([
      ["encryption", "key-disabled", "enable it (account 111111111111)"],
      [
        "concurrency",
        "function-no-concurrency",
        "somebody may have stopped the function on purpose. If not, take the reservation away",
      ],
    ]);
  });

  it("ends in what is so of each pipeline, and of all together", async () => {
    const alias = { FunctionArn: `${FUNCTION}:live` };
    const { text } = await doctor(
      await Promise.all([
        pipelineOf(),
        pipelineOf(DISABLED),
        pipelineOf({ "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, ...alias }) }),
        pipelineOf({ "kinesis:GetResourcePolicy": gone("AccessDenied") }),
      ]),
    );

    const through = "records get through by policies and settings; --probe tries it";
    expect(text.split("\n").filter((line) => /^(records|cannot|through)|->/.test(line))).toEqual([
      `  -> ${FUNCTION}`,
      through,
      `  -> ${FUNCTION}`,
      "records do not get through: the key is disabled, so no record can be decrypted",
      `  -> ${FUNCTION}:live`,
      through,
      `  -> ${FUNCTION}`,
      "cannot tell: stream's policy unknown, consumer's policy unknown",
      "records do not get through to analytics; cannot tell for analytics; records get",
      "through in 2 of 4 pipelines",
    ]);
    expect(text.split("\n\n").filter((part) => part.startsWith(STREAM))).toHaveLength(4);
  });

  it("has no heading for commands that it does not have", async () => {
    const changes = { "kinesis:DescribeStreamSummary": gone() };

    const { text } = await doctor([await pipelineOf(changes)]);

    expect(text.split("\n").slice(-11)).toEqual([
      "ok       last batch: 'OK': the last batch was processed",
      "",
      "stream-missing",
      "  what: the stream does not exist",
      "  seen: kinesis:DescribeStreamSummary failed with ResourceNotFoundException: not",
      "        there",
      "  fix:  deploy again, which creates it with its settings; its records are lost.",
      "        Run doctor again after that",
      "",
      "records do not get through: the stream does not exist",
      "",
    ]);
  });

  it("says of an account without credentials what it could not look at", async () => {
    const EventSourceArn = STREAM.replace("111111111111", "333333333333");
    const { examination } = await diagnosis(
      {
        ...LACKS,
        "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, EventSourceArn }),
      },
      { sourceArn: EventSourceArn },
    );

    const { text, exitCode } = await doctor([examination.pipeline]);

    expect(exitCode).toBe(1);
    expect(text.split("\n").filter((line) => line.startsWith("unknown"))).toEqual([
      "unknown  credentials: no credentials for 333333333333; name a profile of it with",
      "unknown  stream: no credentials for 333333333333",
      "unknown  stream's policy: no credentials for 333333333333",
    ]);
  });

  it("is a shell script on request, in which all but commands are comments", async () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 10, 30), doNotFake: ["nextTick", "setImmediate"] });
    const { text, exitCode } = await doctor(
      [await pipelineOf({ ...DISABLED, ...HOSTILE }), await pipelineOf()],
      { script: true },
    );
    jest.useRealTimers();

    expect(exitCode).toBe(1);
    expect(text.split("\n")).toEqual([
      "#!/bin/sh",
      "# written by 'cross-account-kinesis doctor --script' on 2026-11-30T00:00:00.000Z",
      "# from what AWS had then. Read it before you run it, and run doctor again after",
      "# it",
      "set -eu",
      "export AWS_PAGER=",
      "",
      `# ${STREAM} -> analytics`,
      "# not known, concurrency: profile 222222222222 may not call",
      "# lambda:GetFunctionConcurrency; --permissions prints the policy that it needs",
      "# (AWS: no; rm -rf /)",
      "",
      "# key-disabled: the key is disabled, so no record can be decrypted",
      "# enable it (account 111111111111)",
      "aws kms enable-key --profile 111111111111 --region eu-west-1 --key-id a:b:c:eu-west-1:1:d",
      "",
      `# ${STREAM} -> analytics`,
      "# nothing was found that has to be mended",
      "",
    ]);
  });

  it("writes a page beside what it prints, and says which file cannot be written", async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "page-"));
    const html = path.join(directory, "page.html");
    const pipelines = [await pipelineOf(LACKS)];

    const { text, exitCode } = await doctor(pipelines, { html });
    const page = fs.readFileSync(html, "utf8");
    fs.rmSync(directory, { recursive: true });

    expect({ text, exitCode }).toEqual(await doctor(pipelines));
    expect(page).toContain("error: role-policy-stream");
    await expect(doctor(pipelines, { html })).rejects.toThrow(
      `'--html' must be a file that can be written, got ${html} (ENOENT`,
    );
  });

  it("is not a script and JSON at once", async () => {
    await expect(doctor([], { script: true }, true)).rejects.toThrow(
      "'--script' and '--json' are mutually exclusive, got both; omit one of them",
    );
  });

  it.each(["0", "-1", "soon"])("refuses --probe-timeout %s", async (probeTimeout) => {
    await expect(doctor([], { probeTimeout })).rejects.toThrow(
      `'--probe-timeout' must be a number of seconds above 0, got ${probeTimeout}; write 60, for example`,
    );
  });

  it("probes with the data that is given", async () => {
    const puts: { Data: Uint8Array; DryRun?: boolean }[] = [];
    const changes: Answers = {
      "kinesis:PutRecord": (input: (typeof puts)[0]) => {
        puts.push(input);
        return { SequenceNumber: "1" };
      },
      "logs:FilterLogEvents": gone("AccessDenied"),
    };

    await doctor([await pipelineOf(changes)], { probe: true, probeData: "mine" });

    expect(puts.map(({ Data }) => Buffer.from(Data).toString())).toEqual(["mine"]);
  });

  it("has a line for the probe, if one is asked for", async () => {
    const changes = { "kinesis:PutRecord": gone("AccessDenied") };

    const { text, exitCode } = await doctor([await pipelineOf(changes)], { probe: true });

    expect(exitCode).toBe(1);
    expect(text).toMatch(/^error +probe: /m);
    expect((await doctor([await pipelineOf(changes)])).text).not.toMatch(/ probe: /);
  });
});
