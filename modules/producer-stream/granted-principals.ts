import type { IConstruct } from "constructs";
import { type ANY_DIGEST, withRoleIds } from "../policies/created-roles";
import {
  keyUseStatements,
  policyDocument,
  Statement,
  StreamIdentity,
  streamPolicyStatements,
} from "../policies/statements";
import { expressionOf } from "../properties/expressions";
import { inPolicy, type StreamPolicyStatement } from "./stream-policy-statement";

/** What a principal may do. */
export type Access = "read" | "write" | "listShards";

/** The principals that have access to one stream, and the policies that allow it. */
export class GrantedPrincipals {
  /** Further statements of the resource policy. */
  public readonly statements: StreamPolicyStatement[] = [];
  /** Keyed by expression, since every read of a `role.arn` returns another token. */
  private readonly principals: Readonly<Record<Access, Map<unknown, string>>> = {
    read: new Map(),
    write: new Map(),
    listShards: new Map(),
  };

  constructor(private readonly scope: IConstruct) {}

  public get isEmpty(): boolean {
    const { read, write } = this.principals;
    return read.size + write.size + this.statements.length === 0;
  }

  public includes(principal: string): boolean {
    const expression = expressionOf(this.scope, principal);
    return this.principals.read.has(expression) || this.principals.write.has(expression);
  }

  public add(principal: string, ...access: Access[]): void {
    const expression = expressionOf(this.scope, principal);
    for (const principals of access.map((one) => this.principals[one])) {
      principals.set(expression, principals.get(expression) ?? principal);
    }
  }

  /** The stream's resource policy. */
  public policyDocument(streamArn: string, digest?: typeof ANY_DIGEST): string {
    const { read, write, listShards } = this.principals;
    const granted = streamPolicyStatements(
      streamArn,
      [...read.values()],
      [...write.values()],
      [...listShards.values()],
    );
    return policyDocument([
      ...withRoleIds(this.scope, granted, [...read.keys(), ...write.keys()], digest),
      ...this.statements.map((statement) => inPolicy(statement, streamArn)),
    ]);
  }

  /** The statements of the key's policy. A key that is no longer in use needs no writers. */
  public keyStatements(stream: StreamIdentity, dnsSuffix: string, isInUse: boolean): Statement[] {
    const { read, write } = this.principals;
    const users = isInUse ? write : new Map<unknown, string>();
    return withRoleIds(
      this.scope,
      keyUseStatements(stream, dnsSuffix, [...read.values()], [...users.values()]),
      [...read.keys(), ...users.keys()],
    );
  }
}
