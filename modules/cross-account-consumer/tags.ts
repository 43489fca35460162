import { Fn, Token } from "cdktf";
import { isLiteral } from "../properties/expressions";
import { mapOfStrings } from "../properties/kinds";
import { object, Properties } from "../properties/property";
import type { CrossAccountConsumerProps, TagsByResource } from "./cross-account-consumer-props";

const tags = { kind: mapOfStrings(), fix: "omit it for the tags that all have" } as const;

export const tagsByResource = object<TagsByResource>({
  role: tags,
  logGroup: tags,
  lambdaFunction: tags,
  onFailureQueue: tags,
  mapping: tags,
} satisfies Properties<TagsByResource>);

/** The tags of one resource: those that all have, and its own, which win. */
export function tagsOf(
  { tags: all, tagsByResource: own }: Pick<CrossAccountConsumerProps, "tags" | "tagsByResource">,
  resource: keyof TagsByResource,
): Record<string, string> | undefined {
  const added = own?.[resource];
  if (added === undefined || all === undefined) {
    return added ?? all;
  }
  return isLiteral(all) && isLiteral(added)
    ? { ...all, ...added }
    : Token.asStringMap(Fn.merge([all, added]));
}
