import type { RoleDetail } from "@aws-sdk/client-iam";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { ADMINISTRATOR, type Accounts } from "./accounts";
import type { KeyPolicies } from "./key-policies";
import type { Principals } from "./principals";
import { CONSUMER_ACTIONS, READ_ACTIONS, type ResourcePolicies } from "./resource-policies";
import { isConsumerArn, parseArn, streamArnOf } from "../../cli/src/arns";
import type { Cache } from "./cache";
import { keyOfStream } from "./encryption-keys";
import { AwsError, notAuthorized } from "./errors";
import type { Call } from "./protocol";

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
// contains colons. It compares principal tags in the same way, so the key is replaced by a tag.
const ENCRYPTION_CONTEXT_TAG = "aws:PrincipalTag/kms-encryption-context-aws-kinesis-arn";
const parse = (policy: string): unknown =>
  JSON.parse(policy.replaceAll(/kms:EncryptionContext:aws:kinesis:arn/gi, ENCRYPTION_CONTEXT_TAG));

const ALLOW_ALL =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

/** Evaluates identity policies, permissions boundaries, resource policies and key policies, as IAM does. */
export class Permissions {
  constructor(
    private readonly accounts: Accounts,
    private readonly cache: Cache,
    private readonly principals: Principals,
    private readonly resourcePolicies: ResourcePolicies,
    private readonly keyPolicies: KeyPolicies,
  ) {}

  /** Throws unless identity, resource and key policy all allow a cross-account call. */
  async assertAllowed({ caller, operation }: Call, arn: string): Promise<void> {
    const denied = await this.deniedOnStream(caller, operation, arn);
    if (denied) {
      throw new AwsError("AccessDeniedException", denied);
    }
  }

  /** Reason why a role session is not allowed to read a stream or consumer; undefined if it is allowed. */
  deniedRead(session: string, sourceArn: string): Promise<string | undefined> {
    return this.cache.getOrLoad(`${session} reads ${sourceArn}`, async () => {
      const onConsumer = isConsumerArn(sourceArn) ? CONSUMER_ACTIONS : [];
      // With enhanced fan-out, Lambda also needs the stream's actions: it retries through GetRecords.
      for (const action of [...READ_ACTIONS, ...onConsumer]) {
        const arn = onConsumer.includes(action) ? sourceArn : streamArnOf(sourceArn);
        const denied = await this.deniedOnStream(session, action, arn);
        if (denied) {
          return denied;
        }
      }
      return undefined;
    });
  }

  /** Returns true if a role has propagated and its trust policy allows Lambda to assume it. */
  async lambdaMayAssume(roleArn: string): Promise<boolean> {
    const role = await this.principals.propagated(roleArn);
    if (!role) {
      return false;
    }
    const principal = "lambda.amazonaws.com";
    const resourcePolicy = decodeURIComponent(role.AssumeRolePolicyDocument ?? "");
    return isAllowed({ principal, action: "sts:AssumeRole", resource: roleArn, resourcePolicy });
  }

  /** Reason why a request is not allowed; undefined if it is allowed. */
  async denied(request: Request): Promise<string | undefined> {
    const { principal, action, resource } = request;
    const role = await this.principals.roleOf(principal);
    const isAdministrator = principal.includes(`:assumed-role/${ADMINISTRATOR}/`);
    const boundary = role?.PermissionsBoundary?.PermissionsBoundaryArn;
    const allowed =
      (role ?? isAdministrator) &&
      (await isAllowed(
        // Policies name the role's ARN. It can have a path, which the session's ARN does not have.
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
    if (denied ?? !key) {
      return denied;
    }
    return this.deniedOnKey(principal, action, stream, key);
  }

  /** Reason why a role session is not allowed to decrypt a stream's records with a key. */
  deniedDecrypt(session: string, stream: string, key: string): Promise<string | undefined> {
    return this.cache.getOrLoad(`${session} decrypts ${stream} with ${key}`, () =>
      this.deniedOnKey(session, "kms:Decrypt", stream, key),
    );
  }

  private async deniedOnKey(principal: string, action: string, stream: string, key: string) {
    const { KeyMetadata: metadata } = await this.accounts.owning(key).kms.describeKey({
      KeyId: key,
    });
    if (metadata?.KeyState !== "Enabled") {
      return `KMSInvalidStateException: ${key} is ${metadata?.KeyState ?? "unknown"}.`;
    }
    return this.denied({
      principal,
      action,
      resource: key,
      resourcePolicy: await this.keyPolicies.of(key),
      context: {
        "kms:ViaService": `kinesis.${parseArn(key).region}.amazonaws.com`,
        // Kinesis uses the stream's ARN, also for a registered consumer.
        [ENCRYPTION_CONTEXT_TAG]: stream,
      },
    });
  }

  private keyOf(StreamARN: string): Promise<string | undefined> {
    return this.cache.getOrLoad(`key of ${StreamARN}`, () => keyOfStream(this.accounts, StreamARN));
  }

  private async policiesOf(role: RoleDetail): Promise<string[]> {
    const { RolePolicyList: inlinePolicies = [], AttachedManagedPolicies: attached = [] } = role;
    const inline = inlinePolicies.map(({ PolicyDocument: text = "" }) => decodeURIComponent(text));
    const managed = attached.map(({ PolicyArn: arn = "" }) => this.managedPolicy(arn));
    return [...inline, ...(await Promise.all(managed))];
  }

  private managedPolicy(PolicyArn: string): Promise<string> {
    return this.cache.getOrLoad(PolicyArn, async () => {
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
  // A bucket's ARN contains no account. The bucket is assumed to belong to the caller's account.
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
  if (result.resultType !== "error") {
    return result.overallResult === "Allowed";
  }
  throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(result.errors)}`);
}

/** ARN of the role session that a function runs in. Lambda also polls the stream in this session. */
export function sessionOf({ Role: role = "", FunctionName: name }: FunctionConfiguration): string {
  const { account, resource } = parseArn(role);
  return `arn:aws:sts::${account}:assumed-role/${resource.split("/").at(-1)}/${name}`;
}
