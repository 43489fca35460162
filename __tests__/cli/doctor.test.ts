import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { CreatePolicyCommand, AttachRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Line } from "../../cli/src/doctor/diagnose";
import { DOCTOR_PERMISSIONS, PROBE_PERMISSIONS } from "../../cli/src/doctor/permissions";
import { allow, CONSUMER, PRODUCER, REGION, policy, until } from "../local/two-accounts";
import { FAULTS } from "./faults";
import { printedPolicies } from "./printed-policies";
import { declared } from "./settings";
import { useWorld } from "./use-world";
import { build, deleteMappings, fromBoth, runCli, type Outcome } from "./world";

interface Diagnosis {
  readonly stream: string;
  readonly mapping?: string;
  readonly checks: readonly Line[];
}

describe("doctor", () => {
  const world = useWorld("deployers");
  /** Every call of a run without --probe, and of those with it. */
  const calls = { checks: new Set<string>(), probes: new Set<string>() };

  beforeAll(async () => {
    world.aws.deployers.enforce(await printedPolicies(["doctor", ...fromBoth("good"), "--probe"]));
  });

  async function doctor(...args: string[]): Promise<Outcome & { diagnoses: Diagnosis[] }> {
    const outcome = await world.cli("doctor", ...args, "--json");
    const kind = args.includes("--probe") ? "probes" : "checks";
    outcome.calls.forEach((call) => calls[kind].add(call));
    return {
      ...outcome,
      diagnoses: outcome.stdout ? (JSON.parse(outcome.stdout) as Diagnosis[]) : [],
    };
  }

  const findings = (diagnoses: readonly Diagnosis[]): string[] =>
    diagnoses.flatMap(({ checks }) =>
      checks.flatMap((line) => (line.status === "finding" ? [line.finding.id] : [])),
    );

  const unknowns = (diagnoses: readonly Diagnosis[]): string[] =>
    diagnoses.flatMap(({ checks }) =>
      checks.flatMap((line) => (line.status === "unknown" ? [line.why] : [])),
    );

  describe("a good pipeline", () => {
    it("has no finding, and the probe's record arrives in the log", async () => {
      await build(world, "good");
      const { exitCode, stdout, diagnoses } = await doctor(...fromBoth("good"), "--probe");
      expect({ findings: findings(diagnoses), unknowns: unknowns(diagnoses) }).toEqual({
        findings: [],
        unknowns: [],
      });
      expect(stdout).toMatch(/the record was in \/aws\/lambda\/good after \d+ ms/);
      expect(exitCode).toBe(0);
    });

    it("is as good with shared throughput, a topic, and a managed policy", async () => {
      const { TopicArn: topic = "" } = await world.consumer.sns.send(
        new CreateTopicCommand({ Name: "topic" }),
      );
      await build(world, "topic", {
        isShared: true,
        mapping: { DestinationConfig: { OnFailure: { Destination: topic } } },
      });
      const { Policy: managed } = await world.consumer.iam.send(
        new CreatePolicyCommand({
          PolicyName: "publish",
          PolicyDocument: policy(allow(["sns:Publish"], topic)),
        }),
      );
      await world.consumer.iam.send(
        new AttachRolePolicyCommand({ RoleName: "topic", PolicyArn: managed?.Arn }),
      );
      const { exitCode, diagnoses } = await doctor(...fromBoth("topic"));
      expect({ findings: findings(diagnoses), unknowns: unknowns(diagnoses) }).toEqual({
        findings: [],
        unknowns: [],
      });
      expect(exitCode).toBe(0);
    });

    it("is as good with a bucket, and the probe says what a filter drops", async () => {
      const bucket = "arn:aws:s3:::reports";
      await world.consumer.s3.send(
        new CreateBucketCommand({
          Bucket: "reports",
          CreateBucketConfiguration: { LocationConstraint: REGION },
        }),
      );
      await build(world, "bucket", {
        isShared: true,
        statements: [allow(["s3:ListBucket"], bucket), allow(["s3:PutObject"], `${bucket}/*`)],
        mapping: {
          DestinationConfig: { OnFailure: { Destination: bucket } },
          FilterCriteria: { Filters: [{ Pattern: '{"data":{"kind":["order"]}}' }] },
        },
      });
      const dropped = await doctor(...fromBoth("bucket"), "--probe");
      expect(findings(dropped.diagnoses)).toEqual([]);
      expect(dropped.stdout).toContain("the mapping's filters drop it");
      const data = '{"kind":"order"}';
      const passed = await doctor(...fromBoth("bucket"), "--probe", "--probe-data", data);
      expect(passed.stdout).toMatch(/the record was in \/aws\/lambda\/bucket after \d+ ms/);
      expect([dropped.exitCode, passed.exitCode]).toEqual([0, 0]);
    });
  });

  it("names a mapping that the settings declare and the account does not have", async () => {
    await build(world, "undeployed", { isShared: true });
    await deleteMappings(world.consumer, "undeployed");
    const settings = declared({
      name: "a",
      region: REGION,
      producer: { accountId: PRODUCER, profile: "producer" },
      stream: { streamName: "undeployed" },
      consumers: [
        {
          id: "c",
          account: { accountId: CONSUMER, profile: "analytics" },
          consumerName: "undeployed",
        },
      ],
    });
    const outcome = await runCli(["doctor", "--json", "--endpoint-url", world.aws.url], {
      settings,
    });
    expect(findings(JSON.parse(outcome.stdout) as Diagnosis[])).toEqual(["mapping-missing"]);
    expect(outcome.exitCode).toBe(1);
  });

  it("reads the tags of a mapping that has to be created again", async () => {
    const built = await build(world, "again");
    const { cause } = FAULTS.find(({ id }) => id === "consumer-reregistered")!;
    await cause(world, built);
    const outcome = await doctor("--mapping", built.uuid, ...fromBoth("").slice(2));
    expect(findings(outcome.diagnoses)).toEqual(["consumer-reregistered"]);
    expect(outcome.calls).toContain(`${CONSUMER} lambda:ListTags`);
  });

  it("says that what it cannot look at is unknown", async () => {
    await build(world, "alone", { isShared: true });
    const args = ["--function", "alone", "--region", REGION, "--profile", "analytics"];
    const { exitCode, diagnoses } = await doctor(...args);
    expect(findings(diagnoses)).toEqual([]);
    expect(unknowns(diagnoses).join()).toContain(`no credentials for account ${PRODUCER}`);
    expect(exitCode).toBe(3);
  });

  it("names a probe that is not logged, and one that cannot be put", async () => {
    await build(world, "silent", { isShared: true, source: "exports.handler = () => ({});" });
    const probe = [...fromBoth("silent"), "--probe", "--probe-timeout", "2"];
    expect(findings((await doctor(...probe)).diagnoses)).toEqual(["probe-not-seen"]);
    world.aws.failNext("kinesis", "PutRecord", { code: "AccessDeniedException", message: "no" });
    expect(findings((await doctor(...probe)).diagnoses)).toEqual(["probe-not-written"]);
  });

  it("prints a line for each check, and what to type", async () => {
    // The mapping's last result can still be that of a record of another test.
    const ask = () => world.cli("doctor", ...fromBoth("silent"));
    const { exitCode, stdout } = await until(async () => {
      const run = await ask();
      return run.exitCode === 0 && run;
    }).catch(ask);
    expect(exitCode === 0 || stdout).toBe(true);
    expect(stdout).toMatch(/^ok +stream +ACTIVE, 1 open shards, /m);
    expect(stdout).not.toContain("\u001b");
  });

  it("only reads without --probe, and needs the permissions that --permissions prints", () => {
    const asAction = (call: string): string =>
      call
        .replace("s3:HeadBucket", "s3:ListBucket")
        .replace(/ .*:PutRecord$/, " kinesis:PutRecord");
    const made = (all: Set<string>): string[] =>
      [...all].filter((call) => !call.endsWith("sts:GetCallerIdentity")).map(asAction);
    const declared = [...DOCTOR_PERMISSIONS, ...PROBE_PERMISSIONS].flatMap(({ account, actions }) =>
      actions.map((action) => `${account === "stream" ? PRODUCER : CONSUMER} ${action}`),
    );
    const writes = [...calls.checks].filter((call) => !/:(Get|List|Describe|Head)/.test(call));
    expect(writes).toEqual([]);
    // Kinesis makes this call in the caller's name.
    const byKinesis = `${PRODUCER} kms:GenerateDataKey`;
    expect(new Set([...made(calls.checks), ...made(calls.probes), byKinesis])).toEqual(
      new Set(declared),
    );
  });
});
