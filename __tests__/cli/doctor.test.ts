import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { CreatePolicyCommand, AttachRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Line } from "../../cli/src/doctor/diagnose";
import { DOCTOR_PERMISSIONS, PROBE_PERMISSIONS } from "../../cli/src/doctor/permissions";
import { allow, CONSUMER, PRODUCER, REGION, policy } from "../local/two-accounts";
import { FAULTS } from "./faults";
import { printedPolicies, without, type Policies } from "./printed-policies";
import { declared } from "./settings";
import { useWorld } from "./use-world";
import { build, deleteMappings, emit, fromBoth, runCli, type Outcome } from "./world";

interface Diagnosis {
  readonly stream: string;
  readonly mapping?: string;
  readonly checks: readonly Line[];
}

/** What the first test that needs it creates. */
function once<T>(create: () => Promise<T>): () => Promise<T> {
  let created: Promise<T> | undefined;
  return () => (created ??= create());
}

describe("doctor", () => {
  const world = useWorld("deployers");
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "doctor-"));
  let printed: Policies;

  beforeAll(async () => {
    printed = await printedPolicies(["doctor", ...fromBoth("good"), "--probe"]);
    world.aws.deployers.enforce(printed);
  });
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  async function doctor(...args: string[]): Promise<Outcome & { diagnoses: Diagnosis[] }> {
    const outcome = await world.cli("doctor", ...args, "--json");
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

  const buildGood = once(() => build(world, "good"));
  const buildWithTopic = once(async () => {
    const { KeyMetadata: { Arn: key = "" } = {} } = await world.consumer.kms.send(
      new CreateKeyCommand({}),
    );
    const { TopicArn: topic = "" } = await world.consumer.sns.send(
      new CreateTopicCommand({ Name: "topic", Attributes: { KmsMasterKeyId: key } }),
    );
    await build(world, "topic", {
      isShared: true,
      mapping: { DestinationConfig: { OnFailure: { Destination: topic } } },
    });
    const { Policy: managed } = await world.consumer.iam.send(
      new CreatePolicyCommand({
        PolicyName: "publish",
        PolicyDocument: policy(
          allow(["sns:Publish"], topic),
          allow(["kms:GenerateDataKey", "kms:Decrypt"], key),
        ),
      }),
    );
    await world.consumer.iam.send(
      new AttachRolePolicyCommand({ RoleName: "topic", PolicyArn: managed?.Arn }),
    );
  });
  const buildWithBucket = once(async () => {
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
  });
  /** Options that name a mapping whose consumer was registered again. */
  const reregistered = once(async () => {
    const built = await build(world, "again");
    const { cause } = FAULTS.find(({ id }) => id === "consumer-reregistered")!;
    await cause(world, built);
    return ["--mapping", built.uuid, ...fromBoth("").slice(2)];
  });

  describe("a good pipeline", () => {
    it("has no finding, and the probe's record arrives in the log", async () => {
      await buildGood();
      const { exitCode, stdout, diagnoses } = await doctor(...fromBoth("good"), "--probe");
      expect({ findings: findings(diagnoses), unknowns: unknowns(diagnoses) }).toEqual({
        findings: [],
        unknowns: [],
      });
      expect(stdout).toMatch(/the record was in \/aws\/lambda\/good after \d+ ms/);
      expect(exitCode).toBe(0);
    });

    it("is as good with shared throughput, a topic with a key, and a managed policy", async () => {
      await buildWithTopic();
      const { exitCode, diagnoses } = await doctor(...fromBoth("topic"));
      expect({ findings: findings(diagnoses), unknowns: unknowns(diagnoses) }).toEqual({
        findings: [],
        unknowns: [],
      });
      expect(exitCode).toBe(0);
    });

    it("is as good with a bucket, and a probe that a filter drops proves nothing", async () => {
      await buildWithBucket();
      const dropped = await doctor(...fromBoth("bucket"), "--probe");
      expect(findings(dropped.diagnoses)).toEqual([]);
      expect(dropped.stdout).toContain("the mapping's filters drop the record");
      const data = '{"kind":"order"}';
      const passed = await doctor(...fromBoth("bucket"), "--probe", "--probe-data", data);
      expect(passed.stdout).toMatch(/the record was in \/aws\/lambda\/bucket after \d+ ms/);
      expect([dropped.exitCode, passed.exitCode]).toEqual([3, 0]);
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
    const outcome = await doctor(...(await reregistered()));
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
    await build(world, "lines", { isShared: true });
    const { exitCode, stdout } = await world.cli("doctor", ...fromBoth("lines"));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ok +stream: ACTIVE, 1 open shards, /m);
    expect(stdout).toMatch(/\n\nrecords get through by policies and settings; --probe tries it\n$/);
    expect(stdout).not.toContain("\u001b");
  });

  it("writes a page with the metrics of both accounts, which its printed permissions allow", async () => {
    await buildGood();
    await emit(world, CONSUMER, "AWS/Lambda", "IteratorAge", { FunctionName: "good" }, 90);
    await emit(world, PRODUCER, "AWS/Kinesis", "IncomingRecords", { StreamName: "good" }, 50);
    const file = path.join(directory, "page.html");
    const args = [...fromBoth("good"), "--html", file];
    const needed = await printedPolicies(["doctor", ...args]);

    world.aws.deployers.enforce(needed);
    const { exitCode, diagnoses } = await doctor(...args);
    const page = fs.readFileSync(file, "utf8");
    const denied: string[] = [];
    for (const account of [PRODUCER, CONSUMER]) {
      world.aws.deployers.enforce(without(needed, { action: "cloudwatch:GetMetricData", account }));
      await doctor(...args);
      denied.push(fs.readFileSync(file, "utf8"));
    }
    world.aws.deployers.enforce(printed);

    expect(exitCode).toBe(0);
    expect(diagnoses).toHaveLength(1);
    expect(page.match(/<path class="series0" d="M[^"]+"\/>/g)).toHaveLength(2);
    expect(page).not.toContain("unknown: ");
    denied.forEach((one) => expect(one).toContain("may not call cloudwatch:GetMetricData"));
  });

  it("only reads without --probe, and needs the permissions that --permissions prints", async () => {
    await Promise.all([buildGood(), buildWithTopic(), buildWithBucket()]);
    const checks: string[] = [];
    for (const args of [...["good", "topic", "bucket"].map(fromBoth), await reregistered()]) {
      checks.push(...(await doctor(...args)).calls);
    }
    const { calls: probes } = await doctor(...fromBoth("good"), "--probe");

    const asAction = (call: string): string =>
      call
        .replace("s3:HeadBucket", "s3:ListBucket")
        .replace("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration")
        .replace(/ .*:PutRecord$/, " kinesis:PutRecord");
    const made = (all: readonly string[]): string[] =>
      all.filter((call) => !call.endsWith("sts:GetCallerIdentity")).map(asAction);
    const declared = [...DOCTOR_PERMISSIONS, ...PROBE_PERMISSIONS].flatMap(({ account, actions }) =>
      actions.map((action) => `${account === "stream" ? PRODUCER : CONSUMER} ${action}`),
    );
    const writes = checks.filter((call) => !/:(Get|List|Describe|Head)/.test(call));
    expect(writes).toEqual([]);
    // Kinesis makes this call in the caller's name.
    const byKinesis = `${PRODUCER} kms:GenerateDataKey`;
    expect(new Set([...made(checks), ...made(probes), byKinesis])).toEqual(new Set(declared));
  });
});
