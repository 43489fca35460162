import type { RoleDetail } from "@aws-sdk/client-iam";
import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import { ADMINISTRATOR, type Accounts, type Memory } from "./accounts";
import type { KeyPolicies } from "./key-policies";
import type { Principals } from "./principals";
import {
  AwsError,
  isConsumerArn,
  notAuthorized,
  parseArn,
  streamArnOf,
  type Call,
} from "./requests";
import { CONSUMER_ACTIONS, type ResourcePolicies } from "./resource-policies";

interface Request {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly resourcePolicy?: string;
  readonly context?: Record<string, string>;
}

// What Lambda calls on a stream in either mode: with enhanced fan-out it retries through GetRecords.
const READ_ACTIONS = [
  "DescribeStream",
  "DescribeStreamSummary",
  "ListShards",
  "GetShardIterator",
  "GetRecords",
];

const KEY_ACTIONS: Record<string, string> = {
  GetRecords: "kms:Decrypt",
  SubscribeToShard: "kms:Decrypt",
  PutRecord: "kms:GenerateDataKey",
  PutRecords: "kms:GenerateDataKey",
};

// iam-simulate 0.1.173 drops context keys of KMS encryption contexts, and never matches one whose name
// holds colons. A principal tag is compared in the same way, so the key is evaluated as one.
const STAND_IN = "aws:PrincipalTag/kms-encryption-context-aws-kinesis-arn";
const parse = (policy: string): unknown =>
  JSON.parse(policy.replaceAll(/kms:EncryptionContext:aws:kinesis:arn/gi, STAND_IN));

const ALLOW_ALL =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

/** Evaluates policies as IAM does: identity, boundary, resource and key. */
export class Permissions {
  constructor(
    private readonly accounts: Accounts,
    private readonly memory: Memory,
    private readonly principals: Principals,
    private readonly resourcePolicies: ResourcePolicies,
    private readonly keyPolicies: KeyPolicies,
  ) {}

  /** Refuses a cross-account call unless identity, resource and key policy all allow it. */
  async mustAllow({ caller, operation }: Call, arn: string): Promise<void> {
    const denied = await this.deniedOnStream(caller, operation, arn);
    if (denied) throw new AwsError("AccessDeniedException", denied);
  }

  /** Why Lambda may not read `sourceArn` for a function; undefined when it may. */
  deniedRead(
    roleArn: string,
    functionName: string,
    sourceArn: string,
  ): Promise<string | undefined> {
    const session = sessionOf(roleArn, functionName);
    const key = `read of ${sourceArn} by ${session}`;
    return this.memory.remember(key, async () => {
      for (const action of READ_ACTIONS) {
        const stream = streamArnOf(sourceArn);
        const denied = await this.deniedOnStream(session, action, stream);
        if (denied) return denied;
      }
      for (const action of isConsumerArn(sourceArn) ? CONSUMER_ACTIONS : []) {
        const denied = await this.deniedOnStream(session, action, sourceArn);
        if (denied) return denied;
      }
      return undefined;
    });
  }

  /** Why a function's role may not do `action`; undefined when it may. */
  deniedToFunction(
    roleArn: string,
    functionName: string,
    action: string,
    resource: string,
    resourcePolicy?: string,
  ): Promise<string | undefined> {
    const principal = sessionOf(roleArn, functionName);
    return this.denied({ principal, action, resource, resourcePolicy });
  }

  /** Whether a function can have this role: it is known by now, and its trust policy lets Lambda in. */
  async lambdaMayAssume(roleArn: string): Promise<boolean> {
    const role = await this.principals.propagated(roleArn);
    const request: Request = {
      principal: "lambda.amazonaws.com",
      action: "sts:AssumeRole",
      resource: roleArn,
      resourcePolicy: decodeURIComponent(role?.AssumeRolePolicyDocument ?? ""),
    };
    return role !== undefined && isAllowed(request, []);
  }

