import { Element } from "../stack";
import { Place, References } from "./references";

/** Operator, condition key and values, as IAM writes them. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Resources on which actions are allowed. `sid` is the id of the policy statement. */
export interface Target {
  readonly sid: string;
  readonly arns: readonly string[];
  readonly condition?: Condition;
}

/** An element and where it is created, for the functions of the table. */
export class Context {
  constructor(
    public readonly element: Element,
    public readonly place: Place,
    public readonly references: References,
  ) {}

  /** An argument as text, with references resolved. */
  public text(argument: string): string {
    return this.references.resolve(this.element[argument]);
  }

  public has(argument: string): boolean {
    return this.element[argument] !== undefined;
  }

  /** The ARN of a resource in the element's account and Region. */
  public arn(service: string, resource: string): string {
    const { partition, region, account } = this.place;
    return `arn:${partition}:${service}:${region}:${account}:${resource}`;
  }

  /**
   * The ARNs of a resource whose name Terraform completes. One that a former version created has the
   * prefix as its name, without the last hyphen.
   */
  public prefixedArns(service: string): string[] {
    if (!this.has("name_prefix")) {
      return [this.arn(service, this.text("name"))];
    }
    const prefix = this.text("name_prefix");
    const former = prefix.endsWith("-") ? [prefix.slice(0, -1)] : [];
    return [`${prefix}*`, ...former].map((name) => this.arn(service, name));
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

  public roleArn(): string {
    return this.references.roleArn(this.element.role, this.place);
  }

  /** The condition that a role has its permissions boundary, if it is given one. */
  public boundaryCondition(role: Element | undefined): Condition | undefined {
    return role?.permissions_boundary === undefined
      ? undefined
      : {
          StringEquals: {
            "iam:PermissionsBoundary": [this.references.resolve(role.permissions_boundary)],
          },
        };
  }
}
