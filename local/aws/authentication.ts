import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Accounts, Session } from "./accounts";
import { AwsError, protocolOf } from "./errors";
import { isDeclaredBody, isSignedWith, type Signature } from "./signature";

/** A request that an issued access key has signed. */
export interface AuthenticRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly signature: Signature;
  readonly session: Session;
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the other protocols' names.
const CODES = {
  missing: {
    s3: "AccessDenied",
    query: "MissingAuthenticationToken",
    json: "MissingAuthenticationTokenException",
  },
  unknown: {
    s3: "InvalidAccessKeyId",
    query: "InvalidClientTokenId",
    json: "UnrecognizedClientException",
  },
  mismatch: {
    s3: "SignatureDoesNotMatch",
    query: "SignatureDoesNotMatch",
    json: "InvalidSignatureException",
  },
} as const;

const ISSUED =
  "The local AWS accepts only credentials that it has issued since it started, which 'npm start -- --keep' prints.";

/** Throws AWS's error unless credentials that the local AWS issued have signed this request. */
export async function authenticate(
  incoming: IncomingMessage,
  url: URL,
  signature: Signature | undefined,
  accounts: Accounts,
): Promise<AuthenticRequest> {
  const { method = "GET", headers } = incoming;
  const refuse = (kind: keyof typeof CODES, message: string) =>
    new AwsError(CODES[kind][protocolOf(signature?.service ?? "")], message, 403);
  if (!signature) {
    throw refuse("missing", `Request is missing Authentication Token. ${ISSUED}`);
  }
  const session = accounts.session(signature.accessKeyId);
  if (session?.credentials.sessionToken !== signature.sessionToken) {
    throw refuse("unknown", `The security token included in the request is invalid. ${ISSUED}`);
  }
  const [path = ""] = (incoming.url ?? "").split("?");
  const body = Buffer.concat(await incoming.toArray());
  const request = { method, path, query: url.searchParams, headers, body };
  if (!(await isSignedWith(session.credentials.secretAccessKey, request, signature))) {
    throw refuse(
      "mismatch",
      "The request signature we calculated does not match the signature you provided.",
    );
  }
  if (!isDeclaredBody(request, signature)) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw new AwsError("XAmzContentSHA256Mismatch", message);
  }
  if (isExpired(signature)) {
    throw new AwsError("AccessDenied", "Request has expired", 403);
  }
  return { method, url, headers, body, signature, session };
}

/** True for a presigned URL after its time. Other requests come from this machine, so at once. */
function isExpired({ time, expiresSeconds }: Signature): boolean {
  if (expiresSeconds === undefined) {
    return false;
  }
  const [, date = "", hours, minutes, seconds] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? [];
  const day = date.replace(/(....)(..)(..)/, "$1-$2-$3");
  const signed = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return !(Date.now() <= signed + expiresSeconds * 1000);
}
