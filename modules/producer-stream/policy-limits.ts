import { Fn, Op, Precondition, Token } from "cdktf";
import { findDuplicates, mustBeUnique } from "../accounts/duplicates";
import { isLiteral, textOf } from "../properties/expressions";

/** https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html */
const MAX_POLICY_BYTES = 20480;
/** A role ARN's prefix, its path of at most 512 and its name of at most 64 characters. */
const MAX_ROLE_ARN_LENGTH = 640;
const TOKEN = /\$\{TfToken\[[^\]]+\]\}/g;

export interface RegisteredConsumer {
  readonly path: string;
  readonly consumerName: string;
}

const policyTooLarge = (bytes: string): string =>
  `the stream's resource policy must be at most ${MAX_POLICY_BYTES} bytes, got ${bytes}; ` +
  "grant whole accounts (arn:aws:iam::<account>:root) instead of single roles";

/** Terraform adds the lengths of the values that the tokens stand for. */
function sizePrecondition(tokens: string[], literalBytes: number): Precondition {
  const size = Op.add(Fn.lengthOf(Fn.join("", tokens)), literalBytes);
  return {
    condition: Op.lte(size, MAX_POLICY_BYTES),
    errorMessage: policyTooLarge(Token.asString(size)),
  };
}

/** Limits of Kinesis for one stream: its registered consumers, and the size of its policy. */
export class PolicyLimits {
  constructor(private readonly registeredConsumerLimit: number) {}

  /** Errors for limits that are exceeded for certain at synth. */
  public errors(document: string, consumers: readonly RegisteredConsumer[]): string[] {
    const { registeredConsumerLimit: limit } = this;
    const bytes = Buffer.byteLength(document.replace(TOKEN, ""));
    const named = consumers.map(({ consumerName, path }) => [consumerName, path] as const);
    const errors = findDuplicates(named).map(mustBeUnique("consumerName", "on a stream"));
    if (bytes > MAX_POLICY_BYTES) {
      errors.push(policyTooLarge(String(bytes)));
    }
    if (isLiteral(limit) && consumers.length > limit) {
      errors.push(this.tooManyConsumers(consumers));
    }
    return errors;
  }

  /** Checks that only Terraform can make: a limit that is a token, and role ARNs in a large policy. */
  public preconditions(document: string, consumers: readonly RegisteredConsumer[]): Precondition[] {
    const { registeredConsumerLimit: limit } = this;
    const tokens = [...document.matchAll(TOKEN)].map(([token]) => token);
    const literalBytes = Buffer.byteLength(document.replace(TOKEN, ""));
    const mayBeTooLarge =
      tokens.length > 0 && literalBytes + tokens.length * MAX_ROLE_ARN_LENGTH > MAX_POLICY_BYTES;
    return [
      ...(isLiteral(limit)
        ? []
        : [
            {
              condition: Op.lte(consumers.length, limit),
              errorMessage: this.tooManyConsumers(consumers),
            },
          ]),
      ...(mayBeTooLarge ? [sizePrecondition(tokens, literalBytes)] : []),
    ];
  }

  private tooManyConsumers(consumers: readonly RegisteredConsumer[]): string {
    const names = consumers.map(({ consumerName }) => consumerName);
    return (
      `'registeredConsumerLimit' must be at least the number of registered consumers, got ${textOf(this.registeredConsumerLimit)} for ${names.length} (${names.join(", ")}); ` +
      "read some of them with ReadMode.SHARED_THROUGHPUT, or set it to 50 where the account has On-demand Advantage"
    );
  }
}
