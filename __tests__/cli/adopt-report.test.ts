import { runRecorded } from "./adopt-run";
import { PIPELINES } from "./adopted-pipelines";
import { adoption, MAPPING, summary } from "./adoption";
import { gone } from "./recorded-pipeline";

describe("what adopt prints", () => {
  it("is everything that the first deploy does, each with its reason, in 80 columns", async () => {
    const { exitCode, stdout } = await runRecorded(
      PIPELINES["with everything that differs from them"],
    );

    expect([exitCode, stdout]).toEqual([
      0,
      `arn:aws:kinesis:eu-west-1:111111111111:stream/clicks
imported, each by its id: 6
  stream/stream
    clicks
  consumers/efo/consumer
    arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000
  consumers/efo/consumer-policy
    arn:aws:kinesis:eu-west-1:111111111111:stream/clicks/consumer/efo:1700000000
  consumers/efo/mapping
    a-mapping
  consumers/analytics/mapping
    shared
  stream/stream-policy
    arn:aws:kinesis:eu-west-1:111111111111:stream/clicks

added: 4
  consumers/efo/role-policy
    inline policy efo of role reader: what reading and reporting need
  consumers/efo/on-failure-policy
    inline policy of role reader, which keeps a former destination allowed
  consumers/analytics/role-policy
    inline policy analytics of role reader: what reading and reporting need
  consumers/analytics/on-failure-policy
    inline policy of role reader, which keeps a former destination allowed

changed in place: 2
  consumers/efo/consumer-policy
    rewritten: arn:aws:iam::222222222222:role/reader may read
  stream/stream-policy
    rewritten: it allows what it allows now

kept as it is, unlike the defaults: 12
  stream.shardCount = 4
    omit it, in an apply of its own, for capacity that follows the load
  stream.retentionPeriodHours = 48
    failed records can be had for as long; more than 24 hours costs extra
  stream.encryption = "NONE"
    records are stored in the clear; omit it to have a key created that all
    readers and writers named here may use
  stream.preventDestroy = true
    added here: no plan may destroy the stream; omit it to allow that
  stream.shardLevelMetrics = ["IncomingBytes"]
    each is a custom metric for every shard, which costs extra
  consumers[efo].startingPosition = "AT_TIMESTAMP"
    counts only if the mapping is recreated
  consumers[efo].maximumRecordAgeInSeconds = 43200
    keep it well below the retention, or reported records can no longer be had
  consumers[analytics].readMode = "SHARED_THROUGHPUT"
    all such readers share 2 MB/s a shard; ENHANCED_FAN_OUT gives each its own,
    and costs extra
  consumers[analytics].maximumRecordAgeInSeconds = 43200
    keep it well below the retention, or reported records can no longer be had
  consumers[analytics].enabled = false
    the mapping does not read, and records expire
  streamPolicyStatements = {"principals":["arn:aws:iam::22222222222…
    remove what nobody needs: the consumers' roles are allowed without it
  streamPolicyStatements = {"sid":"Others","principals":["333333333…
    remove what nobody needs: the consumers' roles are allowed without it

not touched: 1
  function analytics, its code, its log group and its role reader with all
  policies that it has

written to FILE

Next, in a checkout of the library:
  DEPLOYMENT=FILE npm run plan
  DEPLOYMENT=FILE npm run deploy
`,
    ]);
  });

  it("names each of several deployments in the lines to type, which share one file", async () => {
    const { exitCode, stdout, written } = await runRecorded(PIPELINES["of two streams"]);

    expect([exitCode, stdout.split("written to ")[1]]).toEqual([
      0,
      `FILE

Next, in a checkout of the library:
  DEPLOYMENT=FILE npm run plan -- --name clicks
  DEPLOYMENT=FILE npm run plan -- --name orders
  DEPLOYMENT=FILE npm run deploy -- --name clicks
  DEPLOYMENT=FILE npm run deploy -- --name orders
`,
    ]);
    expect(JSON.parse(written ?? "")).toMatchObject({
      deployments: [{ name: "clicks" }, { name: "orders" }],
    });
  });

  it("says with --program how each stack is applied, with the endpoint", async () => {
    const { stdout } = await runRecorded(PIPELINES["of two streams"], {
      options: { program: true, endpointUrl: "http://localhost:4566" },
    });

    expect(stdout.split("written to ")[1]).toBe(`FILE

Next, where the library is installed:
  npx tsx FILE
  AWS_ENDPOINT_URL=http://localhost:4566 terraform -chdir=cdktf.out/stacks/clicks init
  AWS_ENDPOINT_URL=http://localhost:4566 terraform -chdir=cdktf.out/stacks/clicks apply
  AWS_ENDPOINT_URL=http://localhost:4566 terraform -chdir=cdktf.out/stacks/orders init
  AWS_ENDPOINT_URL=http://localhost:4566 terraform -chdir=cdktf.out/stacks/orders apply
`);
  });

  it("says which CloudFormation stack manages what, and that it has to let go of it", async () => {
    const tags = { "aws:cloudformation:stack-name": "orders-dev" };
    const { stdout } = await runRecorded([
      {
        "kinesis:ListTagsForStream": () => ({
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
        "lambda:ListTags": () => ({ Tags: tags }),
      },
    ]);

    expect(stdout).toContain(`
to be let go of by CloudFormation, after the first deploy: 1
  stack orders-dev: stream/stream, consumers/efo/mapping
    set DeletionPolicy: Retain on them, update the stack, and remove them from
    its template
`);
  });

  it("is only what cannot be adopted, of a stream that cannot, and no file is written", async () => {
    const changing = summary({ StreamStatus: "UPDATING" });
    const { exitCode, stdout, written } = await runRecorded([changing]);

    expect([exitCode, stdout, written]).toEqual([
      1,
      `arn:aws:kinesis:eu-west-1:111111111111:stream/clicks
cannot be adopted: 1
  stream clicks
    its status is UPDATING; wait until it is ACTIVE, and adopt it then

nothing is written
`,
      undefined,
    ]);
  });

  it.each<[string, number, Parameters<typeof runRecorded>[0]]>([
    ["3 if it could not be read", 3, [{ "lambda:ListTags": gone("AccessDeniedException") }]],
    [
      "1 if that is not the only reason",
      1,
      [
        {
          "lambda:ListTags": gone("AccessDeniedException"),
          "lambda:GetEventSourceMapping": () => ({ ...MAPPING, State: "Creating" }),
        },
      ],
    ],
  ])("ends with exit code %s", async (_what, code, recorded) => {
    expect((await runRecorded(recorded)).exitCode).toBe(code);
  });

  it("is the same in JSON", async () => {
    const recorded: Parameters<typeof adoption> = [summary({ KeyId: "alias/clicks" })];
    const { stdout, written } = await runRecorded(recorded, { isJson: true });
    const [one] = await adoption(...recorded);
    const { imports, stacks: _none, ...all } = one!.adoption;

    expect(JSON.parse(stdout)).toEqual({
      file: "FILE",
      streams: [
        {
          stream: "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks",
          settings: JSON.parse(written ?? "") as object,
          imported: Object.entries(imports).map(([path, id]) => ({ path, id })),
          ...all,
          stacks: {},
        },
      ],
      next: ["DEPLOYMENT=FILE npm run plan", "DEPLOYMENT=FILE npm run deploy"],
    });
  });
});
