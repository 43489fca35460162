import * as fs from "node:fs";
import * as path from "node:path";
import { scratch } from "../terraform/harness";

/** A PATH in which a shell script stands in for Terraform. */
export function pathWithStandIn(): string {
  const bin = scratch();
  fs.symlinkSync(path.join(__dirname, "terraform-stand-in.sh"), path.join(bin, "terraform"));
  return `${bin}${path.delimiter}${process.env.PATH ?? ""}`;
}
