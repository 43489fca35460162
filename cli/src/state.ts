import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pipelinesIn } from "../../pipeline/from-terraform";
import type { Resource } from "../../pipeline/terraform/resource";
import { resourcesOfState } from "../../pipeline/terraform/resources";
import { parseState } from "../../pipeline/terraform/state";
import { misuse } from "./errors";
import type { Reference } from "./pipeline";

/**
 * Reads the state of a Terraform directory: its `terraform.tfstate`, else the output of
 * `terraform show -json`. A file may contain either.
 */
export async function readState(directory: string): Promise<readonly Resource[]> {
  if (!existsSync(directory)) {
    throw misuse(
      `'--state' must be a Terraform directory or a state file, got ${directory}, which does not exist; correct the path`,
    );
  }
  const isFile = statSync(directory).isFile();
  const file = isFile ? directory : join(directory, "terraform.tfstate");
  const json = existsSync(file) ? readFileSync(file, "utf8") : await show(directory);
  try {
    return parseState(json, directory).resources;
  } catch (error) {
    throw misuse((error as Error).message);
  }
}

async function show(directory: string): Promise<string> {
  if (!readdirSync(directory).some((name) => /\.tf(\.json)?$/.test(name))) {
    throw misuse(
      `'--state' must be a Terraform directory or a state file, got ${directory}, which has neither configuration nor terraform.tfstate; name the directory where 'terraform apply' ran`,
    );
  }
  try {
    const { stdout } = await promisify(execFile)("terraform", ["show", "-json", "-no-color"], {
      cwd: directory,
      maxBuffer: 1024 ** 3,
    });
    return stdout;
  } catch (error) {
    const { code, stderr = "" } = error as NodeJS.ErrnoException & { stderr?: string };
    throw misuse(
      code === "ENOENT"
        ? `'--state' requires 'terraform' on the PATH to read the state of ${directory}; install it, or name a state file`
        : `'terraform show' failed in ${directory}: ${stderr.trim()}; run 'terraform init' there, or name a state file`,
    );
  }
}

/** The mappings in a state that read a Kinesis stream. */
export function referencesInState(resources: readonly Resource[], origin: string): Reference[] {
  const pipelines = pipelinesIn(resourcesOfState(resources));
  if (pipelines.length === 0) {
    throw misuse(
      `the state in ${origin} has ${resources.length} resources, but no event source mapping that reads a Kinesis stream; name the directory of the stack that has one, or use --function`,
    );
  }
  return pipelines.map(({ pipeline: { region, role, mapping, destination, function: fn } }) => ({
    region,
    functionArn: fn.arn,
    sourceArn: mapping.sourceArn,
    uuid: mapping.uuid,
    roleArn: role.arn,
    destinationArn: destination?.arn,
  }));
}
