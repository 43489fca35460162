import { Expression, Precondition, TerraformResourceLifecycle } from "cdktf";
import { IConstruct } from "constructs";
import { describeSecret, describeValue, invalidProps, mustBe, Problem, render } from "./problems";

/**
 * Collects the mistakes in the properties of one construct. A literal is checked at once. A token
 * that the AWS provider does not check becomes a precondition with the same sentence, on the resource
 * of the construct that is created last.
 */
export class PropertyChecks {
  public readonly errors: (Problem | string)[] = [];
  public readonly preconditions: Precondition[] = [];
  private hasWrongTypes = false;

  public addError(problem: Problem | string): void {
    this.errors.push(problem);
  }

  /** The value has the wrong type, so that no other rule can be applied to it. */
  public addWrongType(problem: Problem): void {
    this.hasWrongTypes = true;
    this.addError(problem);
  }

  public addPrecondition(condition: Expression, problem: Problem | string): void {
    this.preconditions.push({ condition, errorMessage: render(problem) });
  }

  /**
   * Adds an error unless a rule holds, or a precondition if only Terraform can decide it.
   *
   * @param rule true or false, or a condition for Terraform
   */
  public checkRule(rule: Expression, problem: Problem | string): void {
    if (typeof rule !== "boolean") {
      this.addPrecondition(rule, problem);
    } else if (!rule) {
      this.addError(problem);
    }
  }

  /** The `lifecycle` block with the preconditions; undefined if there are none. */
  public get lifecycle(): TerraformResourceLifecycle | undefined {
    return this.preconditions.length > 0 ? { precondition: this.preconditions } : undefined;
  }

  /** @param fix completes the sentence with what to do */
  public report(property: string, fix: string): PropertyReport {
    return new PropertyReport(this, property, fix, describeValue);
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

/** Receives the mistakes in one property, or in a part of it. */
export class PropertyReport {
  /** @param property path of the property, for example `vpc.subnetIds[0]` */
  constructor(
    private readonly checks: PropertyChecks,
    public readonly property: string,
    private readonly fix: string,
    public readonly describe: (value: unknown) => string,
  ) {}

  /** The report of a part of the property, which may have another fix. */
  public at(part: string, fix = this.fix): PropertyReport {
    return new PropertyReport(this.checks, this.property + part, fix, this.describe);
  }

  /** The same report, whose sentences show no value. */
  public ofSecret(): PropertyReport {
    return new PropertyReport(this.checks, this.property, this.fix, describeSecret);
  }

  public get isSecret(): boolean {
    return this.describe === describeSecret;
  }

  public add(problem: Omit<Problem, "property" | "fix"> & Partial<Pick<Problem, "fix">>): void {
    this.checks.addError({ fix: this.fix, ...problem, property: this.property });
  }

  /** The value has the right type and breaks the rule. */
  public addError(rule: string, value: unknown): void {
    this.checks.addError(this.mustBe(rule, this.describe(value)));
  }

  public addWrongType(rule: string, value: unknown): void {
    this.checks.addWrongType(this.mustBe(rule, this.describe(value)));
  }

  /** A value that is known only at apply must meet the condition. */
  public addPrecondition(condition: Expression, rule: string, value: string): void {
    this.checks.addPrecondition(
      condition,
      this.mustBe(rule, this.isSecret ? describeSecret(value) : value),
    );
  }

  private mustBe(rule: string, got: string): Problem {
    return mustBe(this.property, rule, got, this.fix);
  }
}
