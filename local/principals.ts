import { GetRoleCommand, GetUserCommand } from "@aws-sdk/client-iam";
import type { Accounts, Memory } from "./accounts";
import { AwsError, parseArn } from "./requests";

export interface Statement {
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  NotPrincipal?: unknown;
  Action?: string | string[];
  NotAction?: unknown;
  Resource?: string | string[];
  Condition?: unknown;
}

/** The unique ids (AROA...) of the roles and users that a policy named when it was put. */
export type Bindings = Map<string, string>;

export function statementsOf(policy: string): Statement[] {
  const { Statement: statements } = JSON.parse(policy) as {
    Statement?: Statement | Statement[];
  };
  return listOf(statements);
}

export function listOf<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** The values of `Principal.AWS`. */
export function awsPrincipals(statement: Statement): string[] {
  const { Principal: principal } = statement;
  return typeof principal === "object"
    ? listOf(principal.AWS)
    : listOf(principal);
}

/** Knows which principals there are, and since when AWS would know them too. */
export class Principals {
  private readonly created = new Map<string, number>();

  constructor(
    private readonly accounts: Accounts,
    private readonly memory: Memory,
    private readonly propagationSeconds: number,
  ) {}

  roleCreated(roleArn: string): void {
    this.created.set(roleArn, Date.now());
  }

  hasPropagated(arn: string): boolean {
    const age = Date.now() - (this.created.get(arn) ?? 0);
    return age >= this.propagationSeconds * 1000;
  }

  /** The unique id of a role or user that there is now. */
  uniqueId(arn: string): Promise<string | undefined> {
    const { account, resource } = parseArn(arn);
    const [type, ...path] = resource.split("/");
    const name = path.at(-1) ?? "";
    return this.memory.remember(`id of ${arn}`, async () => {
      const iam = this.accounts.iam(account, "us-east-1");
      try {
        const found =
          type === "role"
            ? (await iam.send(new GetRoleCommand({ RoleName: name }))).Role
            : (await iam.send(new GetUserCommand({ UserName: name }))).User;
        if (found?.Arn !== arn) return undefined;
        return "RoleId" in found
          ? found.RoleId
          : (found as { UserId?: string }).UserId;
      } catch (error) {
        if ((error as Error).name.startsWith("NoSuchEntity")) return undefined;
        throw error;
      }
    });
  }

  /** Checks each AWS principal of a policy as AWS does on a put; `refuse` makes the service's error. */
  async bind(
    policy: string,
    refuse: (principal: string) => AwsError,
  ): Promise<Bindings> {
    const bindings: Bindings = new Map();
    for (const principal of statementsOf(policy).flatMap(awsPrincipals)) {
      if (principal === "*" || isAccount(principal)) continue;
      if (!/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/\S+$/.test(principal))
        throw refuse(principal);
      const id = await this.uniqueId(principal);
      if (!id || !this.hasPropagated(principal)) throw refuse(principal);
      bindings.set(principal, id);
    }
    return bindings;
  }

  /**
   * The policy as AWS shows it later: a principal that was deleted since, even if one of the same
   * name was made after it, stands there by its old unique id, which grants nothing.
   */
  async unbind(
    policy: string,
    bindings: Bindings | undefined,
  ): Promise<string> {
    for (const [arn, id] of bindings ?? []) {
      if ((await this.uniqueId(arn)) !== id)
        policy = policy.replaceAll(JSON.stringify(arn), JSON.stringify(id));
    }
    return policy;
  }
}

function isAccount(principal: string): boolean {
  return /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:root)$/.test(principal);
}
