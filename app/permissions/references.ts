import { partitionOf } from "../../pipeline/arn";
import { Element, SynthesizedStack } from "../stack";

/** The account and Region in which an element is created. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

/** Builds the ARN of a resource from its arguments. */
type ArnOf = (type: string, element: Element) => string;

const REFERENCE = String.raw`(aws_\w+)\.([\w-]+)\.(\w+)`;
const ARN_PART = new RegExp(String.raw`\$\{element\(split\(":", ${REFERENCE}\), (\d)\)\}`, "g");
const ATTRIBUTE = new RegExp(String.raw`\$\{${REFERENCE}\}`, "g");
const EXPRESSION = /\$\{[^}]*\}/g;

/** Replaces Terraform expressions by the values that the arguments of other resources determine. */
export class References {
  private readonly text: string;

  constructor(
    private readonly stack: SynthesizedStack,
    private readonly arnOf: ArnOf,
  ) {
    this.text = JSON.stringify(stack);
  }

  /** @throws if the element's provider names no account */
  public placeOf({ provider, "//": { metadata } }: Element): Place {
    const found = this.stack.provider.aws.find(({ alias }) => `aws.${alias}` === provider);
    const [account] = found?.allowed_account_ids ?? [];
    if (!found || account === undefined) {
      throw new Error(
        `provider ${provider} of ${metadata.path} must name its account, got none; set its 'allowedAccountIds'`,
      );
    }
    return { account, region: found.region, partition: partitionOf(found.region) };
  }

  /** An argument as text. `*` replaces what is known only after the apply, such as the id of a key. */
  public resolve(argument: unknown): string {
    return (typeof argument === "string" ? argument : "*")
      .replace(
        ARN_PART,
        (_all, type: string, name: string, attribute: string, index: string) =>
          this.attribute(type, name, attribute).split(":")[Number(index)] ?? "*",
      )
      .replace(ATTRIBUTE, (_all, type: string, name: string, attribute: string) =>
        this.attribute(type, name, attribute),
      )
      .replace(EXPRESSION, "*");
  }

  /**
   * The ARN of a role by its name. An existing role may have a path, which is found in the policies
   * of the stream, since they contain the role's ARN.
   */
  public roleArn(nameArgument: unknown, place: Place): string {
    const name = this.resolve(nameArgument);
    const role = this.roleNamed(name, place);
    const prefix = `arn:${place.partition}:iam::${place.account}:role/`;
    const arn = new RegExp(String.raw`${prefix}([\w+=,.@/-]+/)?${escape(name)}(?=[\\"])`);
    return role
      ? this.arnOf("aws_iam_role", role)
      : (arn.exec(this.text)?.[0] ?? `${prefix}${name}`);
  }

  /** A role that the stack creates, by its name. */
  public roleNamed(name: string, { account }: Place): Element | undefined {
    return Object.values(this.stack.resource.aws_iam_role ?? {}).find(
      (role) => this.resolve(role.name) === name && this.placeOf(role).account === account,
    );
  }

  private attribute(type: string, name: string, attribute: string): string {
    const element = this.stack.resource[type]?.[name];
    if (!element) {
      return "*";
    }
    return attribute === "arn" ? this.arnOf(type, element) : this.resolve(element[attribute]);
  }
}

const escape = (text: string): string => text.replace(/[.*+?]/g, String.raw`\$&`);
