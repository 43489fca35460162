import type { IncomingHttpHeaders } from "node:http";
import type { AuthenticRequest } from "./authentication";

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** One request to an AWS API. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** The caller's account ID. */
  readonly account: string;
  /** ARN of the caller's role session or user. */
  readonly caller: string;
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Sends the request to moto, signed by the caller or, if given, by an administrator of `account`. */
  forward(account?: string): Promise<Reply>;
}

/** Functions that answer calls instead of moto, keyed by `service.Operation`. */
export type Handlers = Record<string, (call: Call) => Promise<Reply> | Reply>;

// The type argument is the shape that AWS documents for this operation's body.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export const bodyOf = <T>({ body }: { body: Buffer }): T =>
  (JSON.parse(body.toString() || "{}") ?? {}) as T;

export const jsonReply = (value: unknown = {}, status = 200): Reply => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(status === 204 ? "" : JSON.stringify(value)),
});

export const textReply = (text: string, status: number): Reply => ({
  status,
  headers: { "content-type": "text/plain" },
  body: Buffer.from(text),
});

// Keyed by method and path, without the API version; `*` stands for a resource's name.
const LAMBDA_OPERATIONS: Record<string, string> = {
  "POST functions": "CreateFunction",
  "GET functions/*": "GetFunction",
  "GET functions/*/configuration": "GetFunctionConfiguration",
  "PUT functions/*/configuration": "UpdateFunctionConfiguration",
  "PUT functions/*/code": "UpdateFunctionCode",
  "DELETE functions/*": "DeleteFunction",
  "GET functions/*/code-signing-config": "GetFunctionCodeSigningConfig",
  "GET functions/*/concurrency": "GetFunctionConcurrency",
  "PUT functions/*/concurrency": "PutFunctionConcurrency",
  "DELETE functions/*/concurrency": "DeleteFunctionConcurrency",
  "POST functions/*/versions": "PublishVersion",
  "GET functions/*/versions": "ListVersionsByFunction",
  "POST functions/*/aliases": "CreateAlias",
  "GET functions/*/aliases": "ListAliases",
  "GET functions/*/aliases/*": "GetAlias",
  "PUT functions/*/aliases/*": "UpdateAlias",
  "DELETE functions/*/aliases/*": "DeleteAlias",
  "POST functions/*/invocations": "Invoke",
  "POST event-source-mappings": "CreateEventSourceMapping",
  "GET event-source-mappings": "ListEventSourceMappings",
  "GET event-source-mappings/*": "GetEventSourceMapping",
  "PUT event-source-mappings/*": "UpdateEventSourceMapping",
  "DELETE event-source-mappings/*": "DeleteEventSourceMapping",
  "GET tags/*": "ListTags",
  "POST tags/*": "TagResource",
  "DELETE tags/*": "UntagResource",
};

// Keyed by method, and by what the path names (a bucket or an object in one) or the query asks for.
const S3_OPERATIONS: Record<string, string> = {
  "HEAD bucket": "HeadBucket",
  "GET policy": "GetBucketPolicy",
  "GET bucket": "ListObjectsV2",
  "GET object": "GetObject",
  "DELETE object": "DeleteObject",
};

/** Finds a request's operation in its headers, URL or form. */
export function identify({ method, url, headers, body, signature }: AuthenticRequest) {
  const { accessKeyId, region, service } = signature;
  const { pathname: path, searchParams: query } = url;
  const template = path
    .split("/")
    .filter((part) => part)
    .slice(1)
    // Kinds of resources alternate with names of resources.
    .map((part, index) => (index % 2 ? "*" : part))
    .join("/");
  const named = path.split("/").filter((part) => part).length > 1 ? "object" : "bucket";
  const kind = query.has("policy") ? "policy" : named;
  const operation =
    headers["x-amz-target"]?.toString().split(".").at(-1) ??
    (service === "lambda" ? LAMBDA_OPERATIONS[`${method} ${template}`] : undefined) ??
    (service === "s3" ? S3_OPERATIONS[`${method} ${kind}`] : undefined) ??
    parametersOf({ headers, query, body }).get("Action") ??
    "";
  return { accessKeyId, region, service, operation };
}

/** Parameters of AWS's query protocol: in a form or, as in presigned URLs, in the query. */
export function parametersOf(call: Pick<Call, "headers" | "query" | "body">): URLSearchParams {
  const type = call.headers["content-type"];
  const isForm = type?.startsWith("application/x-www-form-urlencoded");
  return isForm ? new URLSearchParams(call.body.toString()) : call.query;
}
