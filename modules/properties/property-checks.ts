import { Expression, Precondition, TerraformResourceLifecycle } from "cdktf";
import { IConstruct } from "constructs";
import { describeValue, invalidProps, mustBe, unknownProperty } from "./sentences";

/** Receives the mistakes in one property, or in a part of it. */
export interface Report {
  /** Path of the property, for example `vpc.subnetIds[0]`. */
  readonly property: string;
  /** The report of a part of the property, which may have another fix and resource. */
  at(part: string, fix?: string, resource?: string): Report;
  /** The value has the right type and breaks the rule. */
  addError(rule: string, value: unknown): void;
  /** The value has the wrong type, so that no other rule can be applied to it. */
  addWrongType(rule: string, value: unknown): void;
  /** The name of an entry in a map breaks the rule for names. */
  addNameError(rule: string, name: string): void;
  /** There is no property of this name. */
  addUnknown(known: readonly string[]): void;
  /** Reports a mistake with a specific sentence. */
  addSentence(sentence: string): void;
  /** A value that is known only at apply must meet the condition. */
  addPrecondition(condition: Expression, rule: string, value: string): void;
}

/**
 * Collects the mistakes in the properties of one construct. A literal is checked at once; a token
 * becomes a precondition with the same sentence, on the resource that uses the value.
 */
export class PropertyChecks {
  public readonly errors: string[] = [];
  private hasWrongTypes = false;
  private readonly preconditions: { readonly resource: string; readonly check: Precondition }[] =
    [];

  public addError(sentence: string): void {
    this.errors.push(sentence);
  }

  /** @param resource which of the construct's resources gets the precondition */
  public addPrecondition(resource: string, condition: Expression, errorMessage: string): void {
    this.preconditions.push({ resource, check: { condition, errorMessage } });
  }

  /**
   * Adds an error unless a rule holds, or a precondition if only Terraform can decide it.
   *
   * @param rule true or false, or a condition for Terraform
   */
  public checkRule(resource: string, rule: Expression, sentence: string): void {
    if (typeof rule !== "boolean") {
      this.addPrecondition(resource, rule, sentence);
    } else if (!rule) {
      this.addError(sentence);
    }
  }

  public preconditionsOf(...resources: readonly string[]): Precondition[] {
    return resources.flatMap((resource) =>
      this.preconditions.filter((one) => one.resource === resource).map(({ check }) => check),
    );
  }

  /** The `lifecycle` block of a resource; undefined if it has no preconditions. */
  public lifecycleOf(resource: string): TerraformResourceLifecycle | undefined {
    const precondition = this.preconditionsOf(resource);
    return precondition.length > 0 ? { precondition } : undefined;
  }

  /**
   * @param fix completes the sentence with what to do
   * @param resource which of the construct's resources gets the preconditions of tokens
   */
  public report(property: string, fix: string, resource: string): Report {
    const addError = (rule: string, value: unknown): void =>
      this.addError(mustBe(property, rule, describeValue(value), fix));
    return {
      property,
      at: (part, partFix = fix, partResource = resource) =>
        this.report(property + part, partFix, partResource),
      addError,
      addWrongType: (rule, value) => {
        this.hasWrongTypes = true;
        addError(rule, value);
      },
      addNameError: (rule, name) =>
        this.addError(mustBe(property, `named with ${rule}`, describeValue(name), fix)),
      addUnknown: (known) => this.addError(unknownProperty(property, known)),
      addSentence: (sentence) => this.addError(sentence),
      addPrecondition: (condition, rule, value) =>
        this.addPrecondition(resource, condition, mustBe(property, rule, value, fix)),
    };
  }

  /** Throws if a value has a wrong type, since rules that span properties rely on the types. */
  public throwIfWrongType(scope: IConstruct): void {
    if (this.hasWrongTypes) {
      this.throwIfAny(scope);
    }
  }

  /** @throws one error with every mistake */
  public throwIfAny(scope: IConstruct): void {
    if (this.errors.length > 0) {
      throw invalidProps(scope.node.path, this.errors);
    }
  }
}
