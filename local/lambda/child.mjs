// Runs a function's handler as Lambda's Node.js runtime does:
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { Worker } from "node:worker_threads";

const { LAMBDA_TASK_ROOT: root, _HANDLER: name } = process.env;
const send = process.send.bind(process);

// Exits when the parent exits and closes stdin. A separate thread does this even if the handler loops
// forever. The thread must not block, because process.exit() in a handler waits for it.
new Worker(
  `const { Socket } = require("node:net");
   new Socket({ fd: 0 })
     .on("error", () => undefined)
     .on("close", () => process.kill(process.pid, "SIGKILL"))
     .resume();`,
  { eval: true },
).unref();

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const json = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const lowest = json ? LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? "INFO") : 0;
let requestId = "";

const describe = (error) =>
  error instanceof Error
    ? {
        errorType: error.name,
        errorMessage: error.message,
        stackTrace: (error.stack ?? "").split("\n"),
      }
    : { errorType: typeof error, errorMessage: format(error), stackTrace: [] };

function log(level, parts) {
  if (LEVELS.indexOf(level) < lowest) {
    return;
  }
  const timestamp = new Date().toISOString();
  if (!json) {
    send({ log: `${timestamp}\t${requestId}\t${level}\t${format(...parts)}` });
    return;
  }
  const line = { timestamp, level, requestId, message: parts[0] };
  if (parts.length !== 1) {
    line.message = format(...parts);
    const error = parts.find((part) => part instanceof Error);
    if (error) {
      Object.assign(line, describe(error));
    }
  }
  const replacer = (_, value) => (value instanceof Error ? describe(value) : value);
  try {
    send({ log: JSON.stringify(line, replacer) });
  } catch {
    send({ log: JSON.stringify({ ...line, message: format(line.message) }) });
  }
}

for (const [method, level] of Object.entries({
  log: "INFO",
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
})) {
  console[method] = (...parts) => log(level, parts);
}

// Sent through the same channel as the result, so that log lines cannot arrive after it.
for (const output of [process.stdout, process.stderr]) {
  output.write = (chunk, ...rest) => {
    for (const line of String(chunk).replace(/\n$/, "").split("\n")) {
      send({ log: line });
    }
    rest.find((one) => typeof one === "function")?.();
    return true;
  };
}

async function load() {
  const dot = name.lastIndexOf(".");
  const base = resolve(root, name.slice(0, dot));
  const file = [".js", ".mjs", ".cjs"].map((ending) => base + ending).find(existsSync);
  if (!file) {
    throw Object.assign(new Error(`Error: Cannot find module '${name.slice(0, dot)}'`), {
      name: "Runtime.ImportModuleError",
    });
  }
  const module = await import(pathToFileURL(file).href);
  const handler = module[name.slice(dot + 1)] ?? module.default?.[name.slice(dot + 1)];
  if (typeof handler !== "function") {
    throw Object.assign(new Error(`${name} is undefined or not exported`), {
      name: "Runtime.HandlerNotFound",
    });
  }
  return handler;
}

/**
 * Calls the handler. As in Lambda, the result is null if nothing is left to do before the handler
 * calls back or its promise settles. The channel to the parent is not such work.
 */
async function call(handler, event, context) {
  let onIdle;
  process.channel.unref();
  try {
    return await new Promise((fulfil, reject) => {
      process.once("beforeExit", (onIdle = () => fulfil(null)));
      const callback = (error, value) => (error ? reject(error) : fulfil(value));
      const returned = handler(event, context, callback);
      if (typeof returned?.then === "function") {
        returned.then(fulfil, reject);
      }
    });
  } finally {
    process.channel.ref();
    process.off("beforeExit", onIdle);
  }
}

const crash = (error) => {
  const what = describe(error);
  log("ERROR", [json ? what : `Uncaught Exception \t${JSON.stringify(what)}`]);
  send({ error: what, isFatal: true }, () => process.exit(129));
};
process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);

const handler = await load().catch((error) => {
  crash(error);
  return new Promise(() => undefined);
});
process.on("message", async ({ event, context, deadline }) => {
  requestId = context.awsRequestId;
  try {
    const result = await call(handler, event, {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    send({ result: JSON.stringify(result ?? null) });
  } catch (error) {
    const what = describe(error);
    log("ERROR", [json ? what : `Invoke Error \t${JSON.stringify(what)}`]);
    send({ error: what });
  }
});
send({ isReady: true });
