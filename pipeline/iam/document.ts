import { listOf } from "../values";

/** The parts of the IAM policy grammar that occur in role, resource and key policies. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Principals;
  readonly NotPrincipal?: Principals;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, ConditionValue | readonly ConditionValue[]>>>
  >;
}

export type Principals = string | Readonly<Record<string, string | readonly string[]>>;
type ConditionValue = string | number | boolean;

/** A policy, and the name under which a sentence mentions it. */
export interface Policy {
  readonly name: string;
  readonly statements: readonly Statement[];
  /** All of the document but its statements: `Version` and `Id`. */
  readonly header?: object;
  /** Where the policy of a role is: its name in the role, or the ARN of a managed policy. */
  readonly place?: { readonly inline: string } | { readonly managed: string };
}

/** @param text JSON, percent-encoded as IAM answers it or plain */
export function parsePolicy(name: string, text: string): Policy {
  const json = text.trimStart().startsWith("{") ? text : decodeURIComponent(text);
  const { Statement: statements, ...header } = JSON.parse(json) as {
    Statement?: Statement | Statement[];
  };
  return { name, statements: listOf(statements), header };
}

/** Stands for a policy that could not be read: it may allow and deny everything. */
export const unreadablePolicy = (name: string): Policy => ({
  name,
  statements: (["Allow", "Deny"] as const).map((Effect) => ({
    Effect,
    Action: "*",
    Resource: "*",
    Condition: { StringEquals: { "unreadable policy": name } },
  })),
});

/** The statements of a policy's plain JSON. */
export const statementsOf = (json: string): readonly Statement[] =>
  parsePolicy("", json).statements;

/** Every AWS principal that a statement names. */
export const awsPrincipals = ({ Principal: principal }: Statement): readonly string[] =>
  listOf(typeof principal === "object" ? principal.AWS : principal);
