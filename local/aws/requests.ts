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

export const notFound = (message: string, status = 400): AwsError =>
  new AwsError("ResourceNotFoundException", message, status);

export const inUse = (message: string): AwsError => new AwsError("ResourceInUseException", message);

export const invalidParameter = (message: string): AwsError =>
  new AwsError("InvalidParameterValueException", message);

/** What AWS says of a caller that lacks a permission. */
export const notAuthorized = (caller: string, action: string, resource: string): string =>
  `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`;

export function mustOwn({ account, caller, operation }: Call, arn: string) {
  if (parseArn(arn).account === account) return;
  throw new AwsError("AccessDeniedException", notAuthorized(caller, `kinesis:${operation}`, arn));
}

// The caller knows the shape that AWS's model gives the body.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function bodyOf<T>({ body }: { body: Buffer }): T {
  return (JSON.parse(body.toString() || "{}") ?? {}) as T;
}

export function jsonReply(value: unknown = {}, status = 200): Reply {
  const headers = { "content-type": "application/json" };
  const text = status === 204 ? "" : JSON.stringify(value);
  return { status, headers, body: Buffer.from(text) };
}

const QUERY_SERVICES = ["iam", "sts", "sns"];

// By method and path, without the API's date and with `*` for what a path names.
const LAMBDA_OPERATIONS: Record<string, string> = {
  "POST functions": "CreateFunction",
  "GET functions/*": "GetFunction",
  "DELETE functions/*": "DeleteFunction",
  "GET functions/*/configuration": "GetFunctionConfiguration",
  "PUT functions/*/configuration": "UpdateFunctionConfiguration",
  "PUT functions/*/code": "UpdateFunctionCode",
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
export function identify(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Pick<Call, "service" | "operation" | "region" | "accessKeyId"> {
  const [, accessKeyId = "", region = "us-east-1", service = ""] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "") ??
    [];
  const [, , kind = "", name, ...rest] = path.replace(/\/$/, "").split("/");
  const template = [kind, ...(name ? ["*"] : []), ...rest].join("/");
  const operation =
    headers["x-amz-target"]?.toString().split(".").at(-1) ??
    (service === "lambda"
      ? LAMBDA_OPERATIONS[`${method} ${template}`]
      : QUERY_SERVICES.includes(service)
        ? new URLSearchParams(body.toString()).get("Action")
        : "");
  return { accessKeyId, region, service, operation: operation ?? "" };
}

/** The error in the form that the service's protocol gives it. */
export function errorReply(service: string, error: AwsError): Reply {
  const { code, message, status } = error;
  const reply = jsonReply({ __type: code, message, Message: message }, status);
  if (service === "lambda")
    return {
      ...reply,
      headers: { ...reply.headers, "x-amzn-errortype": code },
    };
  if (!QUERY_SERVICES.includes(service)) return reply;
  const xml = (text: string) => text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error></ErrorResponse>`;
  return {
    status,
    headers: { "content-type": "text/xml" },
    body: Buffer.from(body),
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
