import type { IncomingHttpHeaders } from "node:http";

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
  /** The caller's account and ARN, as moto's STS tells them. */
  readonly account: string;
  readonly caller: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Hands the request to moto as it came, or as `account`'s own when one is given. */
  forward(account?: string): Promise<Reply>;
}

/** What answers calls instead of moto, by `service.Operation`. */
export type Handlers = Record<string, (call: Call) => Promise<Reply> | Reply>;

/** An error as AWS would answer it. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

const errorOf = (code: string) => (message: string, status?: number) =>
  new AwsError(code, message, status);
export const notFound = errorOf("ResourceNotFoundException");
export const inUse = errorOf("ResourceInUseException");
export const limitExceeded = errorOf("LimitExceededException");
export const invalidArgument = errorOf("InvalidArgumentException");
export const invalidParameter = errorOf("InvalidParameterValueException");

/** What AWS says of a caller that lacks a permission. */
export const notAuthorized = (caller: string, action: string, resource: string): string =>
  `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`;

export function mustOwn({ account, caller, operation }: Call, arn: string): void {
  if (parseArn(arn).account === account) return;
  throw new AwsError("AccessDeniedException", notAuthorized(caller, `kinesis:${operation}`, arn));
}

// The caller knows the shape that AWS's model gives the body.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export const bodyOf = <T>({ body }: { body: Buffer }): T =>
  (JSON.parse(body.toString() || "{}") ?? {}) as T;

export const jsonReply = (value: unknown = {}, status = 200): Reply => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(status === 204 ? "" : JSON.stringify(value)),
});

const XML_SERVICES = ["iam", "sts", "sns", "s3"];

// By method and path, without the API's date and with `*` for what a path names.
const LAMBDA_OPERATIONS: Record<string, string> = {
  "POST functions": "CreateFunction",
  "GET functions/*": "GetFunction",
  "GET functions/*/configuration": "GetFunctionConfiguration",
  "PUT functions/*/configuration": "UpdateFunctionConfiguration",
  "PUT functions/*/code": "UpdateFunctionCode",
  "DELETE functions/*": "DeleteFunction",
  "GET functions/*/versions": "ListVersionsByFunction",
  "POST functions/*/versions": "PublishVersion",
  "GET functions/*/code-signing-config": "GetFunctionCodeSigningConfig",
  "PUT functions/*/concurrency": "PutFunctionConcurrency",
  "DELETE functions/*/concurrency": "DeleteFunctionConcurrency",
  "POST functions/*/aliases": "CreateAlias",
  "GET functions/*/aliases/*": "GetAlias",
  "PUT functions/*/aliases/*": "UpdateAlias",
  "DELETE functions/*/aliases/*": "DeleteAlias",
  "POST event-source-mappings": "CreateEventSourceMapping",
  "GET event-source-mappings": "ListEventSourceMappings",
  "GET event-source-mappings/*": "GetEventSourceMapping",
  "PUT event-source-mappings/*": "UpdateEventSourceMapping",
  "DELETE event-source-mappings/*": "DeleteEventSourceMapping",
  "GET tags/*": "ListTags",
  "POST tags/*": "TagResource",
  "DELETE tags/*": "UntagResource",
};

/** What a request asks for, read from its signature, its target header, its path or its form. */
export function identify(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer) {
  const [, accessKeyId = "", region = "us-east-1", service = ""] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "") ??
    [];
  const [, , ...parts] = path.replace(/\/$/, "").split("/");
  const template = parts.map((part, index) => (index % 2 ? "*" : part)).join("/");
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const operation =
    headers["x-amz-target"]?.toString().split(".").at(-1) ??
    (service === "lambda" ? LAMBDA_OPERATIONS[`${method} ${template}`] : undefined) ??
    new URLSearchParams(isForm ? body.toString() : "").get("Action") ??
    "";
  return { accessKeyId, region, service, operation };
}

/** The error in the form that the service's protocol gives it. */
export function errorReply(service: string, { code, message, status }: AwsError): Reply {
  if (!XML_SERVICES.includes(service)) {
    const reply = jsonReply({ __type: code, message, Message: message }, status);
    return { ...reply, headers: { ...reply.headers, "x-amzn-errortype": code } };
  }
  const xml = (text: string) => text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const error = `<Error><Type>Sender</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error>`;
  return {
    status,
    headers: { "content-type": "text/xml" },
    body: Buffer.from(service === "s3" ? error : `<ErrorResponse>${error}</ErrorResponse>`),
  };
}

export function parseArn(arn: string) {
  const [, , service = "", region = "", account = "", ...resource] = arn.split(":");
  return { service, region, account, resource: resource.join(":") };
}

/** The stream that a stream or consumer ARN belongs to. */
export const streamArnOf = (arn: string): string => arn.replace(/\/consumer\/.*$/, "");

export const isConsumerArn = (arn: string): boolean => arn.includes("/consumer/");

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
