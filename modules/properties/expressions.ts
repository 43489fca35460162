import { DefaultTokenResolver, Fn, StringConcat, Token, Tokenization } from "cdktf";
import { IConstruct } from "constructs";

/** True for a value that is given and known at synth; false for a token. */
export const isLiteral = <T>(value: T | undefined): value is T =>
  value !== undefined && !Token.isUnresolved(value);

/** The text of a number in a sentence. `String` would write a token as a huge number. */
export const textOf = (value: number): string =>
  Token.isUnresolved(value) ? Token.asString(value) : String(value);

const TOKEN = /(\$\{TfToken\[[^\]]+\]\})/;

/** A value for nested functions, where cdktf prints a warning about text that is composed with tokens. */
export function asArgument(value: string): string {
  const parts = value.split(TOKEN).filter((one) => one !== "");
  return parts.length > 1 ? Fn.join("", parts) : value;
}

/** The expression that Terraform reads. Two tokens of one attribute differ as text, but not as expressions. */
export const expressionOf = (scope: IConstruct, value: string): unknown =>
  Tokenization.resolve(value, {
    scope,
    preparing: false,
    resolver: new DefaultTokenResolver(new StringConcat()),
  });
