import { TerraformResource, type TerraformStack } from "cdktf";

/**
 * Lets the first apply import resources that exist already.
 *
 * @param imports ids for `terraform import`, by the path of the resource in the stack
 * @throws if a path is no resource's, with all of them
 */
export function importResources(
  stack: TerraformStack,
  imports: Readonly<Record<string, string>> = {},
): void {
  const resources = new Map(
    stack.node
      .findAll()
      .filter((node) => node instanceof TerraformResource)
      .map((resource) => [resource.node.path.slice(stack.node.path.length + 1), resource]),
  );
  const unknown: string[] = [];
  for (const [path, id] of Object.entries(imports)) {
    const resource = resources.get(path);
    if (resource) {
      resource.importFrom(id, resource.provider);
    } else {
      unknown.push(path);
    }
  }
  if (unknown.length > 0) {
    throw new Error(
      `invalid settings:\n  - 'imports' must have paths of the stack's resources (${[...resources.keys()].join(", ")}), got ${unknown.join(", ")}; correct them, or omit what is imported already`,
    );
  }
}
