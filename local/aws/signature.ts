import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { ALGORITHM_IDENTIFIER, getSigningKey, SignatureV4 } from "@smithy/signature-v4";

/** A request as it was received. */
interface SignedRequest {
  readonly method: string;
  /** Path as the client encoded it. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A signature of version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export interface Signature {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** Time of signing, as `20261128T190000Z`. */
  readonly time: string;
  readonly sessionToken: string;
  /** Time for which a presigned URL is valid, in seconds. */
  readonly expiresSeconds?: number;
}

/** The signature in a request's `Authorization` header, or in the query of a presigned URL. */
export function signatureIn(
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): Signature | undefined {
  const { authorization } = headers;
  const inHeader = (name: string) =>
    new RegExp(`[ ,]${name}=([^, ]+)`).exec(authorization ?? "")?.[1];
  const inQuery = (name: string) => query.get(`X-Amz-${name}`) ?? undefined;
  const value = authorization === undefined ? inQuery : inHeader;
  const other = (name: string) =>
    (authorization === undefined
      ? inQuery(name)
      : headers[`x-amz-${name.toLowerCase()}`]?.toString()) ?? "";
  const [accessKeyId, date, region, service] = value("Credential")?.split("/") ?? [];
  const signature = value("Signature");
  if (!accessKeyId || !date || !region || !service || !signature) {
    return undefined;
  }
  return {
    accessKeyId,
    date,
    region,
    service,
    signature,
    signedHeaders: value("SignedHeaders")?.toLowerCase().split(";") ?? [],
    time: other("Date"),
    sessionToken: other("Security-Token"),
    ...(authorization === undefined && { expiresSeconds: Number(inQuery("Expires")) }),
  };
}

/** True if the signature was made with the secret, for this request. */
export async function isSignedWith(
  secretAccessKey: string,
  { method, path, query, headers, body }: SignedRequest,
  given: Signature,
): Promise<boolean> {
  // The SDK for JavaScript signs HTTP/2's pseudo-header instead of the host.
  const mustBeSigned = Object.keys(headers).filter((name) =>
    /^(host|:authority|x-amz-.*)$/.test(name),
  );
  if (!mustBeSigned.every((name) => given.signedHeaders.includes(name))) {
    return false;
  }
  const values = (name: string): [string, string[]] => [name, query.getAll(name)];
  const expected = await new Signer(given).signatureOf(secretAccessKey, given, {
    method,
    path,
    query: Object.fromEntries([...query.keys()].map(values)),
    headers: Object.fromEntries(
      given.signedHeaders.map((name) => [name, canonical(headers[name])]),
    ),
    payloadHash: payloadHash({ headers, body }, given),
  });
  const actual = Buffer.from(given.signature);
  return actual.length === expected.length && timingSafeEqual(actual, Buffer.from(expected));
}

/** HTTP/2 clients may send the host as a pseudo-header only. */
export const hostOf = (headers: IncomingHttpHeaders): string | undefined =>
  headers.host ?? headers[":authority"]?.toString();

/** The hash that was signed: S3's clients declare it, all others sign that of the body. */
function payloadHash({ headers, body }: Pick<SignedRequest, "headers" | "body">, given: Signature) {
  const declared = headers["x-amz-content-sha256"]?.toString();
  const isPresigned = given.expiresSeconds !== undefined;
  return declared ?? (isPresigned && given.service === "s3" ? "UNSIGNED-PAYLOAD" : sha256(body));
}

/** True if a declared hash is that of the body. S3 allows clients to leave the body unsigned. */
export function isDeclaredBody({ headers, body }: SignedRequest, { service }: Signature): boolean {
  const declared = headers["x-amz-content-sha256"]?.toString();
  return (
    declared === undefined ||
    declared === sha256(body) ||
    (service === "s3" && /^(STREAMING-)?UNSIGNED-PAYLOAD(-TRAILER)?$/.test(declared))
  );
}

const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

const canonical = (value: string | string[] | undefined): string =>
  String(value ?? "")
    .trim()
    .replace(/ +/g, " ");

interface CanonicalRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string[]>;
  readonly headers: Record<string, string>;
  readonly payloadHash: string;
}

/** Computes signatures of requests that somebody else has signed, by the SDK's own rules. */
class Signer extends SignatureV4 {
  constructor({ region, service }: Signature) {
    super({
      region,
      service,
      sha256: Sha256,
      credentials: { accessKeyId: "", secretAccessKey: "" },
      uriEscapePath: service !== "s3",
    });
  }

  async signatureOf(
    secretAccessKey: string,
    { accessKeyId, date, region, service, time }: Signature,
    { headers, payloadHash: hash, ...request }: CanonicalRequest,
  ): Promise<string> {
    const text = await this.createStringToSign(
      time,
      `${date}/${region}/${service}/aws4_request`,
      this.createCanonicalRequest(
        { ...request, headers, protocol: "", hostname: "" },
        headers,
        hash,
      ),
      ALGORITHM_IDENTIFIER,
    );
    const credentials = { accessKeyId, secretAccessKey };
    const key = await getSigningKey(Sha256, credentials, date, region, service);
    return createHmac("sha256", key).update(text).digest("hex");
  }
}

/** Node's SHA-256, or HMAC with a secret, as the SDK's interface wants it. */
export class Sha256 {
  private readonly hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === "string" ? secret : secret && bytesOf(secret);
    this.hash = key === undefined ? createHash("sha256") : createHmac("sha256", key);
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    throw new Error("a hash is used once");
  }
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
