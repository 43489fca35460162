import type { Policy, Statement } from "../../../pipeline/iam/document";
import { retry, type Command } from "./shell";

/** A policy as AWS holds it now, with the changes that all fixes of a report make to it. */
export class Draft {
  private statements: readonly Statement[];
  private namesNewRole = false;

  /** @param write returns the command that puts the document; for undefined, the one that deletes the policy */
  constructor(
    private readonly policy: Policy,
    private readonly write: (document: object | undefined) => Command,
    /** True for policies that only AWS can change: they can only be detached. */
    readonly isFixed = false,
  ) {
    this.statements = policy.statements;
  }

  get current(): Policy {
    return { ...this.policy, statements: this.statements };
  }

  /** The policy as AWS holds it now. */
  original(): Draft {
    return new Draft(this.policy, this.write, this.isFixed);
  }

  /** Replaces a statement; returns false if this policy does not contain it. */
  replace(statement: Statement, replacements: readonly Statement[]): boolean {
    if (!this.statements.includes(statement)) {
      return false;
    }
    this.statements = this.isFixed
      ? []
      : this.statements.flatMap((one) => (one === statement ? replacements : [one]));
    return true;
  }

  /** Adds statements, unless the policy contains them: several fixes may need the same ones. */
  add(statements: readonly Statement[]): void {
    const known = new Set(this.statements.map((one) => JSON.stringify(one)));
    const added = statements.filter((one) => !known.has(JSON.stringify(one)));
    this.statements = [...this.statements, ...added];
  }

  /** A new role takes some seconds to propagate to other services. */
  forNewRole(): this {
    this.namesNewRole = true;
    return this;
  }

  command(): Command {
    const { header } = this.policy;
    const command = this.write(
      this.statements.length === 0
        ? undefined
        : { Version: "2012-10-17", ...header, Statement: this.statements },
    );
    return this.namesNewRole ? retry(command) : command;
  }
}

/** The drafts of a report, one for each document, whichever findings it concerns. */
export class Drafts {
  private readonly all = new Map<string, Draft>();

  of(document: string, create: () => Draft): Draft {
    const draft = this.all.get(document) ?? create();
    this.all.set(document, draft);
    return draft;
  }
}
