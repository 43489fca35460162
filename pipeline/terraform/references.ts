import type { Expression, ModuleConfiguration, Plan } from "./plan";
import { withoutIndexKeys } from "./resources";

/** A module of a configuration, where a module address is what the plan calls its instance. */
interface Scope {
  /** Empty, or the module's address and a dot. */
  readonly prefix: string;
  readonly module: ModuleConfiguration;
  readonly parent?: { readonly scope: Scope; readonly expressions: Expressions };
}
interface Leaf {
  readonly references?: readonly string[];
  readonly constant_value?: unknown;
}
type Expressions = Readonly<Record<string, Expression>>;

/** Reads what the arguments of resources refer to, through variables and outputs of modules. */
export class References {
  constructor(private readonly plan: Plan) {}

  /** The argument expressions of a resource; undefined if the configuration does not have it. */
  expressionsOf(address: string): Expressions | undefined {
    const { scope, local } = this.find(address);
    const resource = scope?.module.resources?.find(
      (one) => one.address === withoutIndexKeys(local),
    );
    return resource && (resource.expressions ?? {});
  }

  /** The text of an expression, such as `${aws_kinesis_stream.orders.arn}`; undefined if the plan does not tell it. */
  textOf(expression: Expression | undefined, address: string): string | undefined {
    const { scope, local } = this.find(address);
    const [indexKey = ""] = /\[[^\]]*\]$/.exec(local) ?? [];
    return scope && referenceIn(expression, scope, indexKey);
  }

  private find(address: string): { scope?: Scope; local: string } {
    let scope: Scope = { prefix: "", module: this.plan.configuration?.root_module ?? {} };
    let local = address;
    for (;;) {
      const [whole, name] =
        /^module\.([\w-]+)(?:\[(?:"(?:\\.|[^"\\])*"|\d+)\])?\./.exec(local) ?? [];
      if (whole === undefined || name === undefined) {
        return { scope, local };
      }
      const child = childOf(scope, name, `${scope.prefix}${whole}`);
      if (!child) {
        return { local };
      }
      scope = child;
      local = local.slice(whole.length);
    }
  }
}

function childOf(scope: Scope, name: string, prefix: string): Scope | undefined {
  const call = scope.module.module_calls?.[name];
  return (
    call && {
      prefix,
      module: call.module ?? {},
      parent: { scope, expressions: call.expressions ?? {} },
    }
  );
}

function referenceIn(
  expression: Expression | undefined,
  scope: Scope,
  indexKey: string,
): string | undefined {
  const { references, constant_value: template } = (expression ?? {}) as Leaf;
  // Of a configuration in JSON, such as cdktf's, a plan has the text of each expression.
  if (
    typeof template === "string" &&
    scope.prefix === "" &&
    !/\$\{(var|local|each)\./.test(template)
  ) {
    return template;
  }
  // Terraform lists `a.b.c` together with `a.b`.
  const whole = (references ?? []).filter(
    (one, _index, all) =>
      !all.some((other) => other.startsWith(`${one}.`) || other.startsWith(`${one}[`)),
  );
  const withoutKey = whole.filter((one) => !/^(each|count)\./.test(one));
  const [reference] = withoutKey;
  if (reference === undefined || withoutKey.length > 1) {
    return undefined;
  }
  const [, kind, name = "", output = ""] =
    /^(var|module)\.([\w-]+)(?:\[[^\]]*\])?(?:\.([\w-]+))?/.exec(reference) ?? [];
  if (kind === "var") {
    const { parent } = scope;
    return parent && referenceIn(parent.expressions[name], parent.scope, indexKey);
  }
  if (kind === "module") {
    const child = childOf(scope, name, `${scope.prefix}module.${name}.`);
    const given = child?.module.outputs?.[output]?.expression;
    return child && referenceIn(given, child, indexKey);
  }
  const [, element, attribute] =
    /^((?:data\.)?\w+\.[\w-]+(?:\[[^\]]*\])?)(?:\.(\w+))?$/.exec(reference) ?? [];
  // With a key such as `each.key`, Terraform names neither the instance nor the attribute.
  const own = whole.length > 1 ? indexKey : "";
  return element && `\${${scope.prefix}${element}${own}.${attribute ?? "arn"}}`;
}
