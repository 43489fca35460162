import { format, inspect, types } from "node:util";

/** Names what was received without showing it, since it may be confidential. */
export function notOfKinesis(what: string, received: unknown): TypeError {
  const shape =
    typeof received === "object" && received !== null
      ? `${what} with the keys ${Object.keys(received).join(", ")}`
      : `${what} that is ${received === null ? "null" : typeof received}`;
  return new TypeError(
    `kinesisHandler must get events of a Kinesis stream, got ${shape}: check what invokes the function`,
  );
}

/** An error as an object for the log. Never throws. */
export function describeError(thrown: unknown) {
  try {
    return describeAny(thrown);
  } catch {
    // For example, the getter of its cause throws.
    return { name: "NonError", message: "What was thrown cannot be described." };
  }
}

function describeAny(thrown: unknown) {
  // An error of another realm (node:vm, the sandbox of a test runner) is not an instance of this
  // Error, and a DOMException, which an aborted fetch throws, is not a native error.
  if (thrown instanceof Error || types.isNativeError(thrown)) {
    return {
      name: thrown.name,
      message: thrown.message,
      stack: thrown.stack,
      // The message of fetch is only "fetch failed", and its cause is the reason. It is converted to
      // text, because a cause may be any value, also one with cycles.
      ...(thrown.cause !== undefined && { cause: inspect(thrown.cause) }),
    };
  }
  return { name: "NonError", message: format(thrown) };
}
