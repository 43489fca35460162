import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFunction, makeRole, makeStream, REGION } from "../local/two-accounts";
import { withoutProgress } from "../helpers/progress";
import { scratch } from "../terraform/harness";
import { printedPolicies, without } from "./printed-policies";
import { useWorld } from "./use-world";
import { build, type Built, fromBoth } from "./world";

const world = useWorld("deployers");
let orders: Built;
let unread: string;

beforeAll(async () => {
  orders = await build(world, "orders");
  unread = await makeStream(world.producer, "unread");
  const role = await makeRole(world.consumer, "idle");
  await makeFunction(world.consumer, "idle", role, "exports.handler = async () => ({});");
});

const profiles = (ofFunction: string, ofStream: string) => [
  ...["--region", REGION, "--profile", ofFunction, "--stream-profile", ofStream],
];
const both = profiles("analytics", "producer");

const adopt = async (...args: readonly string[]) => {
  const file = join(scratch(), "settings.json");
  const { exitCode, stdout, stderr } = await world.cli("adopt", ...args, "--output", file);
  expect(existsSync(file)).toBe(false);
  return { exitCode, stdout, stderr: withoutProgress(stderr) };
};

describe("adopt says in one sentence what is wrong with", () => {
  it.each<[mistake: string, args: (string | (() => string))[], sentence: RegExp]>([
    [
      "a function that does not exist",
      ["--function", "nobody", ...both],
      /^'--function' must be the name or ARN of a Lambda function in account 222222222222 \(eu-west-1\), got nobody, which does not exist there; correct the name, or name another profile or Region\n$/,
    ],
    [
      "a function that reads no stream",
      ["--function", "idle", ...both],
      /^function idle in account 222222222222 \(eu-west-1\) has no event source mapping that reads a Kinesis stream \(it reads: nothing\); create one, or name another function\n$/,
    ],
    [
      "a profile of the function's account that does not exist",
      ["--function", "orders", ...profiles("typo", "producer")],
      /^there are no usable credentials in profile typo: [^\n]*; name a profile that has some with --profile\n$/,
    ],
    [
      "a profile of the stream's account that does not exist",
      ["--function", "orders", ...profiles("analytics", "typo")],
      /^'--stream-profile' must be a profile of account 111111111111, which owns \S+, got typo: [^\n]*; name a profile of that account, or omit --stream-profile\n$/,
    ],
    [
      "a profile, without which some readers of a stream would not be found",
      ["--stream", () => orders.streamArn, ...profiles("typo", "producer")],
      /^there are no usable credentials in profile typo: [^\n]*; name a profile that has some with --profile\n$/,
    ],
    [
      "a stream that nothing reads",
      ["--stream", () => unread, ...both],
      /^no event source mapping in account 222222222222, 111111111111 \(eu-west-1\) reads arn:\S+\/unread; name a profile of the account of its readers with --profile\n$/,
    ],
  ])("%s", async (_mistake, args, sentence) => {
    const { exitCode, stdout, stderr } = await adopt(
      ...args.map((one) => (typeof one === "string" ? one : one())),
    );

    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toMatch(sentence);
  });

  it("credentials of the stream's account that are not given", async () => {
    const { exitCode, stdout, stderr } = await adopt(
      ...["--function", "orders", "--region", REGION, "--profile", "analytics"],
    );

    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 3,
      stdout: `${orders.streamArn}
cannot be adopted: 1
  stream orders
    no credentials for account 111111111111 (profile analytics: account
    222222222222); name a profile of it with --stream-profile

nothing is written
`,
      stderr: "",
    });
  });

  it.each([
    ["kinesis:GetResourcePolicy", "profile producer", "the policy of stream orders"],
    ["iam:GetRolePolicy", "profile analytics", "the role orders of function orders"],
  ])("access that is denied in one account: %s", async (action, credentials, what) => {
    const args = fromBoth("orders");
    world.aws.deployers.enforce(without(await printedPolicies(["adopt", ...args]), { action }));

    const { exitCode, stdout, stderr } = await adopt(...args);

    world.aws.deployers.enforce(undefined);
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "" });
    const words = stdout.replace(/\s+/g, " ");
    expect(words).toContain(`${what} ${credentials} may not call ${action}; --permissions prints`);
    expect(stdout).toContain("\nnothing is written\n");
  });
});
