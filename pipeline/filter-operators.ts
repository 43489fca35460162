import { BlockList, isIP } from "node:net";
import { isPlainObject } from "./values";

/**
 * The alternatives of a filter pattern, by the rules of AWS's matcher.
 * https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/JsonRuleCompiler.java
 */

/** Decides whether one value of an event matches. */
export type Test = (value: unknown) => boolean;

/** The alternative that the event has no such key. */
export const ABSENT = "absent";

interface Operator {
  /** Completes the sentence "must be ...". */
  readonly rule: string;
  /** Undefined if the operand breaks the rule. */
  compile(operand: unknown): Test | typeof ABSENT | undefined;
}

type TextTest = (operand: string) => (text: string) => boolean;

const TEXT_TESTS = {
  prefix: (operand) => (text) => text.startsWith(operand),
  suffix: (operand) => (text) => text.endsWith(operand),
  "equals-ignore-case": (operand) => (text) => text.toLowerCase() === operand.toLowerCase(),
  wildcard: (operand) => {
    const parts = operand.split(/(\\.|\*)/s).map((part) => {
      const character = part.startsWith("\\") ? part.slice(1) : part;
      return part === "*" ? ".*" : character.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    });
    const expression = new RegExp(`^${parts.join("")}$`, "s");
    return (text) => expression.test(text);
  },
} as const satisfies Record<string, TextTest>;

const isWildcard = (operand: string): boolean => /^(\*(?!\*)|\\[*\\]|[^*\\])*$/s.test(operand);

const onText =
  (test: (text: string) => boolean): Test =>
  (value) =>
    typeof value === "string" && test(value);

/** `{ prefix: "x" }`, `{ prefix: { "equals-ignore-case": "x" } }`, and the same with `suffix`. */
const affix = (name: "prefix" | "suffix"): Operator => ({
  rule: 'a string, or "equals-ignore-case" with a string',
  compile: (operand) => {
    if (typeof operand === "string") {
      return onText(TEXT_TESTS[name](operand));
    }
    const inner = onlyEntry(operand);
    if (inner?.[0] !== "equals-ignore-case" || typeof inner[1] !== "string") {
      return undefined;
    }
    const test = TEXT_TESTS[name](inner[1].toLowerCase());
    return onText((text) => test(text.toLowerCase()));
  },
});

function compileAnythingBut(operand: unknown): Test | undefined {
  const inner = onlyEntry(operand);
  const [operator, operands] = inner ?? [undefined, operand];
  const excluded: unknown[] = [operands].flat();
  const isOther: Test = (value) => !excluded.includes(value);
  const areTexts = excluded.every((one) => typeof one === "string");
  if (operator === undefined) {
    const areNumbers = excluded.every((one) => typeof one === "number");
    return excluded.length > 0 && (areTexts || areNumbers) ? isOther : undefined;
  }
  const isAffix = operator === "prefix" || operator === "suffix";
  const isInvalid =
    !Object.hasOwn(TEXT_TESTS, operator) ||
    !areTexts ||
    (isAffix && excluded.includes("")) ||
    (operator === "wildcard" && !excluded.every(isWildcard));
  if (isInvalid) {
    return undefined;
  }
  const compile = TEXT_TESTS[operator as keyof typeof TEXT_TESTS];
  const tests = excluded.map((one) => onText(compile(one)));
  return (value) => !tests.some((test) => test(value));
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

function compileNumeric(operand: unknown): Test | undefined {
  if (!Array.isArray(operand)) {
    return undefined;
  }
  const [first, bound, second, top, ...more] = operand as unknown[];
  const compare = COMPARISONS[String(first)];
  if (compare === undefined || typeof bound !== "number") {
    return undefined;
  }
  if (operand.length === 2) {
    return (value) => typeof value === "number" && compare(value, bound);
  }
  const compareTop = COMPARISONS[String(second)];
  const isRange =
    String(first).startsWith(">") && String(second).startsWith("<") && more.length === 0;
  if (!isRange || compareTop === undefined || typeof top !== "number" || bound >= top) {
    return undefined;
  }
  return (value) => typeof value === "number" && compare(value, bound) && compareTop(value, top);
}

function compileCidr(operand: unknown): Test | undefined {
  const [address = "", length = "", ...more] = String(operand).split("/");
  const family = isIP(address);
  const bits = /^\d+$/.test(length) ? Number(length) : Infinity;
  if (typeof operand !== "string" || !family || more.length || bits > (family === 4 ? 32 : 128)) {
    return undefined;
  }
  const subnet = new BlockList();
  subnet.addSubnet(address, bits, `ipv${family}` as "ipv4");
  return onText((text) => isIP(text) === family && subnet.check(text, `ipv${family}` as "ipv4"));
}

const isText = (operand: unknown): operand is string => typeof operand === "string";
const text = (compile: (operand: string) => Test): Operator => ({
  rule: "a string",
  compile: (operand) => (isText(operand) ? compile(operand) : undefined),
});

export const OPERATORS: Readonly<Record<string, Operator>> = {
  prefix: affix("prefix"),
  suffix: affix("suffix"),
  "equals-ignore-case": text((operand) => onText(TEXT_TESTS["equals-ignore-case"](operand))),
  exists: {
    rule: "true or false",
    compile: (operand) => (operand === true ? () => true : operand === false ? ABSENT : undefined),
  },
  numeric: {
    rule: 'one comparison with a number, or a lower bound (">" or ">=") and then a greater upper bound ("<" or "<=")',
    compile: compileNumeric,
  },
  "anything-but": {
    rule: "strings or numbers, but not both, or one of prefix, suffix, equals-ignore-case, wildcard with strings",
    compile: compileAnythingBut,
  },
  wildcard: {
    rule: "a string in which no * follows another and a backslash precedes only * or a backslash",
    compile: (operand) =>
      isText(operand) && isWildcard(operand) ? onText(TEXT_TESTS.wildcard(operand)) : undefined,
  },
  cidr: { rule: "a range of IP addresses, such as 10.0.0.0/8", compile: compileCidr },
  exactly: text((operand) => (value) => value === operand),
};

/** The only entry of an object; undefined for anything else. */
export function onlyEntry(value: unknown): [string, unknown] | undefined {
  const entries = isPlainObject(value) ? Object.entries(value) : [];
  return entries.length === 1 ? entries[0] : undefined;
}

/** The operators that Lambda's own page names; `anything-but` with a list. */
const DOCUMENTED = ["prefix", "suffix", "equals-ignore-case", "exists", "numeric", "anything-but"];

/** What of an alternative the matcher accepts although Lambda's own page does not name it. */
export function undocumented(alternative: unknown): string | undefined {
  const [operator, operand] = onlyEntry(alternative) ?? [];
  if (operator === undefined || (DOCUMENTED.includes(operator) && !isPlainObject(operand))) {
    return undefined;
  }
  const [inner] = onlyEntry(operand) ?? [];
  return inner === undefined ? operator : `${operator} with ${inner}`;
}
