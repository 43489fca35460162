import { DOCTOR_PERMISSIONS } from "../doctor/permissions";
import { RESOURCES, type Permission } from "../permissions";

export const ADOPT_PERMISSIONS: readonly Permission[] = [
  ...DOCTOR_PERMISSIONS,
  { account: "stream", actions: ["kinesis:ListTagsForStream"], resource: RESOURCES.stream },
];

/** What finding every reader of a stream needs; the stream's own account may have readers as well. */
export const READERS_PERMISSIONS: readonly Permission[] = [
  { account: "stream", actions: ["kinesis:ListStreamConsumers"], resource: RESOURCES.stream },
  { account: "stream", actions: ["lambda:ListEventSourceMappings"], resource: RESOURCES.any },
];
