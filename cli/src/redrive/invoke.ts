import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { InvocationResult } from "./delivery";
import { Pauses, type Sleep } from "./pauses";
import { isCertainlyUnprocessed, isHeldOff, isThrottled, isTooLarge } from "../errors";
import type { KinesisEvent } from "../../../pipeline/kinesis-event";

const ATTEMPTS = 5;
/** The pauses between these take about a minute: the pipeline itself may be catching up meanwhile. */
const THROTTLED_ATTEMPTS = 10;
const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 10_000;

/**
 * Invokes a function, or a version or alias of it, and waits for what it returns. What the function
 * may have processed is never sent again here; a throttled invocation is.
 *
 * @param lambda a client that does not retry
 */
export function invoker(
  lambda: Pick<LambdaClient, "send">,
  FunctionName: string,
  sleep: Sleep = new Pauses().sleep,
): (event: KinesisEvent) => Promise<InvocationResult> {
  return async (event) => {
    const command = new InvokeCommand({
      FunctionName,
      Payload: Buffer.from(JSON.stringify(event)),
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        return outcomeOf(await lambda.send(command));
      } catch (error) {
        const { name, message } = error as Error;
        if (isTooLarge(error)) {
          return {
            error: `Lambda takes no event of this size (${message || name}); --save writes it to a file`,
          };
        }
        if (!isCertainlyUnprocessed(error)) {
          return { lost: message || name };
        }
        const attempts = isThrottled(error) ? THROTTLED_ATTEMPTS : ATTEMPTS;
        if (attempt >= attempts || !isHeldOff(error)) {
          throw error;
        }
        const wanted = FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1);
        const throttledCall = isThrottled(error) ? "lambda:InvokeFunction" : undefined;
        await sleep(Math.min(LONGEST_PAUSE_MILLISECONDS, wanted), throttledCall);
      }
    }
  };
}

function outcomeOf({
  FunctionError,
  Payload,
}: {
  readonly FunctionError?: string;
  readonly Payload?: Uint8Array;
}): InvocationResult {
  const result = parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError === undefined) {
    return { result };
  }
  const { errorType, errorMessage } = (result ?? {}) as Record<string, unknown>;
  return { error: [errorType ?? FunctionError, errorMessage].filter(Boolean).join(": ") };
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
