import type { RoleDetail } from "@aws-sdk/client-iam";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { ADMINISTRATOR, type Accounts, type Memory } from "./accounts";
import type { KeyPolicies } from "./key-policies";
import type { Principals } from "./principals";
import { AwsError, isConsumerArn, notAuthorized, parseArn, streamArnOf } from "./requests";
import type { Call } from "./requests";
import { CONSUMER_ACTIONS, READ_ACTIONS, type ResourcePolicies } from "./resource-policies";

export interface Request {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly resourcePolicy?: string;
  readonly context?: Record<string, string>;
}

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

  /** Why Lambda may not read a stream or consumer in a session; undefined when it may. */
  deniedRead(session: string, sourceArn: string): Promise<string | undefined> {
    return this.memory.remember(`${session} reads ${sourceArn}`, async () => {
      const onConsumer = isConsumerArn(sourceArn) ? CONSUMER_ACTIONS : [];
      // With enhanced fan-out Lambda needs the stream's actions too: it retries through GetRecords.
      for (const action of [...READ_ACTIONS, ...onConsumer]) {
        const arn = onConsumer.includes(action) ? sourceArn : streamArnOf(sourceArn);
        const denied = await this.deniedOnStream(session, action, arn);
        if (denied) return denied;
      }
      return undefined;
    });
  }

  /** Whether a function can have this role: it is known by now, and its trust policy lets Lambda in. */
  async lambdaMayAssume(roleArn: string): Promise<boolean> {
    const role = await this.principals.propagated(roleArn);
    if (!role) return false;
    const principal = "lambda.amazonaws.com";
    const resourcePolicy = decodeURIComponent(role.AssumeRolePolicyDocument ?? "");
    return isAllowed({ principal, action: "sts:AssumeRole", resource: roleArn, resourcePolicy });
  }

  /** Why a request is not allowed by the policies of a session's role and of the resource. */
  async denied(request: Request): Promise<string | undefined> {
    const { principal, action, resource } = request;
    const role = await this.principals.roleOf(principal);
    const isAdministrator = principal.includes(`:assumed-role/${ADMINISTRATOR}/`);
    const boundary = role?.PermissionsBoundary?.PermissionsBoundaryArn;
    const allowed =
      (role ?? isAdministrator) &&
      (await isAllowed(
        // A session's ARN lacks the path that the role's may have.
        { ...request, principal: role?.Arn ?? principal },
        role ? await this.policiesOf(role) : [ALLOW_ALL],
        boundary && (await this.managedPolicy(boundary)),
      ));
    return allowed ? undefined : notAuthorized(principal, action, resource);
  }

  private async deniedOnStream(principal: string, operation: string, arn: string) {
    const denied = await this.denied({
      principal,
      action: `kinesis:${operation}`,
      resource: arn,
      resourcePolicy: await this.resourcePolicies.of(arn),
    });
    const action = KEY_ACTIONS[operation];
    const stream = streamArnOf(arn);
    const key = action && (await this.keyOf(stream));
    if (denied ?? !key) return denied;
    return this.deniedOnKey(principal, action, stream, key);
  }

  /** Why a session may not decrypt the records of a stream that were encrypted with a key. */
  deniedDecrypt(session: string, stream: string, key: string): Promise<string | undefined> {
    return this.memory.remember(`${session} decrypts ${stream} with ${key}`, () =>
      this.deniedOnKey(session, "kms:Decrypt", stream, key),
    );
  }

  private async deniedOnKey(principal: string, action: string, stream: string, key: string) {
    const { KeyMetadata: metadata } = await this.accounts.owning(key).kms.describeKey({
      KeyId: key,
    });
    if (metadata?.KeyState !== "Enabled")
      return `KMSInvalidStateException: ${key} is ${metadata?.KeyState ?? "unknown"}.`;
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

  private keyOf(StreamARN: string): Promise<string | undefined> {
    return this.memory.remember(`key of ${StreamARN}`, async () => {
      const { kinesis, kms } = this.accounts.owning(StreamARN);
      const { StreamDescriptionSummary: stream } = await kinesis.describeStreamSummary({
        StreamARN,
      });
      if (stream?.EncryptionType !== "KMS") return undefined;
      const { KeyMetadata: key } = await kms.describeKey({ KeyId: stream.KeyId });
      return key?.Arn;
    });
  }

  private async policiesOf(role: RoleDetail): Promise<string[]> {
    const { RolePolicyList: own = [], AttachedManagedPolicies: attached = [] } = role;
    const inline = own.map(({ PolicyDocument: text = "" }) => decodeURIComponent(text));
    const managed = attached.map(({ PolicyArn: arn = "" }) => this.managedPolicy(arn));
    return [...inline, ...(await Promise.all(managed))];
  }

  private managedPolicy(PolicyArn: string): Promise<string> {
    return this.memory.remember(PolicyArn, async () => {
      const { iam } = this.accounts.owning(PolicyArn);
      const { Policy: policy } = await iam.getPolicy({ PolicyArn });
      const VersionId = policy?.DefaultVersionId;
      const { PolicyVersion: version } = await iam.getPolicyVersion({ PolicyArn, VersionId });
      return decodeURIComponent(version?.Document ?? "");
    });
  }
}

async function isAllowed(
  { principal, action, resource, resourcePolicy, context = {} }: Request,
  identityPolicies: string[] = [],
  boundary?: string,
): Promise<boolean> {
  const named = (policy: string) => ({ name: policy, policy: parse(policy) });
  // A bucket's ARN names no account; it is taken for the caller's.
  const accountId = parseArn(resource).account || parseArn(principal).account;
  const request = {
    principal,
    action,
    resource: { resource, accountId },
    contextVariables: context,
  };
  const result = await runSimulation(
    {
      request,
      identityPolicies: identityPolicies.map(named),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy && { resourcePolicy: parse(resourcePolicy) }),
      ...(boundary && { permissionBoundaryPolicies: [named(boundary)] }),
    },
    {},
  );
  if (result.resultType !== "error") return result.overallResult === "Allowed";
  throw new Error(`${action} on ${resource} can't be evaluated: ${JSON.stringify(result.errors)}`);
}

/** The session in which a function, and Lambda for it, acts. */
export function sessionOf({ Role: role = "", FunctionName: name }: FunctionConfiguration): string {
  const { account, resource } = parseArn(role);
  return `arn:aws:sts::${account}:assumed-role/${resource.split("/").at(-1)}/${name}`;
}
