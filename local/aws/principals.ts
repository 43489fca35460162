import type { RoleDetail, UserDetail } from "@aws-sdk/client-iam";
import type { Accounts, Memory } from "./accounts";
import { parseArn, type AwsError, type Handlers } from "./requests";

type Principal = RoleDetail & UserDetail;

interface Statement {
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  NotPrincipal?: unknown;
  Action?: string | string[];
  NotAction?: unknown;
  Resource?: string | string[];
}

export const listOf = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : ([value].flat() as T[]);

export const statementsOf = (policy: string): Statement[] =>
  listOf((JSON.parse(policy) as { Statement?: Statement[] }).Statement);

/** The values of `Principal.AWS`. */
export const awsPrincipals = ({ Principal: principal }: Statement): string[] =>
  listOf(typeof principal === "object" ? principal.AWS : principal);

const isAccount = (principal: string): boolean =>
  /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:root)$/.test(principal);

/** Knows roles and users, since when AWS would know them too, and which of them a policy once meant. */
export class Principals {
  private readonly created = new Map<string, number>();
  /** By what a policy is on: the unique ids (AROA...) of whom it named when it was put. */
  private readonly meant = new Map<string, ReadonlyMap<string, string>>();

  constructor(
    private readonly accounts: Accounts,
    private readonly memory: Memory,
    private readonly propagationSeconds: number,
  ) {}

  readonly handlers: Handlers = {
    "iam.CreateRole": async (call) => {
      const reply = await call.forward();
      const arn = /<Arn>([^<]+)<\/Arn>/.exec(reply.body.toString())?.[1];
      if (arn) this.created.set(arn, Date.now());
      return reply;
    },
  };

  /** The role of a session. */
  async roleOf(sessionArn: string): Promise<RoleDetail | undefined> {
    const name = /:assumed-role\/([^/]+)/.exec(sessionArn)?.[1] ?? "";
    return (await this.all(sessionArn)).find((one) => one.RoleName === name);
  }

  /** A role or user, once other services know it. */
  async propagated(arn: string): Promise<Principal | undefined> {
    const found = (await this.all(arn)).find((one) => one.Arn === arn);
    const age = Date.now() - (this.created.get(arn) ?? 0);
    return age >= this.propagationSeconds * 1000 ? found : undefined;
  }

  /** Whom a policy means; throws what `refuse` makes of the first one that AWS would not know. */
  async resolve(
    policy: string,
    refuse: (principal: string) => AwsError,
  ): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for (const arn of statementsOf(policy).flatMap(awsPrincipals)) {
      if (arn === "*" || isAccount(arn)) continue;
      const found = arn.includes(":iam:") ? await this.propagated(arn) : undefined;
      if (!found) throw refuse(arn);
      ids.set(arn, found.RoleId ?? found.UserId ?? "");
    }
    return ids;
  }

  /** Keeps whom the policy on `arn` means, for asShown(). */
  remember(arn: string, ids: ReadonlyMap<string, string>): void {
    this.meant.set(arn, ids);
  }

  /**
   * The policy on `arn` as AWS shows it later: a principal that was deleted since, even if one of
   * the same name was made after it, stands there by its old unique id, which grants nothing.
   */
  async asShown(arn: string, policy: string): Promise<string> {
    for (const [principal, id] of this.meant.get(arn) ?? []) {
      const all = await this.all(principal);
      if (!all.some((one) => one.RoleId === id || one.UserId === id))
        policy = policy.replaceAll(`"${principal}"`, `"${id}"`);
    }
    return policy;
  }

  private all(arn: string): Promise<Principal[]> {
    const { account } = parseArn(arn);
    return this.memory.remember(`principals of ${account}`, async () => {
      const { iam } = this.accounts.owning(`arn:aws:iam::${account}:root`);
      const { RoleDetailList: roles = [], UserDetailList: users = [] } =
        await iam.getAccountAuthorizationDetails({ Filter: ["Role", "User"] });
      return [...roles, ...users];
    });
  }
}
