import type { RoleDetail } from "@aws-sdk/client-iam";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { type Accounts, administratorOf, isAdministrator } from "./accounts";
import type { KeyPolicies } from "./key-policies";
import type { Principals } from "./principals";
import { READ_OPERATIONS, type ResourcePolicies } from "./resource-policies";
import { isConsumerArn, parseArn, sessionArnOf, streamArnOf } from "../../pipeline/arn";
import { decideAccess } from "../../pipeline/iam/access";
import { parsePolicy, type Policy } from "../../pipeline/iam/document";
import { evaluate } from "../../pipeline/iam/evaluate";
import { lambdaRequest } from "../../pipeline/iam/lambda-request";
import type { Context } from "../../pipeline/iam/patterns";
import type { Cache } from "./cache";
import { keyOfStream } from "./encryption-keys";
import { AwsError, notAuthorized } from "./errors";
import type { Call } from "./protocol";

interface Request {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly resourcePolicy?: string;
  /** ARN of the stream whose records a key is used for. */
  readonly stream?: string;
  /** Condition keys that only this kind of request has. */
  readonly context?: Context;
}

const KEY_ACTIONS: Record<string, string> = {
  GetRecords: "kms:Decrypt",
  SubscribeToShard: "kms:Decrypt",
  PutRecord: "kms:GenerateDataKey",
  PutRecords: "kms:GenerateDataKey",
};

const ALLOW_ALL: Policy = {
  name: "the administrator's policy",
  statements: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** Evaluates identity policies, permissions boundaries, resource policies and key policies, as IAM does. */
export class Permissions {
  constructor(
    private readonly accounts: Accounts,
    private readonly cache: Cache,
    private readonly principals: Principals,
    private readonly resourcePolicies: ResourcePolicies,
    private readonly keyPolicies: KeyPolicies,
  ) {}

  /**
   * Throws unless identity, resource and key policy all allow a cross-account call.
   *
   * @param isDryRun the key policy is not asked, since nothing is encrypted
   */
  async assertAllowed({ caller, operation }: Call, arn: string, isDryRun: boolean): Promise<void> {
    const denied = await this.deniedOnStream(caller, operation, arn, isDryRun);
    if (denied) {
      throw new AwsError("AccessDeniedException", denied);
    }
  }

  /** Reason why a role session is not allowed to read a stream or consumer; undefined if it is allowed. */
  deniedRead(session: string, sourceArn: string): Promise<string | undefined> {
    return this.cache.getOrLoad(`${session} reads ${sourceArn}`, async () => {
      const onConsumer = isConsumerArn(sourceArn) ? ["SubscribeToShard"] : [];
      // With enhanced fan-out, Lambda also needs the stream's actions: it retries through GetRecords.
      // It needs no DescribeStreamConsumer, which AWSLambdaKinesisExecutionRole does not have.
      for (const action of [...READ_OPERATIONS, ...onConsumer]) {
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
    const trust = parsePolicy("the trust policy", role.AssumeRolePolicyDocument ?? "{}");
    const { outcome } = evaluate([trust], {
      caller: { service: "lambda.amazonaws.com" },
      action: "sts:AssumeRole",
      resource: roleArn,
      context: {},
    });
    return outcome === "allowed";
  }

  /**
   * Reason why a request is not allowed; undefined if it is allowed. What cannot be decided, because a
   * policy asks for what is not known here, is not allowed.
   */
  async denied({
    principal,
    action,
    resource,
    resourcePolicy,
    stream,
    context = {},
  }: Request): Promise<string | undefined> {
    const role = await this.principals.roleOf(principal);
    const denied = notAuthorized(principal, action, resource);
    if (!role && !isAdministrator(principal)) {
      return denied;
    }
    // Policies name the role's ARN. It can have a path, which the session's ARN does not have.
    const roleArn = role?.Arn ?? administratorOf(parseArn(principal).account);
    const boundary = role?.PermissionsBoundary?.PermissionsBoundaryArn;
    const { service, account, region } = parseArn(resource);
    // A bucket's ARN contains no account. The bucket is assumed to belong to the caller's account.
    const owner = account || parseArn(roleArn).account;
    const request = lambdaRequest(
      {
        roleArn,
        roleId: role?.RoleId ?? "AROAADMINISTRATOR",
        hasBoundary: boundary !== undefined,
        functionName: principal.split("/").at(-1) ?? "",
      },
      { action, resource },
      { arn: stream ?? "", region },
    );
    const decision = decideAccess(
      {
        identity: role ? await this.policiesOf(role) : [ALLOW_ALL],
        boundary: boundary === undefined ? undefined : await this.managedPolicy(boundary),
        resource: resourcePolicy ? parsePolicy("the resource's policy", resourcePolicy) : undefined,
      },
      {
        ...request,
        context: {
          ...request.context,
          "aws:ResourceAccount": owner,
          ...(service === "s3" && { "s3:ResourceAccount": owner }),
          ...context,
        },
      },
    );
    if (decision.outcome === "allowed") {
      return undefined;
    }
    return decision.outcome === "denied"
      ? denied
      : `${denied}: the local AWS cannot decide it, since ${decision.why}`;
  }

  private async deniedOnStream(
    principal: string,
    operation: string,
    arn: string,
    isDryRun = false,
  ) {
    const denied = await this.denied({
      principal,
      action: `kinesis:${operation}`,
      resource: arn,
      resourcePolicy: await this.resourcePolicies.of(arn),
    });
    const action = isDryRun ? undefined : KEY_ACTIONS[operation];
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
      // Kinesis uses the stream's ARN, also for a registered consumer.
      stream,
    });
  }

  private keyOf(StreamARN: string): Promise<string | undefined> {
    return this.cache.getOrLoad(`key of ${StreamARN}`, () => keyOfStream(this.accounts, StreamARN));
  }

  private async policiesOf(role: RoleDetail): Promise<Policy[]> {
    const { RolePolicyList: inlinePolicies = [], AttachedManagedPolicies: attached = [] } = role;
    const inline = inlinePolicies.map(({ PolicyName: name = "", PolicyDocument: document = "" }) =>
      parsePolicy(name, document),
    );
    const managed = attached.map(({ PolicyArn: arn = "" }) => this.managedPolicy(arn));
    return [...inline, ...(await Promise.all(managed))];
  }

  private managedPolicy(PolicyArn: string): Promise<Policy> {
    return this.cache.getOrLoad(PolicyArn, async () => {
      const { iam } = this.accounts.owning(PolicyArn);
      const { Policy: policy } = await iam.getPolicy({ PolicyArn });
      const VersionId = policy?.DefaultVersionId;
      const { PolicyVersion: version } = await iam.getPolicyVersion({ PolicyArn, VersionId });
      return parsePolicy(PolicyArn, version?.Document ?? "{}");
    });
  }
}

/** ARN of the role session that a function runs in. Lambda also polls the stream in this session. */
export function sessionOf({ Role: role = "", FunctionName: name }: FunctionConfiguration): string {
  return sessionArnOf(role, name ?? "");
}
