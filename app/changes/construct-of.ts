/**
 * The part of an address that all resources of one construct have in common. cdktf leaves out the
 * last part of a path if the part before it ends in the same word.
 */
export const constructOf = (address: string): string =>
  address
    .replace(/.*\./, "")
    .replace(/_[0-9A-F]{8}$/, "")
    .replace(
      /_(alias|consumer|consumer-policy|function|function-policy|key|key-alias|key-policy|log-group|managed-policy-.+|mapping|on-failure-policy|on-failure-queue|policy-statements|role|role-policy|stream|stream-policy)$/,
      "",
    );
