import { execFileSync } from "node:child_process";
import {
  CreatePolicyCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { DeleteResourcePolicyCommand, GetResourcePolicyCommand } from "@aws-sdk/client-kinesis";
import { GetKeyPolicyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import {
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { json, quote, valueOfVariable, variableName } from "../../cli/src/doctor/shell";
import type { Statement } from "../../pipeline/iam/document";
import {
  allow,
  makeRole,
  policy,
  PRODUCER,
  REGION,
  setResourcePolicy,
  STREAM_ACTIONS,
  until,
} from "../local/two-accounts";
import { hasAwsCli } from "./aws-cli";
import { FAULTS } from "./faults";
import { declared } from "./settings";
import { mappingSettings, printedCommands, type } from "./typed-fixes";
import { useWorld } from "./use-world";
import { build, fromBoth, keyPolicy, runCli, viaKinesis, type Built } from "./world";

describe("a word of the shell", () => {
  const typed = (word: string): string =>
    execFileSync("bash", ["-c", `KEY_A='a b'; printf %s ${word}`]).toString();

  it.each(["", "plain", "it's", "$(id)", "`id`", 'a "b" \\ !x', "a\nb; rm -rf /", "ü€", "*", "-x"])(
    "is %j, whatever it has",
    (text) => {
      expect(typed(quote(text))).toBe(text);
      expect(JSON.parse(typed(quote(json({ text }))))).toEqual({ text });
    },
  );

  it("has the value of a variable within JSON", () => {
    const name = variableName("KEY", "a");
    expect(typed(quote(json([`x'${valueOfVariable(name)}`])))).toBe(`["x'a b"]`);
  });

  it("shows no characters that a terminal interprets", () => {
    expect(json("\u001b[31m\u202e\u0085")).toBe('"\\u001b[31m\\u202e\\u0085"');
  });
});

(hasAwsCli ? describe : describe.skip)("what doctor prints, as typed", () => {
  const world = useWorld();

  /** Types what doctor prints, once; returns what it printed. */
  async function typeFixes(name: string): Promise<string> {
    const { stdout } = await world.cli("doctor", ...fromBoth(name));
    await mended(name, await type(world, printedCommands(stdout)));
    return stdout;
  }

  /** @param said what the shell answered to the commands */
  async function mended(name: string, said: string): Promise<void> {
    const outcome = await until(async () => {
      const run = await world.cli("doctor", ...fromBoth(name));
      return run.exitCode === 0 && "finds nothing";
    }).catch(async () => said + (await world.cli("doctor", ...fromBoth(name))).stdout);
    expect(outcome).toBe("finds nothing");
  }

  const statementsOf = (text = "{}") =>
    (JSON.parse(decodeURIComponent(text)) as { Statement: Statement[] }).Statement;

  const rolePolicy = async (RoleName: string, PolicyName: string) =>
    (await world.consumer.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })))
      .PolicyDocument;

  async function deny(built: Built, statement: object): Promise<void> {
    const PolicyName = "guard";
    const PolicyDocument = policy({ Sid: "Guard", Effect: "Deny", ...statement });
    await world.consumer.iam.send(
      new PutRolePolicyCommand({ RoleName: built.name, PolicyName, PolicyDocument }),
    );
  }

  it("mends several faults by one script, and keeps the mapping's settings", async () => {
    const built = await build(world, "several");
    const before = await mappingSettings(world.consumer, "several");
    const fault = (id: string) => FAULTS.find((one) => one.id === id)!;
    await world.consumer.iam.send(
      new DeleteRolePolicyCommand({ RoleName: "several", PolicyName: "own" }),
    );
    await world.producer.kinesis.send(
      new DeleteResourcePolicyCommand({ ResourceARN: built.streamArn }),
    );
    await fault("key-policy-denies").cause(world, built);
    await fault("consumer-reregistered").cause(world, built);
    const { stdout: script, exitCode } = await world.cli(
      "doctor",
      "--script",
      ...fromBoth("several"),
    );
    expect(exitCode).toBe(1);
    expect(script.match(/iam put-role-policy/g)).toHaveLength(1);
    expect(script).toContain("# with the commands of");
    await mended("several", await type(world, [script]));
    expect(await mappingSettings(world.consumer, "several")).toEqual(before);
  });

  it("takes the role out of a Deny in each policy, which denies others as before", async () => {
    const built = await build(world, "denied", { isShared: true });
    const { role, streamArn, keyArn } = built;
    const other = await makeRole(world.consumer, "bystander");
    const decrypt = { ...allow(["kms:Decrypt"], "*", role), Condition: viaKinesis(streamArn) };
    const noDecrypt = {
      Sid: "NoForeignDecrypt",
      Effect: "Deny",
      Action: "kms:Decrypt",
      Resource: "*",
    };
    await world.producer.kms.send(
      new PutKeyPolicyCommand({
        KeyId: keyArn,
        PolicyName: "default",
        Policy: keyPolicy(decrypt, { ...noDecrypt, Principal: { AWS: [role, other] } }),
      }),
    );
    await setResourcePolicy(
      world.producer,
      streamArn,
      allow(STREAM_ACTIONS, streamArn, role),
      { ...allow(["kinesis:GetRecords"], streamArn, role), Effect: "Deny" },
      { ...allow(["kinesis:PutRecord"], streamArn, other), Sid: "Writer" },
    );
    await deny(built, {
      Action: "*",
      Resource: "*",
      Condition: { StringNotEquals: { "aws:ResourceAccount": "222222222222" } },
    });
    const { Policy: boundary } = await world.consumer.iam.send(
      new CreatePolicyCommand({
        PolicyName: "limits",
        PolicyDocument: policy(allow(["*"], "*"), {
          ...allow(["sqs:SendMessage", "s3:*"], "*"),
          Sid: "NoQueue",
          Effect: "Deny",
        }),
      }),
    );
    await world.consumer.iam.send(
      new PutRolePermissionsBoundaryCommand({
        RoleName: "denied",
        PermissionsBoundary: boundary?.Arn,
      }),
    );
    const stdout = await typeFixes("denied");
    for (const name of ["NoForeignDecrypt", "Guard", "NoQueue"]) {
      expect(stdout).toContain(`statement ${name} of`);
    }
    const keyStatements = statementsOf(
      (
        await world.producer.kms.send(
          new GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: "default" }),
        )
      ).Policy,
    );
    expect(keyStatements.slice(-1)).toEqual([
      {
        ...noDecrypt,
        Principal: { AWS: [role, other] },
        Condition: { ArnNotEquals: { "aws:PrincipalArn": [role] } },
      },
    ]);
    const { Policy: onStream } = await world.producer.kinesis.send(
      new GetResourcePolicyCommand({ ResourceARN: streamArn }),
    );
    expect(statementsOf(onStream)).toEqual([
      allow(STREAM_ACTIONS, streamArn, role),
      { ...allow(["kinesis:PutRecord"], streamArn, other), Sid: "Writer" },
    ]);
    expect(statementsOf(await rolePolicy("denied", "guard"))).toEqual([
      expect.objectContaining({ Effect: "Deny", Action: "*", NotResource: [streamArn, keyArn] }),
    ]);
  });

  it("keeps what a policy of the same name has", async () => {
    const built = await build(world, "namesake", { isShared: true });
    const { iam } = world.consumer;
    const own = { RoleName: "namesake", PolicyName: "own" };
    const theirs = allow(["s3:GetObject"], "arn:aws:s3:::theirs/*");
    await iam.send(new DeleteRolePolicyCommand(own));
    const PolicyName = "cross-account-kinesis";
    await iam.send(
      new PutRolePolicyCommand({ ...own, PolicyName, PolicyDocument: policy(theirs) }),
    );
    await typeFixes("namesake");
    const statements = statementsOf(await rolePolicy("namesake", PolicyName));
    expect(statements[0]).toEqual(theirs);
    expect(statements).toContainEqual({
      ...allow(["kms:Decrypt"], built.keyArn),
      Condition: viaKinesis(built.streamArn),
    });
  });

  it("creates a mapping that settings declare, for the registered consumer and with a destination", async () => {
    const built = await build(world, "declared");
    const { lambda } = world.consumer;
    await lambda.send(new DeleteEventSourceMappingCommand({ UUID: built.uuid }));
    const settings = declared({
      name: "a",
      region: REGION,
      producer: { accountId: PRODUCER, profile: "producer" },
      stream: { streamName: "declared" },
      consumers: [
        {
          id: "c",
          account: { accountId: "222222222222", profile: "analytics" },
          consumerName: "declared-efo",
          functionName: "declared",
          roleName: "declared",
        },
      ],
    });
    await until(() =>
      lambda.send(new GetEventSourceMappingCommand({ UUID: built.uuid })).then(
        () => false,
        () => true,
      ),
    );
    const args = ["doctor", "--endpoint-url", world.aws.url];
    const { stdout } = await runCli(args, { settings });
    await type(world, printedCommands(stdout));
    expect((await runCli(args, { settings })).stdout).not.toMatch(/^error/m);
    expect(await mappingSettings(world.consumer, "declared")).toEqual([
      expect.objectContaining({
        source: built.sourceArn.replace(/:\d+$/, ""),
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 500,
        DestinationConfig: { OnFailure: { Destination: built.queueArn } },
      }),
    ]);
  });
});
