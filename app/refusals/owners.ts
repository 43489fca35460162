/** The address of a resource without its type and cdktf's hash, but with its modules. */
const placeOf = (address: string): string =>
  address.replace(/(^|\.)\w+\.([\w-]+)(\[[^\]]*\])?$/, "$1$2").replace(/_[0-9A-F]{8}$/, "");

/**
 * Two constructs or modules of which each has one of two resources of the same kind: what their
 * addresses do not have in common at the end, such as `analytics` and `reports` in `analytics_role`
 * and `reports_role`.
 */
export function ownersOf(from: string, to: string): { readonly from: string; readonly to: string } {
  const [one, other] = [placeOf(from), placeOf(to)].map((place) => place.split(/(?=[_.])/));
  const [left = [], right = []] = [one, other];
  while (left.length > 1 && right.length > 1 && left.at(-1) === right.at(-1)) {
    left.pop();
    right.pop();
  }
  return { from: left.join(""), to: right.join("") };
}
