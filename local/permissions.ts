import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { Accounts, Memory } from "./accounts";
import type { KeyPolicies } from "./key-policies";
import {
  AwsError,
  isConsumerArn,
  parseArn,
  streamArnOf,
  type Call,
} from "./requests";
import type { ResourcePolicies } from "./resource-policies";
import { rolePolicies } from "./role-policies";

interface Request {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly account: string;
  readonly resourcePolicy?: string;
  readonly context?: Record<string, string>;
  /** A session of a role that there is not is the account's administrator: see Accounts.credentials(). */
  readonly orAdministrator?: boolean;
}

// What Lambda calls on a stream in either mode: with enhanced fan-out it retries through GetRecords.
const STREAM_ACTIONS = [
  "kinesis:DescribeStream",
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:GetShardIterator",
  "kinesis:GetRecords",
];
const CONSUMER_ACTIONS = [
  "kinesis:SubscribeToShard",
  "kinesis:DescribeStreamConsumer",
];

// iam-simulate 0.1.173 drops context keys of KMS encryption contexts, and never matches one whose name
// holds colons. A principal tag is compared in the same way, so the key is evaluated as one.
const CONTEXT_KEY = "kms:EncryptionContext:aws:kinesis:arn";
const STAND_IN = "aws:PrincipalTag/kms-encryption-context-aws-kinesis-arn";
const standIn = (policy: string) =>
  policy.replaceAll(new RegExp(CONTEXT_KEY, "gi"), STAND_IN);

const ALLOW_ALL = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

export class Permissions {
  constructor(
    private readonly accounts: Accounts,
    private readonly memory: Memory,
    private readonly resourcePolicies: ResourcePolicies,
    private readonly keyPolicies: KeyPolicies,
  ) {}

  /** Refuses a cross-account call unless identity, resource and key policy all allow it. */
  async mustAllow(call: Call, arn: string): Promise<void> {
    const denied = await this.deniedKinesisCall(
      call.caller,
      `kinesis:${call.operation}`,
      arn,
      true,
    );
    if (denied) throw new AwsError("AccessDeniedException", denied);
  }

  /** Why Lambda may not read `sourceArn` for a function; undefined when it may. */
  async deniedRead(
    roleArn: string,
    functionName: string,
    sourceArn: string,
  ): Promise<string | undefined> {
    const session = sessionOf(roleArn, functionName);
    const stream = streamArnOf(sourceArn);
    for (const action of STREAM_ACTIONS) {
      const denied = await this.deniedKinesisCall(session, action, stream);
      if (denied) return denied;
    }
    for (const action of isConsumerArn(sourceArn) ? CONSUMER_ACTIONS : []) {
      const denied = await this.deniedKinesisCall(session, action, sourceArn);
      if (denied) return denied;
    }
    return undefined;
  }

  /** Why a function's role may not do `action`, or undefined. */
  deniedRole(
    roleArn: string,
    functionName: string,
    action: string,
    resource: string,
    resourcePolicy?: string,
  ): Promise<string | undefined> {
    const account = parseArn(resource).account || parseArn(roleArn).account;
    const principal = sessionOf(roleArn, functionName);
    return this.denied({
      principal,
      action,
      resource,
      account,
      resourcePolicy,
    });
  }

  private async deniedKinesisCall(
    principal: string,
    action: string,
    arn: string,
    orAdministrator = false,
  ) {
    const { account, region } = parseArn(arn);
    const resourcePolicy = await this.resourcePolicies.of(arn);
    const denied = await this.denied({
      principal,
      action,
      resource: arn,
      account,
      resourcePolicy,
      orAdministrator,
    });
    const keyAction = KEY_ACTIONS[action];
    if (denied ?? !keyAction) return denied;
    // The encryption context names the stream, for a consumer too.
    const stream = streamArnOf(arn);
    const key = await this.streamKey(stream);
    if (!key || !keyAction) return undefined;
    if (key.awsManaged) {
      if (parseArn(principal).account === account) return undefined;
      return notAuthorized(
        principal,
        keyAction,
        `${key.arn}, an AWS managed key, which no other account can use`,
      );
    }
    return this.denied({
      principal,
      action: keyAction,
      resource: key.arn,
      account: parseArn(key.arn).account,
      resourcePolicy: key.policy,
      orAdministrator,
      context: {
        "kms:ViaService": `kinesis.${region}.amazonaws.com`,
        [STAND_IN]: stream,
      },
    });
  }

  private streamKey(
    streamArn: string,
  ): Promise<{ arn: string; policy: string; awsManaged: boolean } | undefined> {
    return this.memory.remember(`key of ${streamArn}`, async () => {
      const { account, region } = parseArn(streamArn);
      const kinesis = this.accounts.kinesis(account, region);
      const { StreamDescriptionSummary: stream } = await kinesis.send(
        new DescribeStreamSummaryCommand({ StreamARN: streamArn }),
      );
      if (stream?.EncryptionType !== "KMS" || !stream.KeyId) return undefined;
      const { KeyMetadata: key } = await this.accounts
        .kms(account, region)
        .send(new DescribeKeyCommand({ KeyId: stream.KeyId }));
      const arn = key?.Arn ?? "";
      const awsManaged = key?.KeyManager === "AWS";
      return { arn, awsManaged, policy: await this.keyPolicies.of(arn) };
    });
  }

  private denied(request: Request): Promise<string | undefined> {
    return this.memory.remember(JSON.stringify(request), async () => {
      const { principal, action, resource, account, resourcePolicy, context } =
        request;
      const role = await this.memory.remember(`policies of ${principal}`, () =>
        rolePolicies(this.accounts, principal),
      );
      if (!role && !request.orAdministrator)
        return notAuthorized(principal, action, resource);
      const named = (policy: string, at: number) => ({
        name: String(at),
        policy: JSON.parse(standIn(policy)) as unknown,
      });
      const simulation: Simulation = {
        request: {
          principal: role?.principal ?? principal,
          action,
          resource: { resource, accountId: account },
          contextVariables: context ?? {},
        },
        identityPolicies: (role?.identity ?? [ALLOW_ALL]).map(named),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        ...(resourcePolicy && {
          resourcePolicy: JSON.parse(standIn(resourcePolicy)) as unknown,
        }),
        ...(role?.boundary && {
          permissionBoundaryPolicies: [named(role.boundary, 0)],
        }),
      };
      const result = await runSimulation(simulation, {});
      if (result.resultType === "error")
        throw new Error(
          `${action} on ${resource} can't be evaluated: ${JSON.stringify(result.errors)}`,
        );
      if (result.overallResult === "Allowed") return undefined;
      return notAuthorized(principal, action, resource);
    });
  }
}

const KEY_ACTIONS: Record<string, string> = {
  "kinesis:GetRecords": "kms:Decrypt",
  "kinesis:SubscribeToShard": "kms:Decrypt",
  "kinesis:PutRecord": "kms:GenerateDataKey",
  "kinesis:PutRecords": "kms:GenerateDataKey",
};

const notAuthorized = (principal: string, action: string, resource: string) =>
  `User: ${principal} is not authorized to perform: ${action} on resource: ${resource}`;

function sessionOf(roleArn: string, functionName: string): string {
  const { account, resource } = parseArn(roleArn);
  return `arn:aws:sts::${account}:assumed-role/${resource.split("/").at(-1)}/${functionName}`;
}
