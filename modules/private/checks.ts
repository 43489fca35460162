import {
  DefaultTokenResolver,
  Precondition,
  StringConcat,
  TerraformResourceLifecycle,
  Token,
  Tokenization,
} from "cdktf";
import { Construct } from "constructs";
import { invalidProps, mustBe, mustBeGiven } from "./errors";
import { Rule } from "./rules";

/**
 * Collects what is wrong with one construct's properties. Literals are judged at once; a token
 * becomes a precondition with the same sentence, for the resource that uses the value.
 */
export class Checks {
  public readonly problems: string[] = [];
  public readonly preconditions: Precondition[] = [];

  /** Nothing to check in a property that was left out. */
  public check<T extends string | number>(
    property: string,
    value: T | undefined,
    rule: Rule<T>,
    fix: string,
  ): void {
    if (value === undefined) {
      return;
    }
    if (Token.isUnresolved(value)) {
      this.preconditions.push({
        condition: rule.condition(value),
        errorMessage: mustBe(property, rule.text, Token.asString(value), fix),
      });
    } else if (!rule.holds(value)) {
      this.problems.push(mustBeGiven(property, rule.text, value, fix));
    }
  }

  /** For the resource that uses the checked values. */
  public get lifecycle(): TerraformResourceLifecycle | undefined {
    return this.preconditions.length > 0 ? { precondition: this.preconditions } : undefined;
  }

  public refuse(problem: string): void {
    this.problems.push(problem);
  }

  public throwIfAny(scope: Construct, ...others: readonly Checks[]): void {
    const problems = [this, ...others].flatMap((checks) => checks.problems);
    if (problems.length > 0) {
      throw invalidProps(scope.node.path, problems);
    }
  }
}

/** Whether a value is given and readable now: the only kind that a cross-property rule can judge. */
export const isLiteral = <T>(value: T | undefined): value is T =>
  value !== undefined && !Token.isUnresolved(value);

/** For a sentence; `String` would write a number token as the huge number that stands for it. */
export const textOf = (value: number): string =>
  Token.isUnresolved(value) ? Token.asString(value) : String(value);

/** What Terraform will read: the same for any two tokens of one attribute. */
export const expressionOf = (scope: Construct, value: string): unknown =>
  Tokenization.resolve(value, {
    scope,
    preparing: false,
    resolver: new DefaultTokenResolver(new StringConcat()),
  });

/** Each name that more than one construct has, with the paths of all that have it. */
export const duplicates = (
  named: readonly (readonly [name: string, path: string])[],
): (readonly [name: string, paths: readonly string[]])[] =>
  [...new Set(named.map(([name]) => name))]
    .map(
      (name) => [name, named.filter(([other]) => other === name).map(([, path]) => path)] as const,
    )
    .filter(([, paths]) => paths.length > 1);
