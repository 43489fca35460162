/** Exit codes of every command. */
export const EXIT = { good: 0, finding: 1, failed: 1, misuse: 2, lookupFailed: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error whose message is all that the user needs, without a stack trace. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** The command line or the settings are wrong. */
export const misuse = (message: string): CliError => new CliError(message, EXIT.misuse);

/** A file that an option names cannot be written. */
export const cannotWrite = (option: string, file: string, error: unknown): CliError =>
  misuse(
    `'${option}' must be a file that can be written, got ${file} (${(error as Error).message}); name another one`,
  );

/** What an error means to whoever started the command. */
export const exitCodeOf = (error: unknown): number =>
  (error as Partial<CliError>).exitCode ?? EXIT.failed;

/** Error for AWS resources that could not be read (exit code 3). */
export const lookupFailed = (message: string): CliError => new CliError(message, EXIT.lookupFailed);

const NOT_FOUND =
  /^(ResourceNotFound(Exception)?|NotFound(Exception)?|NoSuchEntity(Exception)?|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|NoSuchBucket|404)$/;
const EXPIRED = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/;
const REJECTED =
  /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/;
const DENIED =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|403)$/;
const THROTTLED =
  /Throttl|^(TooManyRequestsException|LimitExceededException|RequestLimitExceeded|SlowDown|ProvisionedThroughputExceededException)$/;
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|ECONNRESET|ETIMEDOUT|EAI_AGAIN)$/;

/** No connection was established, so nothing was sent. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError)$/;

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

/** Adds the IAM action of the failed call to an SDK error. */
export const withCall = (error: unknown, call: string): unknown =>
  error instanceof Error ? Object.assign(error, { call }) : error;

/** The call that failed, as IAM names it; undefined for an error of another origin. */
export const failedCall = (error: unknown): string | undefined => (error as AwsError).call;

/** The SDK's message for a response that it cannot parse. */
const DESERIALIZATION = "Deserialization error: to see the raw response";

/** The HTTP response, which the SDK attaches to such an error. */
const answerOf = (error: unknown): { readonly statusCode?: number } | undefined =>
  (error as { $response?: { readonly statusCode?: number } }).$response;

/** HTTP status of AWS's answer; undefined without an answer. */
const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/**
 * Whether AWS refused this particular request, so that the same call for another resource may succeed.
 * False for expired credentials and throttling, which affect every call.
 */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  const isOfAllCalls = [EXPIRED, REJECTED, THROTTLED].some((kind) => kind.test(nameOf(error)));
  return status >= 400 && status < 500 && !isOfAllCalls;
}

/** Whether AWS denied the caller access. */
export const isDenial = (error: unknown): boolean => DENIED.test(nameOf(error));

/** Whether AWS throttled a call, which may succeed later. */
export const isThrottled = (error: unknown): boolean =>
  statusOf(error) === 429 || THROTTLED.test(nameOf(error));

/** Whether AWS refused a call because of its size. */
export const isTooLarge = (error: unknown): boolean => statusOf(error) === 413;

/** Whether a call failed temporarily: AWS throttled it, or no connection was established. */
export const isHeldOff = (error: unknown): boolean => {
  const status = statusOf(error);
  const { code = "" } = error as AwsError;
  return status === 429 || (status === undefined && NEVER_SENT.test(code));
};

/**
 * Whether a call that failed certainly did nothing: AWS has refused it, or it was never sent. A
 * 5xx or a broken connection may come after the work is done.
 */
export function isCertainlyUnprocessed(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  // A proxy that answers 408 may have forwarded the call.
  const isRefused = status >= 400 && status < 500 && status !== 408;
  return isRefused || isHeldOff(error) || NO_CREDENTIALS.test(nameOf(error));
}

/** Whether AWS says that the resource of a call does not exist. */
export const isNotFound = (error: unknown): boolean => NOT_FOUND.test(nameOf(error));

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
  const option =
    / ?profile [^)]*/.exec(credentials)?.[0].replace(/ ?profile /, " --profile ") ?? "";
  if (NO_CREDENTIALS.test(name) && /\bSSO\b/.test(message)) {
    return `there is no valid SSO session for ${credentials} (${message}); run 'aws sso login${option}' and then this again`;
  }
  if (NO_CREDENTIALS.test(name) && /multi-factor|\bMFA\b/.test(message)) {
    return `${credentials} needs a code of an MFA device, which this command does not ask for; get a session with 'aws configure export-credentials${option} --format env', put it into the environment and omit the profile, or put it into a profile and name that`;
  }
  if (NO_CREDENTIALS.test(name)) {
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
  if (name === "TimeoutError") {
    return `${call} was not answered in time; check the network, a proxy and the VPC endpoint, or run the command again`;
  }
  if (message.includes(DESERIALIZATION)) {
    const status = statusOf(error) ?? answerOf(error)?.statusCode;
    return `${call} got an answer that AWS does not give (${status === undefined ? "" : `HTTP ${status}, `}not in the format of its API); something else may have answered: check the proxy, the network and --endpoint-url`;
  }
  if (UNREACHABLE.test(name)) {
    return `${call} could not reach AWS (${message || name}); check the network, the Region and --endpoint-url`;
  }
  return `${call} failed with ${name || "an error"}: ${message}`;
}
