import type { IncomingHttpHeaders } from "node:http";

export interface Reply {
  readonly status: number;
  /** Name and value in turn, as Node's rawHeaders has them. */
  readonly headers: string[];
  readonly body: Buffer;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** The caller's account and ARN, as moto's STS tells them. */
  readonly account: string;
  readonly caller: string;
  /** Hands the request to moto as it came, or as `account`'s own when one is given. */
  forward(account?: string): Promise<Reply>;
}

export type Handler = (call: Call) => Promise<Reply>;

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

export type Json = Record<string, unknown>;

// The caller knows the shape that AWS's model gives the body.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function bodyOf<T = Json>(message: { body: Buffer }): T {
  return (message.body.length ? JSON.parse(message.body.toString()) : {}) as T;
}

export function jsonReply(value: unknown, status = 200): Reply {
  const body = Buffer.from(JSON.stringify(value));
  return { status, headers: ["Content-Type", "application/json"], body };
}

const LAMBDA_OPERATIONS: [method: string, path: RegExp, operation: string][] = [
  ["POST", /\/functions\/?$/, "CreateFunction"],
  ["GET", /\/functions\/[^/]+\/?$/, "GetFunction"],
  ["DELETE", /\/functions\/[^/]+\/?$/, "DeleteFunction"],
  ["GET", /\/functions\/[^/]+\/configuration\/?$/, "GetFunctionConfiguration"],
  [
    "PUT",
    /\/functions\/[^/]+\/configuration\/?$/,
    "UpdateFunctionConfiguration",
  ],
  ["PUT", /\/functions\/[^/]+\/code\/?$/, "UpdateFunctionCode"],
  ["POST", /\/event-source-mappings\/?$/, "CreateEventSourceMapping"],
  ["GET", /\/event-source-mappings\/?$/, "ListEventSourceMappings"],
  ["GET", /\/event-source-mappings\/[^/]+\/?$/, "GetEventSourceMapping"],
  ["PUT", /\/event-source-mappings\/[^/]+\/?$/, "UpdateEventSourceMapping"],
  ["DELETE", /\/event-source-mappings\/[^/]+\/?$/, "DeleteEventSourceMapping"],
  ["GET", /\/tags\/.+$/, "ListTags"],
  ["POST", /\/tags\/.+$/, "TagResource"],
  ["DELETE", /\/tags\/.+$/, "UntagResource"],
];

/** What a request asks for, read from its signature, its target header, its form or its path. */
export function identify(
  method: string,
  url: URL,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Pick<Call, "service" | "operation" | "region" | "accessKeyId"> {
  const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    headers.authorization ?? "",
  );
  const [accessKeyId = "", region = "us-east-1", service = ""] =
    scope?.slice(1) ?? [];
  return { accessKeyId, region, service, operation: operation() };

  function operation(): string {
    const target = headers["x-amz-target"];
    if (typeof target === "string") return target.split(".").at(-1) ?? "";
    if (service === "lambda") {
      const row = LAMBDA_OPERATIONS.find(
        ([verb, path]) => verb === method && path.test(url.pathname),
      );
      return row?.[2] ?? "";
    }
    if (
      headers["content-type"]?.startsWith("application/x-www-form-urlencoded")
    )
      return new URLSearchParams(body.toString()).get("Action") ?? "";
    return url.searchParams.get("Action") ?? "";
  }
}

/** The error in the form that the service's protocol gives it. */
export function errorReply(service: string, error: AwsError): Reply {
  const { code, message, status } = error;
  if (service === "lambda") {
    const reply = jsonReply(
      { Type: "User", Message: message, message },
      status,
    );
    return { ...reply, headers: [...reply.headers, "x-amzn-ErrorType", code] };
  }
  if (["iam", "sts", "sns", "s3"].includes(service)) {
    const inner = `<Error><Type>Sender</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error>`;
    const text =
      service === "s3" ? inner : `<ErrorResponse>${inner}</ErrorResponse>`;
    return {
      status,
      headers: ["Content-Type", "text/xml"],
      body: Buffer.from(text),
    };
  }
  return jsonReply({ __type: code, message }, status);
}

function xml(text: string): string {
  return text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export interface Arn {
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

export function parseArn(arn: string): Arn {
  const [, , service = "", region = "", account = "", ...resource] =
    arn.split(":");
  return { service, region, account, resource: resource.join(":") };
}

/** The stream that a stream or consumer ARN belongs to. */
export function streamArnOf(arn: string): string {
  return arn.replace(/\/consumer\/.*$/, "");
}

export function isConsumerArn(arn: string): boolean {
  return arn.includes("/consumer/");
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function without<T>(
  record: Record<string, T>,
  keys: string[],
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).filter(([key]) => !keys.includes(key)),
  );
}
