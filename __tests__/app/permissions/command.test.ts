import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT, scratch } from "../../terraform/harness";
import { analytics, settings } from "../../terraform/settings";
import { withoutProgress } from "../../helpers/progress";

const MIB = 1024 * 1024;

/** Runs `npm run permissions`, as a user does. */
function permissions(given: object, ...options: string[]) {
  const outdir = scratch();
  const file = path.join(outdir, "settings.json");
  fs.writeFileSync(file, JSON.stringify(given));
  return spawnSync("npm", ["run", "--silent", "permissions", "--", ...options], {
    cwd: ROOT,
    env: { ...process.env, DEPLOYMENT: file, CDKTF_OUTDIR: outdir },
    encoding: "utf8",
    maxBuffer: 64 * MIB,
  });
}

const one = settings(analytics);
const backend = { bucket: "states", key: "orders", region: "eu-west-1" };

describe("npm run permissions", () => {
  it("prints a policy for each account, and one for the state in S3", () => {
    const { stdout, stderr, status } = permissions({ ...one, backend });

    expect(withoutProgress(stderr)).toBe("");
    expect(status).toBe(0);
    const policies = JSON.parse(stdout) as Record<string, { Statement: object[] }>;
    expect(Object.keys(policies)).toEqual(["111111111111", "222222222222", "backend"]);
    for (const { Statement: statements } of Object.values(policies)) {
      expect(statements).not.toHaveLength(0);
    }
  });

  it("prints only the policy of one account, ready for use", () => {
    const { stdout } = permissions(one, "--account", "222222222222");

    expect(JSON.parse(stdout)).toMatchObject({
      Version: "2012-10-17",
      Statement: expect.arrayContaining([
        expect.objectContaining({ Sid: "PassRolesToLambda" }),
      ]) as unknown,
    });
  });

  it("prints HCL", () => {
    const { stdout, status } = permissions({ ...one, backend }, "--format", "hcl");

    expect(status).toBe(0);
    expect(stdout.match(/^data .*$/gm)).toEqual([
      'data "aws_iam_policy_document" "deploy_111111111111" {',
      'data "aws_iam_policy_document" "deploy_222222222222" {',
      'data "aws_iam_policy_document" "deploy_backend" {',
    ]);
  });

  it("says that an account needs several policies, and prints all of them", () => {
    const consumers = Array.from({ length: 60 }, (_one, index) => ({
      ...analytics,
      readMode: "SHARED_THROUGHPUT",
      consumerName: `a-consumer-with-a-rather-long-name-${index}`,
    }));
    const { stdout, stderr } = permissions(settings(...consumers), "--account", "222222222222");

    const { length } = JSON.parse(stdout) as object[];
    expect(stderr).toBe(
      `222222222222 needs ${length} policies, since one would be too long: attach them all\n`,
    );
  });

  it.each([
    [["--format", "yaml"], "argument 'yaml' is invalid. Allowed choices are json, hcl."],
    [
      ["--account", "999999999999"],
      "'--account' must be one of 111111111111, 222222222222, got 999999999999",
    ],
    [["--no-such-option"], "unknown option '--no-such-option'"],
  ])("exits 2 for %j, with nothing on standard output", (options, sentence) => {
    const { stdout, stderr, status } = permissions(one, ...options);

    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(sentence);
  });
});
