import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { FunctionError } from "../lambda/execution-environment";
import type { LambdaRunner } from "../lambda/runner";
import { accessDenied, AwsError, invalidParameter } from "./errors";
import { functionArnOf } from "./function-arns";
import { parseFunctionArn } from "../../pipeline/arn";
import type { FunctionVersions } from "./function-versions";
import type { Functions } from "./functions";
import type { Permissions } from "./permissions";
import { jsonReply, type Call, type Handlers, type Reply } from "./protocol";

/** Lambda's Invoke operation, synchronous only: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export class Invocations {
  /** Numbers of the running invocations. Simultaneous ones need different environments. */
  private readonly running = new Set<number>();

  constructor(
    private readonly functions: Functions,
    private readonly versions: FunctionVersions,
    private readonly permissions: Permissions,
    private readonly runner: LambdaRunner,
  ) {}

  readonly handlers: Handlers = { "lambda.Invoke": (call) => this.invoke(call) };

  private async invoke(call: Call): Promise<Reply> {
    const invokedArn = invokedArnOf(call);
    const type = call.headers["x-amz-invocation-type"] ?? "RequestResponse";
    const denied = await this.permissions.denied({
      principal: call.caller,
      action: "lambda:InvokeFunction",
      resource: invokedArn,
    });
    if (denied) {
      throw accessDenied(denied, 403);
    }
    const versionArn = await this.versions.resolve(invokedArn);
    const configuration = await this.functions.configuration(versionArn);
    if (type === "DryRun") {
      return jsonReply({}, 204);
    }
    if (type !== "RequestResponse") {
      throw invalidParameter(
        `InvocationType must be RequestResponse or DryRun in the local AWS, got ${String(type)}`,
      );
    }
    const event = parsePayload(call.body);
    const unsupported = this.runner.unsupportedReason(configuration);
    if (unsupported) {
      throw invalidParameter(unsupported);
    }
    return this.run(versionArn, invokedArn, event, configuration);
  }

  private async run(
    versionArn: string,
    invokedArn: string,
    event: unknown,
    { Version: version = "$LATEST" }: FunctionConfiguration,
  ): Promise<Reply> {
    let number = 0;
    while (this.running.has(number)) {
      number += 1;
    }
    this.running.add(number);
    const lane = `invocation ${number}`;
    const outcome = await this.runner
      .invoke({ versionArn, invokedArn, event, lane })
      .finally(() => this.running.delete(number));
    const { requestId, error, result } = outcome;
    const reply = jsonReply(error ? errorPayload(error, requestId) : result);
    const headers = {
      ...reply.headers,
      "x-amzn-requestid": requestId,
      "x-amz-executed-version": version,
      ...(error && { "x-amz-function-error": "Unhandled" }),
    };
    return { ...reply, headers };
  }
}

/** The qualifier can be part of the function's name or a separate parameter. */
function invokedArnOf(call: Call): string {
  const arn = functionArnOf(call);
  const parameter = call.query.get("Qualifier");
  const { qualifier } = parseFunctionArn(arn);
  if (parameter && qualifier && parameter !== qualifier) {
    throw invalidParameter(
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  return parameter && !qualifier ? `${arn}:${parameter}` : arn;
}

function parsePayload(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString() || "{}");
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${String(error)}`,
    );
  }
}

/** Errors thrown by a handler have a trace. Those of the runtime have the request's ID. */
function errorPayload({ errorType, errorMessage, stackTrace }: FunctionError, requestId: string) {
  return stackTrace
    ? { errorType, errorMessage, trace: stackTrace }
    : { errorType, errorMessage: `RequestId: ${requestId} Error: ${errorMessage}` };
}
