import { partitionOf } from "../../pipeline/arn";
import type { PlacedResource, Resources } from "../../pipeline/terraform/resources";

/** Operator, condition key and values, as IAM writes them. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Resources on which actions are allowed. `sid` is the id of the policy statement. */
export interface Target {
  readonly sid: string;
  readonly arns: readonly string[];
  readonly condition?: Condition;
}

/** A resource of a configuration and those around it, for the functions of the table. */
export class Context {
  private readonly partition: string;

  constructor(
    public readonly resource: PlacedResource,
    private readonly resources: Resources,
  ) {
    this.partition = partitionOf(resource.region);
  }

  /** An argument as text. `*` replaces what is known only after the apply, such as the id of a key. */
  public text(argument: string): string {
    return starred(this.resource.values[argument]);
  }

  public texts(argument: string): string[] {
    return ((this.resource.values[argument] as unknown[] | undefined) ?? []).map(starred);
  }

  public has(argument: string): boolean {
    return this.resource.values[argument] !== undefined;
  }

  /** The ARN of the resource. */
  public ownArn(): string {
    return this.text("arn");
  }

  /** The ARN of a resource in this one's account and Region. */
  public arn(service: string, resource: string): string {
    const { region, account } = this.resource;
    return this.globalArn(service, `${region}:${account}:${resource}`);
  }

  /** An ARN in the resource's partition. */
  public globalArn(service: string, rest: string): string {
    return `arn:${this.partition}:${service}:${rest}`;
  }

  /**
   * The ARNs of a resource whose name Terraform completes. One that a former version created has the
   * prefix as its name, without the last hyphen.
   */
  public prefixedArns(service: string): string[] {
    const prefix = this.has("name_prefix") ? this.text("name_prefix") : "";
    const former = prefix.endsWith("-") ? [this.arn(service, prefix.slice(0, -1))] : [];
    return [this.ownArn(), ...former];
  }

  /** A key by its id or ARN. The id of a key that the stack creates is known only after the apply. */
  public keyArn(argument: string): string {
    const key = this.text(argument);
    return key.startsWith("arn:") ? key : this.arn("kms", `key/${key}`);
  }

  /** The ARN of a function by its name or ARN. */
  public functionArn(): string {
    const name = this.text("function_name");
    return name.startsWith("arn:") ? name : this.arn("lambda", `function:${name}`);
  }

  /** The role that `role` names, if the configuration creates it. */
  public role(): PlacedResource | undefined {
    return this.resources.referredTo(this.resource.values.role, this.resource);
  }

  /**
   * The ARN of the role that `role` names. An existing role may have a path, which is found in the
   * policies of the stream, since they contain the role's ARN.
   */
  public roleArn(): string {
    const own = this.role();
    if (own) {
      return starred(own.values.arn);
    }
    const name = this.text("role");
    const prefix = this.globalArn("iam", `:${this.resource.account}:role/`);
    const arn = new RegExp(String.raw`${prefix}([\w+=,.@/-]+/)?${escape(name)}(?=[\\"])`);
    return arn.exec(JSON.stringify(this.resources.all))?.[0] ?? `${prefix}${name}`;
  }

  /** The condition that a role has its permissions boundary, if it is given one. */
  public boundaryCondition(role: PlacedResource | undefined): Condition | undefined {
    const boundary = role?.values.permissions_boundary;
    return boundary === undefined
      ? undefined
      : { StringEquals: { "iam:PermissionsBoundary": [starred(boundary)] } };
  }
}

const starred = (value: unknown): string =>
  typeof value === "string" ? value.replace(/\$\{[^}]*\}/g, "*") : "*";

const escape = (text: string): string => text.replace(/[.*+?]/g, String.raw`\$&`);
