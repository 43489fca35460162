/**
 * Every sentence a user can be refused with. One pattern: which property, which rule, what was
 * given, what to do; lower case, no final period.
 */

const quote = (value: unknown): string => JSON.stringify(value);

export const mustBe = (property: string, rule: string, got: string, fix: string): string =>
  `'${property}' must be ${rule}, got ${got}; ${fix}`;

export const mustBeGiven = (property: string, rule: string, value: unknown, fix: string): string =>
  mustBe(property, rule, quote(value), fix);

export const mutuallyExclusive = (
  first: string,
  second: string,
  got: string,
  fix: string,
): string => `'${first}' and '${second}' are mutually exclusive, got ${got}; ${fix}`;

export const requires = (property: string, required: string, got: string, fix: string): string =>
  `'${property}' requires '${required}', got ${got}; ${fix}`;

export const awsManagedKey = (property: string, value: string): string =>
  `'${property}' must be the ARN of a customer managed key, got ${quote(value)}; ` +
  `the policy of an AWS managed key cannot be changed, so no other account could ever decrypt the stream: ` +
  `omit '${property}' to have a key made, or give the ARN of a customer managed key`;

export const keyAlias = (property: string, value: string): string =>
  `'${property}' must be a key ARN, got the alias ${quote(value)}; ` +
  `an alias means nothing in another account's policies: give the ARN of the key behind it (aws kms describe-key --key-id ${value})`;

export const wildcardPrincipal = (value: string): string =>
  `'principalArn' must name one principal, got ${quote(value)}; ` +
  `a Kinesis resource policy takes no wildcard: grant each role, user or account by its ARN`;

export const servicePrincipal = (value: string): string =>
  `'principalArn' must be an AWS account, role or user, got the service principal ${quote(value)}; ` +
  `Kinesis takes no service principals: grant the role that the service assumes`;

export const federatedPrincipal = (value: string): string =>
  `'principalArn' must be an AWS account, role or user, got the federated principal ${quote(value)}; ` +
  `Kinesis takes no federated principals: grant the role that the identity assumes`;

export const policyTooLarge = (bytes: string): string =>
  `the stream's resource policy must be at most 20480 bytes, got ${bytes}; ` +
  `grant whole accounts (arn:aws:iam::<account>:root) instead of single roles`;

export const twoResourcePolicies = (paths: readonly string[]): string =>
  `'provider' must be given to one construct of a stream, got it at ${paths.join(" and ")}; ` +
  `a stream has one resource policy, which the last of them would silently replace: pass one stream to all consumers`;

export const tooManyConsumers = (limit: string, names: readonly string[]): string =>
  `'registeredConsumerLimit' must be at least the number of registered consumers, got ${limit} for ${names.length} (${names.join(", ")}); ` +
  `read some of them with ReadMode.SHARED_THROUGHPUT, or set it to 50 where the account has On-demand Advantage`;

const duplicate =
  (property: string, where: string) =>
  (name: string, paths: readonly string[]): string =>
    `'${property}' must be unique ${where}, got ${quote(name)} at ${paths.join(" and ")}; rename all but one`;

export const duplicateStream = duplicate("streamName", "in an account and Region");

export const duplicateKeyAlias = (name: string, paths: readonly string[]): string =>
  `the alias of a stream's key must be unique in an account and Region, got ${quote(name)} at ${paths.join(" and ")}; ` +
  `an alias takes no dots, so it has hyphens where the stream's name has dots: rename all but one stream, or give all but one a 'kmsKeyArn'`;

export const duplicateConsumer = duplicate("consumerName", "on a stream");
export const duplicateFunction = duplicate("functionName", "in an account and Region");
export const duplicateRole = duplicate("roleName", "in an account");

export const duplicatePolicy = duplicate(
  "consumerName",
  "among the consumers of one 'existingFunction', whose role gets a policy of that name",
);

export const sharedQueue = (functionName: string, paths: readonly string[]): string =>
  `'onFailure' must be another queue for each consumer of one 'existingFunction', got OnFailure.queue() for ${quote(functionName)} at ${paths.join(" and ")}; ` +
  `the queue is named after the function: pass all but one OnFailure.sqs(first.onFailureQueue.arn), or queues of their own`;

export const sameAlias = (alias: string): string =>
  `'provider' must have another alias than the stream's provider, got ${alias} for both; ` +
  `give each AwsProvider of a stack an alias of its own, or pass the stream's provider if both are in one account`;

export const otherStack = (property: string, stack: string, got: string): string =>
  `'${property}' must be in stack ${stack} like the construct it is passed to, got one of stack ${got}; ` +
  (property === "stream"
    ? `create both in one stack, or use ProducerStream.fromAttributes with the stream's ARN`
    : `create an AwsProvider for that account in stack ${stack}`);

export const otherRegion = (consumer: string, stream: string): string =>
  `'provider' must be in the stream's Region ${stream}, got ${consumer}; ` +
  `Lambda reads a stream of its own Region only: use a provider of that Region`;

export const keyOfOtherRegion = (property: string, region: string, key: string): string =>
  `'${property}' must be in the stream's Region ${region}, got ${key}; ` +
  `Kinesis encrypts with keys of the stream's own Region: give the ARN of a key, or of a multi-Region key's replica, in that Region`;

export const otherPartition = (property: string, partition: string, arn: string): string =>
  `'${property}' must be in the stream's partition ${partition}, got ${arn}; ` +
  `accounts of different AWS partitions cannot share a stream: correct the ARN`;

export const otherAccount = (property: string, owned: string, owner: string, got: string): string =>
  `'${property}' must be in account ${owner}, which owns the ${owned}, got ${got}; use the credentials or the ARN of that account`;

export const fifoDestination = (arn: string): string =>
  `'onFailure' must be a standard queue or topic, got ${quote(arn)}; ` +
  `Lambda delivers no failures of a stream to FIFO destinations: give a standard one, or omit it to have a queue made`;

export const noProviderInStack = (): string =>
  `'kmsKeyArn' requires 'provider', or any AwsProvider in the stack, got neither; make the stack's AwsProvider before you grant`;

export const codeOrFunction = (got: "both" | "neither"): string =>
  `exactly one of 'code' and 'existingFunction' must be given, got ${got}; ` +
  `give 'code' to have a function made, or 'existingFunction' to use one that is there`;

export const retiredRuntime = (value: string): string =>
  `'runtime' must be a runtime that Lambda still creates functions with, got ${quote(value)}; ` +
  `omit it for nodejs22.x, or see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html`;

export const invalidFilter = (index: number, rule: string, got: string): string =>
  `'filterPatterns[${index}]' must be ${rule}, got ${got}; see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html`;

/** One error for all mistakes of one construct, so that they can be mended in one go. */
export const invalidProps = (path: string, problems: readonly string[]): Error =>
  new Error(
    `${problems.length} invalid ${problems.length === 1 ? "property" : "properties"} (at ${path}):\n` +
      problems.map((problem) => `  - ${problem}`).join("\n"),
  );
