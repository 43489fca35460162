/** Exit codes of every command. */
export const EXIT = { good: 0, finding: 1, misuse: 2, couldNotLook: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error whose sentence is all that the user needs to read. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** The command line is wrong. */
export const misuse = (message: string): CliError => new CliError(message, EXIT.misuse);

/** What the command is about could not be looked at. */
export const couldNotLook = (message: string): CliError => new CliError(message, EXIT.couldNotLook);

const NOT_FOUND =
  /^(ResourceNotFound(Exception)?|NotFound(Exception)?|NoSuchEntity(Exception)?|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|NoSuchBucket|404)$/;
const EXPIRED = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/;
const REJECTED =
  /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/;
const DENIED =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|403)$/;
const THROTTLED =
  /Throttl|^(TooManyRequestsException|LimitExceededException|RequestLimitExceeded|SlowDown|ProvisionedThroughputExceededException)$/;
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|ECONNRESET|ETIMEDOUT|EAI_AGAIN|TimeoutError)$/;

interface AwsError {
  /** The call that failed, as IAM names it. */
  readonly call?: string;
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
}

const nameOf = (error: unknown): string => {
  const { name = "", code = "" } = error as AwsError;
  return name === "Error" || name === "" ? code : name;
};

/** Makes an error say which call failed. */
export const withCall = (error: unknown, call: string): unknown =>
  error instanceof Error ? Object.assign(error, { call }) : error;

/** The call that failed, as IAM names it; undefined for an error of another origin. */
export const failedCall = (error: unknown): string | undefined => (error as AwsError).call;

/** Whether AWS says that the resource of a call does not exist. */
export const isNotFound = (error: unknown): boolean => NOT_FOUND.test(nameOf(error));

/** Whether AWS says that the caller may not make a call. */
export const isDenied = (error: unknown): boolean => DENIED.test(nameOf(error));

/**
 * Why a call failed, and what to do about it.
 *
 * @param intended what was being done, as IAM names it, unless the error says which call failed
 * @param credentials whose credentials made it, such as `profile analytics`
 */
export function describeAwsError(error: unknown, intended: string, credentials: string): string {
  const call = failedCall(error) ?? intended;
  const name = nameOf(error);
  const message = ((error as AwsError).message ?? String(error)).replace(/\.$/, "");
  if (EXPIRED.test(name) || /token (is|has) expired|session has expired/i.test(message)) {
    return `the credentials of ${credentials} have expired; sign in again, for example with 'aws sso login'`;
  }
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return `there are no usable credentials in ${credentials}: ${message}; name a profile that has some with --profile`;
  }
  if (REJECTED.test(name)) {
    return `AWS does not accept the credentials of ${credentials} (${name}); sign in again or correct the keys`;
  }
  if (DENIED.test(name)) {
    return `${credentials} may not call ${call}; --permissions prints the policy that it needs (AWS: ${message})`;
  }
  if (THROTTLED.test(name)) {
    return `AWS still throttled ${call} after the SDK's retries; wait a minute and run the command again (AWS: ${message})`;
  }
  if (UNREACHABLE.test(name)) {
    return `${call} could not reach AWS (${message || name}); check the network, the Region and --endpoint-url`;
  }
  return `${call} failed with ${name || "an error"}: ${message}`;
}
