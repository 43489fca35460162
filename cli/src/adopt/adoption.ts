export type Json = Readonly<Record<string, unknown>>;

export interface AccountSettings {
  readonly accountId: string;
  readonly profile?: string;
}

export type ConsumerSettings = Json & {
  readonly account: AccountSettings;
  readonly consumerName: string;
};

/** The settings of one deployment. */
export interface DeploymentSettings {
  readonly name: string;
  readonly region: string;
  readonly producer: AccountSettings;
  readonly stream: Json;
  readonly writers?: readonly string[];
  readonly streamPolicyStatements?: readonly Json[];
  readonly consumers: readonly ConsumerSettings[];
  readonly imports: Readonly<Record<string, string>>;
}

/** A resource, by its path in the stack that the settings describe. */
interface Adopted {
  readonly path: string;
  readonly says: string;
}

/** A setting that keeps what is there, although the library would do it otherwise. */
export interface Kept {
  readonly setting: string;
  readonly value: unknown;
  readonly advice: string;
}

/** Why something cannot be adopted. */
export interface Refused {
  readonly what: string;
  readonly why: string;
  /** Whether it could not be read, so that nobody can tell. */
  readonly isUnknown?: true;
}

/** What the first plan does, collected while the settings of one stream are written. */
export class Adoption {
  /** Ids for `terraform import`, by the path of the resource in the stack. */
  public readonly imports: Record<string, string> = {};
  public readonly added: Adopted[] = [];
  public readonly changed: Adopted[] = [];
  public readonly kept: Kept[] = [];
  /** What stays with whoever made it. */
  public readonly untouched: string[] = [];
  public readonly refused: Refused[] = [];
  /** CloudFormation stacks that manage what is imported, each with its resources. */
  public readonly stacks = new Map<string, string[]>();

  public import(path: string, id: string, tags: Readonly<Record<string, string>> = {}): void {
    this.imports[path] = id;
    const stack = tags["aws:cloudformation:stack-name"];
    if (stack !== undefined) {
      this.stacks.set(stack, [...(this.stacks.get(stack) ?? []), path]);
    }
  }

  /** Everything that another adoption found, as if it had been found here. */
  public include(other: Adoption): void {
    Object.assign(this.imports, other.imports);
    this.added.push(...other.added);
    this.changed.push(...other.changed);
    this.kept.push(...other.kept);
    this.untouched.push(...other.untouched.filter((one) => !this.untouched.includes(one)));
    other.stacks.forEach((paths, stack) =>
      this.stacks.set(stack, [...(this.stacks.get(stack) ?? []), ...paths]),
    );
  }
}

/** Tags that Terraform can set; those of AWS itself stay without it. */
export function ownTags(
  tags: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  const own = Object.entries(tags ?? {}).filter(([key]) => !key.startsWith("aws:"));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}
