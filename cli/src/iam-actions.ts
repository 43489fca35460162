/** Operations whose permission has another name. */
const ACTIONS: Readonly<Record<string, string>> = {
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
  HeadBucket: "ListBucket",
  Invoke: "InvokeFunction",
  ListObjectsV2: "ListBucket",
};

/** The permission for an operation, as IAM names it. */
export const actionOf = (service: string, operation: string): string =>
  `${service}:${ACTIONS[operation] ?? operation}`;
