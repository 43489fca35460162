/** Documents a Terraform module as `terraform-docs markdown table` does, without installing it. */

interface Variable {
  readonly type: string;
  readonly description?: string;
  readonly default?: unknown;
}

/** The parts of a module in JSON syntax that are documented. */
export interface TerraformModule {
  readonly terraform: {
    readonly required_version: string;
    readonly required_providers: Readonly<Record<string, { readonly version: string }>>;
  };
  readonly variable: Readonly<Record<string, Variable>>;
  readonly output: Readonly<Record<string, { readonly description?: string }>>;
}

/** Escapes underscores, and the pipes that would end a cell, outside inline code. */
const escape = (text: string): string =>
  text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replace(/[_|]/g, "\\$&") : part))
    .join("`");

const named = (kind: string, name: string): string =>
  `<a name="${kind}_${name}"></a> [${escape(name)}](#${kind}\\_${escape(name)})`;

/** The column of a header that starts with a colon is centered. */
function section(title: string, header: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = header.map((cell) =>
    cell.startsWith(":")
      ? `:${"-".repeat(cell.length - 4)}:`
      : "-".repeat(Math.max(4, cell.length)),
  );
  const names = header.map((cell) => cell.replace(/:/g, ""));
  return [`## ${title}\n`, line(names), line(rule), ...rows.map(line)].join("\n");
}

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));

export function terraformDocs({ terraform, variable, output }: TerraformModule): string {
  const requirements = [
    ["terraform", terraform.required_version],
    ...byName(terraform.required_providers).map(([name, { version }]) => [name, version]),
  ].map(([name = "", version = ""]) => [named("requirement", name), version]);
  const inputs = byName(variable).map(([name, { type, description, ...rest }]) => [
    named("input", name),
    escape(description ?? "n/a"),
    `\`${type}\``,
    "default" in rest ? `\`${JSON.stringify(rest.default)}\`` : "n/a",
    "default" in rest ? "no" : "yes",
  ]);
  const outputs = byName(output).map(([name, { description }]) => [
    named("output", name),
    escape(description ?? "n/a"),
  ]);
  return [
    section("Requirements", ["Name", "Version"], requirements),
    section("Inputs", ["Name", "Description", "Type", "Default", ":Required:"], inputs),
    section("Outputs", ["Name", "Description"], outputs),
  ].join("\n\n");
}
