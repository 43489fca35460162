import { parseArn } from "../../pipeline/arn";
import { type Accounts, isAdministrator, type Session } from "./accounts";
import { AwsError, notAuthorized } from "./errors";
import type { Permissions } from "./permissions";
import type { Principals } from "./principals";
import { type Call, type Handlers, parametersOf, type Reply } from "./protocol";

/** The operations that issue credentials: for a role's session, and for an IAM user. */
export class AccessKeys {
  /** Sessions of IAM users by access key, also while the key is inactive. */
  private readonly ofUsers = new Map<string, Session>();

  constructor(
    private readonly accounts: Accounts,
    private readonly principals: Principals,
    private readonly permissions: Permissions,
  ) {}

  readonly handlers: Handlers = {
    "sts.AssumeRole": (call) => this.assumeRole(call),
    "sts.AssumeRoleWithSAML": notSupported,
    "sts.AssumeRoleWithWebIdentity": notSupported,
    "sts.GetFederationToken": notSupported,
    "sts.GetSessionToken": notSupported,
    "iam.CreateAccessKey": (call) => this.createAccessKey(call),
    "iam.UpdateAccessKey": (call) => this.updateAccessKey(call),
    "iam.DeleteAccessKey": (call) => this.updateAccessKey(call),
  };

  private async assumeRole(call: Call): Promise<Reply> {
    const parameters = parametersOf(call);
    const arn = parameters.get("RoleArn") ?? "";
    if (!(await this.mayAssume(call, arn, parameters.get("ExternalId")))) {
      throw new AwsError("AccessDenied", notAuthorized(call.caller, "sts:AssumeRole", arn), 403);
    }
    const reply = await call.forward();
    if (reply.status >= 300) {
      return reply;
    }
    const { credentials } = this.accounts.issue(
      elementIn(reply, "AccessKeyId"),
      elementIn(reply, "Arn"),
    );
    const text = Object.entries({
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
    }).reduce(
      (xml, [name, value]) =>
        xml.replace(new RegExp(`(<${name}>)[^<]*`), (_all, start: string) => start + value),
      reply.body.toString(),
    );
    return { ...reply, body: Buffer.from(text) };
  }

  /**
   * True if the trust policy and the caller's policies allow it. A role that does not exist stands for
   * one outside of the deployment, such as a provider's `assume_role`: its account's administrator may
   * assume it, who may do everything there anyway.
   */
  private async mayAssume(
    { caller, account }: Call,
    arn: string,
    externalId: string | null,
  ): Promise<boolean> {
    const role = await this.principals.role(arn);
    if (!role) {
      return account === parseArn(arn).account && isAdministrator(caller);
    }
    const denied = await this.permissions.denied({
      principal: caller,
      action: "sts:AssumeRole",
      resource: arn,
      resourcePolicy: decodeURIComponent(role.AssumeRolePolicyDocument ?? ""),
      context: { "sts:ExternalId": externalId },
    });
    return denied === undefined;
  }

  private async createAccessKey(call: Call): Promise<Reply> {
    const reply = await call.forward();
    if (reply.status < 300) {
      const accessKeyId = elementIn(reply, "AccessKeyId");
      const secretAccessKey = elementIn(reply, "SecretAccessKey");
      const session = this.accounts.add({
        credentials: { accessKeyId, secretAccessKey, sessionToken: "" },
        motoAccessKeyId: accessKeyId,
        account: call.account,
        caller: `arn:aws:iam::${call.account}:user/${elementIn(reply, "UserName")}`,
      });
      this.ofUsers.set(accessKeyId, session);
    }
    return reply;
  }

  private async updateAccessKey(call: Call): Promise<Reply> {
    const reply = await call.forward();
    const parameters = parametersOf(call);
    const session = this.ofUsers.get(parameters.get("AccessKeyId") ?? "");
    if (session && reply.status < 300) {
      if (parameters.get("Status") === "Active") {
        this.accounts.add(session);
      } else {
        this.accounts.remove(session.credentials.accessKeyId);
      }
    }
    return reply;
  }
}

function notSupported({ operation }: Call): never {
  const message = `the local AWS has no ${operation}; use AssumeRole, or the credentials that it printed`;
  throw new AwsError("AccessDenied", message, 403);
}

const elementIn = ({ body }: Reply, name: string): string =>
  new RegExp(`<${name}>([^<]*)`).exec(body.toString())?.[1] ?? "";
