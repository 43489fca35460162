import type { RoleDetail, UserDetail } from "@aws-sdk/client-iam";
import type { Accounts } from "./accounts";
import { parseArn } from "../../pipeline/arn";
import { awsPrincipals, statementsOf } from "../../pipeline/iam/document";
import type { Cache } from "./cache";
import type { AwsError } from "./errors";
import type { Handlers } from "./protocol";

type Principal = RoleDetail & UserDetail;

const isAccount = (principal: string): boolean =>
  /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:root)$/.test(principal);

/** Finds roles and users, models their propagation, and records which ones a policy refers to. */
export class Principals {
  private readonly created = new Map<string, number>();
  /** Unique IDs (AROA...) by principal ARN, for each resource's policy. */
  private readonly principalIds = new Map<string, ReadonlyMap<string, string>>();

  constructor(
    private readonly accounts: Accounts,
    private readonly cache: Cache,
    private readonly propagationSeconds: number,
  ) {}

  readonly handlers: Handlers = {
    "iam.CreateRole": async (call) => {
      const reply = await call.forward();
      const arn = /<Arn>([^<]+)<\/Arn>/.exec(reply.body.toString())?.[1];
      if (arn) {
        this.created.set(arn, Date.now());
      }
      return reply;
    },
  };

  /** The role that a session belongs to. */
  async roleOf(sessionArn: string): Promise<RoleDetail | undefined> {
    const name = /:assumed-role\/([^/]+)/.exec(sessionArn)?.[1] ?? "";
    return (await this.all(sessionArn)).find((one) => one.RoleName === name);
  }

  /** The role with an ARN, whether or not it has propagated. */
  async role(arn: string): Promise<RoleDetail | undefined> {
    return (await this.all(arn)).find((one) => one.Arn === arn && one.RoleId);
  }

  /** A role or user; undefined until it has propagated to other services. */
  async propagated(arn: string): Promise<Principal | undefined> {
    const found = (await this.all(arn)).find((one) => one.Arn === arn);
    const age = Date.now() - (this.created.get(arn) ?? 0);
    return age >= this.propagationSeconds * 1000 ? found : undefined;
  }

  /** Resolves principal ARNs to unique IDs. Throws for the first unknown principal. */
  async resolve(
    policy: string,
    errorFor: (principal: string) => AwsError,
  ): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for (const arn of statementsOf(policy).flatMap(awsPrincipals)) {
      if (arn === "*" || isAccount(arn)) {
        continue;
      }
      const found = arn.includes(":iam:") ? await this.propagated(arn) : undefined;
      if (!found) {
        throw errorFor(arn);
      }
      ids.set(arn, found.RoleId ?? found.UserId ?? "");
    }
    return ids;
  }

  /** Records the principals of the policy on `arn`, for renderedPolicy(). */
  recordPrincipalIds(arn: string, ids: ReadonlyMap<string, string>): void {
    this.principalIds.set(arn, ids);
  }

  /**
   * The policy on `arn` as AWS returns it. AWS replaces the ARN of a deleted principal by its unique
   * ID, which grants nothing, even if a principal of the same name has been created since.
   */
  async renderedPolicy(arn: string, policy: string): Promise<string> {
    for (const [principal, id] of this.principalIds.get(arn) ?? []) {
      const all = await this.all(principal);
      if (!all.some((one) => one.RoleId === id || one.UserId === id)) {
        policy = policy.replaceAll(`"${principal}"`, `"${id}"`);
      }
    }
    return policy;
  }

  private all(arn: string): Promise<Principal[]> {
    const { account } = parseArn(arn);
    return this.cache.getOrLoad(`principals of ${account}`, async () => {
      const { iam } = this.accounts.owning(`arn:aws:iam::${account}:root`);
      const { RoleDetailList: roles = [], UserDetailList: users = [] } =
        await iam.getAccountAuthorizationDetails({ Filter: ["Role", "User"] });
      return [...roles, ...users];
    });
  }
}
