import { parseArn } from "../../pipeline/arn";
import type { Call } from "./protocol";

/**
 * ARN of the function, version or alias that a request names in its path or body: by name, partial
 * ARN or ARN, each with or without a qualifier.
 */
export function functionArnOf(
  { region, account, path }: Pick<Call, "region" | "account" | "path">,
  name = /\/functions\/([^/]+)/.exec(path)?.[1] ?? "",
): string {
  const resource = name.replace(/^(.*:)?function:/, "");
  const owner = name.startsWith("arn:") ? parseArn(name).account : account;
  return `arn:aws:lambda:${region}:${owner}:function:${resource}`;
}
