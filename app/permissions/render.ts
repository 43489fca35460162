import { Policy, Statement } from "./statements";

export const FORMATS = ["json", "hcl"] as const;
export type Format = (typeof FORMATS)[number];

/**
 * Writes policies as JSON (one policy, a list if an account needs several, or an object with either
 * by account) or as HCL (one `aws_iam_policy_document` data source for each policy).
 */
export function render(policies: ReadonlyMap<string, readonly Policy[]>, format: Format): string {
  if (format === "hcl") {
    return [...policies].flatMap(([name, all]) => all.map(dataSource(name))).join("\n");
  }
  const oneOrAll = (all: readonly Policy[]): unknown => (all.length === 1 ? all[0] : all);
  const byAccount = [...policies].map(([name, all]) => [name, oneOrAll(all)] as const);
  const [only, ...others] = byAccount;
  return JSON.stringify(
    only && others.length === 0 ? only[1] : Object.fromEntries(byAccount),
    undefined,
    2,
  );
}

/** The data source of one of several policies of an account has a number in its name. */
const dataSource =
  (name: string) =>
  ({ Statement: statements }: Policy, index: number, all: readonly Policy[]): string =>
    [
      `data "aws_iam_policy_document" "deploy_${name}${all.length > 1 ? `_${index + 1}` : ""}" {`,
      statements.map(statementBlock).join("\n\n"),
      "}\n",
    ].join("\n");

function statementBlock({ Sid, Action, Resource, Condition = {} }: Statement): string {
  const conditions = Object.entries(Condition).flatMap(([test, keys]) =>
    Object.entries(keys).map(([variable, values]) =>
      [
        "",
        "    condition {",
        `      test     = ${quoted(test)}`,
        `      variable = ${quoted(variable)}`,
        `      values = ${list(values, "      ")}`,
        "    }",
      ].join("\n"),
    ),
  );
  return [
    "  statement {",
    `    sid = ${quoted(Sid)}`,
    `    actions = ${list(Action, "    ")}`,
    `    resources = ${list(Resource, "    ")}`,
    ...conditions,
    "  }",
  ].join("\n");
}

/** A list with a line for each value, so that `terraform fmt` aligns it with nothing. */
const list = (values: readonly string[], indentation: string): string =>
  `[\n${values.map((value) => `${indentation}  ${quoted(value)},\n`).join("")}${indentation}]`;

/** A string of HCL, in which `${` and `%{` would start a template. */
const quoted = (value: string): string => JSON.stringify(value).replace(/([$%])\{/g, "$1$1{");
