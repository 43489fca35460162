import { DOCTOR_PERMISSIONS } from "../doctor/permissions";
import { RESOURCES, type Permission } from "../permissions";

export const ADOPT_PERMISSIONS: readonly Permission[] = [
  ...DOCTOR_PERMISSIONS,
  { account: "stream", actions: ["kinesis:ListTagsForStream"], resource: RESOURCES.stream },
];
