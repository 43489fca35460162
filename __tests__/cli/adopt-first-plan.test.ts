import type { RunOptions } from "../../cli/src/command";
import { change, planOf } from "../app/explain/plans";
import { runRecorded } from "./adopt-run";
import { FIRST_PLAN, PIPELINES } from "./adopted-pipelines";

const adopt = (
  plan: RunOptions["plan"],
  {
    isJson,
    name = "with the library's defaults",
    ...options
  }: {
    isJson?: boolean;
    name?: keyof typeof PIPELINES;
    plan?: boolean;
    program?: boolean;
  } = {},
) =>
  runRecorded(PIPELINES[name], {
    ...{ options, isJson, plan },
    settings: () => ({ references: [], credentials: [] }),
  });
/** What is printed once the file is written. */
const ending = (stdout: string): string | undefined => stdout.split("written to ")[1];

const BAD = planOf(
  change("replace", "aws_kinesis_stream", "stream"),
  change("delete", "aws_sqs_queue", "queue"),
);

describe("adopt, where the library's repository is at hand", () => {
  it("plans each deployment that it has written, and proposes to deploy them", async () => {
    const { exitCode, stdout } = await adopt(
      ({ name, environment, print }) => {
        expect(environment).toEqual({ DEPLOYMENT: expect.stringMatching(/file$/) as string });
        print(`plan of ${name}`);
        print(`  - a reader, which ${"goes on ".repeat(10)}reading`);
        return Promise.resolve(FIRST_PLAN);
      },
      { name: "of two streams" },
    );

    const says = `
  - a reader, which goes on goes on goes on goes on goes on goes on goes on goes
    on goes on goes on reading
2 to import, 2 to add, 1 to change, 0 to destroy
`;
    expect([exitCode, ending(stdout)]).toEqual([
      0,
      `FILE

plan of clicks${says}
plan of orders${says}
Next:
  DEPLOYMENT=FILE npm run deploy -- --name clicks
  DEPLOYMENT=FILE npm run deploy -- --name orders
`,
    ]);
  });

  it("says loudly what a plan would destroy or replace, and does not propose to deploy it", async () => {
    const text = await adopt(() => Promise.resolve(BAD));
    const json = await adopt(() => Promise.resolve(BAD), { isJson: true });

    expect([text.exitCode, ending(text.stdout)]).toEqual([
      1,
      `FILE

0 to import, 1 to add, 0 to change, 2 to destroy
DO NOT DEPLOY THIS: the plan destroys or replaces what exists
  aws_kinesis_stream.stream_1A2B3C4D
  aws_sqs_queue.queue_1A2B3C4D

Next:
  DEPLOYMENT=FILE npm run plan
`,
    ]);
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      plans: [
        {
          ...{ deployment: "clicks", imported: 0, added: 1, changed: 0 },
          destroyed: ["aws_kinesis_stream.stream_1A2B3C4D", "aws_sqs_queue.queue_1A2B3C4D"],
        },
      ],
    });
  });

  it("does not propose to deploy any of several deployments if the plan of one is not good", async () => {
    const { exitCode, stdout } = await adopt(
      ({ name }) => Promise.resolve(name === "clicks" ? BAD : FIRST_PLAN),
      { name: "of two streams" },
    );

    expect(exitCode).toBe(1);
    expect(stdout.split("Next:\n")[1]).toBe(
      `  DEPLOYMENT=FILE npm run plan -- --name clicks
  DEPLOYMENT=FILE npm run plan -- --name orders
`,
    );
  });

  it("keeps the file if planning fails, says why, and exits with 1", async () => {
    const { exitCode, stdout, stderr, written } = await adopt(() =>
      Promise.reject(new Error("terraform init failed; see its message above")),
    );

    expect(exitCode).toBe(1);
    expect(stderr).toBe("terraform init failed; see its message above\n");
    expect(written).toBeDefined();
    expect(ending(stdout)).toBe("FILE\n\n\nNext:\n  DEPLOYMENT=FILE npm run plan\n");
  });

  it.each([
    ["Terraform is not installed", () => Promise.resolve(undefined), {}],
    ["--no-plan is given", () => Promise.reject(new Error("planned")), { plan: false }],
  ])("prints the lines that plan and deploy if %s", async (_reason, plan, options) => {
    const { exitCode, stdout } = await adopt(plan, options);

    expect([exitCode, ending(stdout)]).toEqual([
      0,
      `FILE

Next:
  DEPLOYMENT=FILE npm run plan
  DEPLOYMENT=FILE npm run deploy
`,
    ]);
  });
});
