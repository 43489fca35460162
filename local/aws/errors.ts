import { parseArn } from "../../pipeline/arn";
import { jsonReply, type Call, type Reply } from "./protocol";

/** An error that AWS returns to the caller. */
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
export const accessDenied = errorOf("AccessDeniedException");

/** AWS's message for a caller that lacks a permission. */
export const notAuthorized = (caller: string, action: string, resource: string): string =>
  `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`;

/** Throws if the caller's account does not own the stream or consumer. */
export function checkOwner({ account, caller, operation }: Call, arn: string): void {
  if (parseArn(arn).account !== account) {
    throw accessDenied(notAuthorized(caller, `kinesis:${operation}`, arn));
  }
}

/** Protocol of a service's errors: XML for S3 and for services with the query protocol. */
export function protocolOf(service: string): "s3" | "query" | "json" {
  if (service === "s3") {
    return "s3";
  }
  return ["iam", "sts", "sns"].includes(service) ? "query" : "json";
}

/** Encodes an error in the service's protocol: XML or JSON. */
export function errorReply(service: string, { code, message, status }: AwsError): Reply {
  const protocol = protocolOf(service);
  if (protocol === "json") {
    const reply = jsonReply({ __type: code, message, Message: message }, status);
    return { ...reply, headers: { ...reply.headers, "x-amzn-errortype": code } };
  }
  const xml = (text: string) =>
    text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
  const error = `<Error><Type>Sender</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error>`;
  return {
    status,
    headers: { "content-type": "text/xml" },
    body: Buffer.from(protocol === "s3" ? error : `<ErrorResponse>${error}</ErrorResponse>`),
  };
}