  private async deniedOnStream(
    principal: string,
    operation: string,
    arn: string,
  ): Promise<string | undefined> {
    const denied = await this.denied({
      principal,
      action: `kinesis:${operation}`,
      resource: arn,
      resourcePolicy: await this.resourcePolicies.of(arn),
    });
    const action = KEY_ACTIONS[operation];
    if (denied ?? !action) return denied;
    const stream = streamArnOf(arn);
    const key = await this.keyOf(stream);
    if (!key) return undefined;
    return this.denied({
      principal,
      action,
      resource: key,
      resourcePolicy: await this.keyPolicies.of(key),
      context: {
        "kms:ViaService": `kinesis.${parseArn(key).region}.amazonaws.com`,
        // It names the stream, for a consumer too.
        [STAND_IN]: stream,
      },
    });
  }

  private keyOf(streamArn: string) {
    return this.memory.remember(`key of ${streamArn}`, async () => {
      const { kinesis, kms } = this.accounts.owning(streamArn);
      const { StreamDescriptionSummary: stream } = await kinesis.describeStreamSummary({
        StreamARN: streamArn,
      });
      if (stream?.EncryptionType !== "KMS") return undefined;
      const { KeyMetadata: key } = await kms.describeKey({
        KeyId: stream.KeyId,
      });
      return key?.Arn;
    });
  }

  private async denied(request: Request): Promise<string | undefined> {
    const { principal, action, resource } = request;
    const role = await this.principals.roleOf(principal);
    const isAdministrator = principal.includes(`:assumed-role/${ADMINISTRATOR}/`);
    const identity = role ? await this.policiesOf(role) : isAdministrator && [ALLOW_ALL];
    const boundary = role?.PermissionsBoundary?.PermissionsBoundaryArn;
    const allowed =
      identity &&
      (await isAllowed(
        // A session's ARN lacks the path that the role's may have.
        { ...request, principal: role?.Arn ?? principal },
        identity,
        boundary && (await this.managedPolicy(boundary)),
      ));
    return allowed ? undefined : notAuthorized(principal, action, resource);
  }

  private async policiesOf(role: RoleDetail): Promise<string[]> {
    const { RolePolicyList: own = [], AttachedManagedPolicies: attached = [] } = role;
    return [
      ...own.map(({ PolicyDocument: text = "" }) => decodeURIComponent(text)),
      ...(await Promise.all(attached.map(({ PolicyArn: arn = "" }) => this.managedPolicy(arn)))),
    ];
  }

  private managedPolicy(PolicyArn: string): Promise<string> {
    return this.memory.remember(PolicyArn, async () => {
      const { iam } = this.accounts.owning(PolicyArn);
      const { Policy: policy } = await iam.getPolicy({ PolicyArn });
      const VersionId = policy?.DefaultVersionId;
      const version = await iam.getPolicyVersion({ PolicyArn, VersionId });
      return decodeURIComponent(version.PolicyVersion?.Document ?? "");
    });
  }
}

async function isAllowed(
  { principal, action, resource, resourcePolicy, context = {} }: Request,
  identityPolicies: string[],
  boundary?: string,
): Promise<boolean> {
  const named = (policy: string) => ({ name: policy, policy: parse(policy) });
  // An S3 bucket's ARN names no account; ours belong to who asks.
  const accountId = parseArn(resource).account || parseArn(principal).account;
  const simulation: Simulation = {
    request: {
      principal,
      action,
      resource: { resource, accountId },
      contextVariables: context,
    },
    identityPolicies: identityPolicies.map(named),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(resourcePolicy && { resourcePolicy: parse(resourcePolicy) }),
    ...(boundary && { permissionBoundaryPolicies: [named(boundary)] }),
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === "error")
    throw new Error(
      `${action} on ${resource} can't be evaluated: ${JSON.stringify(result.errors)}`,
    );
  return result.overallResult === "Allowed";
}

function sessionOf(roleArn: string, functionName: string): string {
  const { account, resource } = parseArn(roleArn);
  return `arn:aws:sts::${account}:assumed-role/${resource.split("/").at(-1)}/${functionName}`;
}
