import type { Change } from "./change";
import { CONSUMER_CHANGES } from "./consumer-changes";
import { FUNCTION_CHANGES } from "./function-changes";
import { MAPPING_CHANGES } from "./mapping-changes";
import { STREAM_CHANGES } from "./stream-changes";

/** Every change of a stream or a consumer. docs/changes.md is generated from this table, and each row is applied in a test. */
export const CHANGES = {
  ...STREAM_CHANGES,
  ...MAPPING_CHANGES,
  ...FUNCTION_CHANGES,
  ...CONSUMER_CHANGES,
};

export type ChangeId = keyof typeof CHANGES;

export const changeOf = (id: ChangeId): Change => CHANGES[id];
