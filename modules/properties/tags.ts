import { Fn, Token } from "cdktf";
import { isLiteral } from "./expressions";

type Tags = Record<string, string>;

/** Tags of all resources, and further tags of single resources. */
export interface TagSettings<Resource extends string> {
  readonly tags?: Tags;
  readonly tagsByResource?: Readonly<Partial<Record<Resource, Tags>>>;
}

/** The tags of one resource. Its own tags replace tags with the same keys that all resources have. */
export function tagsOf<Resource extends string>(
  { tags: all, tagsByResource: own }: TagSettings<Resource>,
  resource: Resource,
): Tags | undefined {
  const added = own?.[resource];
  if (added === undefined || all === undefined) {
    return added ?? all;
  }
  return isLiteral(all) && isLiteral(added)
    ? { ...all, ...added }
    : Token.asStringMap(Fn.merge([all, added]));
}
