import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { InvocationResult } from "./delivery";
import type { KinesisEvent } from "../kinesis-event";

/** A function runs for up to 15 minutes; AWS answers when it has ended. */
const ANSWER_MILLISECONDS = 16 * 60_000;

/** Invokes a function, or a version or alias of it, and waits for what it returns. */
export function invoker(
  lambda: LambdaClient,
  FunctionName: string,
): (event: KinesisEvent) => Promise<InvocationResult> {
  return async (event) => {
    const command = new InvokeCommand({
      FunctionName,
      Payload: Buffer.from(JSON.stringify(event)),
    });
    const { FunctionError, Payload } = await lambda.send(command, {
      requestTimeout: ANSWER_MILLISECONDS,
    });
    const result = parse(Buffer.from(Payload ?? []).toString());
    if (FunctionError === undefined) {
      return { result };
    }
    const { errorType, errorMessage } = (result ?? {}) as Record<string, unknown>;
    return { error: [errorType ?? FunctionError, errorMessage].filter(Boolean).join(": ") };
  };
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
