/* eslint-disable */
// Made by `npm run build:module`.
"use strict";
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all) __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if ((from && typeof from === "object") || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, {
          get: () => from[key],
          enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable,
        });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// handler/index.ts
var index_exports = {};
__export(index_exports, {
  handler: () => handler,
});
module.exports = __toCommonJS(index_exports);
var import_node_buffer = require("node:buffer");

// handler/kinesis-handler.ts
var import_node_util = require("node:util");
function kinesisHandler(processRecord) {
  return async (event) => {
    for (const record of event.Records) {
      try {
        await processRecord(record);
      } catch (thrown) {
        const { sequenceNumber, partitionKey } = record.kinesis;
        console.error({
          message:
            "Failed to process this record. Stopped here to keep the order; Lambda retries from this record on.",
          sequenceNumber,
          partitionKey,
          shardId: record.eventID.split(":", 1)[0],
          error: describeError(thrown),
        });
        return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] };
      }
    }
    return { batchItemFailures: [] };
  };
}
function recordData(record) {
  return Buffer.from(record.kinesis.data, "base64");
}
function describeError(thrown) {
  if (thrown instanceof Error || import_node_util.types.isNativeError(thrown)) {
    return {
      name: thrown.name,
      message: thrown.message,
      stack: thrown.stack,
      // fetch says only "fetch failed" and keeps the reason here. As text, because a cause may be
      // anything, cycles included.
      ...(thrown.cause !== void 0 && { cause: (0, import_node_util.inspect)(thrown.cause) }),
    };
  }
  return { name: "NonError", message: (0, import_node_util.format)(thrown) };
}

// handler/index.ts
var handler = kinesisHandler(logRecord);
function logRecord(record) {
  const bytes = recordData(record);
  const data = (0, import_node_buffer.isUtf8)(bytes)
    ? { data: bytes.toString("utf8") }
    : { dataEncoding: "base64" };
  console.log({ ...record, kinesis: { ...record.kinesis, ...data } });
}
// Annotate the CommonJS export names for ESM import in node:
0 &&
  (module.exports = {
    handler,
  });
