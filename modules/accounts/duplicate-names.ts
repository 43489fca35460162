import type { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import type { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { TerraformProvider } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { expressionOf } from "../properties/expressions";
import { accountKey, accountRegionKey } from "./aws-provider";
import { Duplicate, findDuplicates, mustBeUnique } from "./duplicates";

const duplicateFunction = mustBeUnique("functionName", "in an account and Region");
const duplicateRole = mustBeUnique("roleName", "in an account");
const duplicateStream = mustBeUnique("streamName", "in an account and Region");
const duplicatePolicy = mustBeUnique(
  "consumerName",
  "among the consumers of one function, whose role gets a policy of that name",
);

const duplicateKeyAlias = ({ name, paths }: Duplicate): string =>
  `the alias of a stream's key must be unique in an account and Region, got ${JSON.stringify(name)} at ${paths.join(" and ")}; ` +
  "an alias takes no dots, so it has hyphens where the stream's name has dots: rename all but one stream, or give all but one a 'keyAliasName' or a 'kmsKeyArn'";

/** The names of a consumer that must be unique in its account. */
export interface NamedConsumer extends Construct {
  readonly _names: {
    readonly provider: TerraformProvider;
    readonly consumerName: string;
    readonly roleName?: string;
    readonly functionName: string;
    /** The execution role of an existing function. */
    readonly existingRoleName?: string;
  };
}

interface NamedStream extends Construct {
  readonly provider?: TerraformProvider;
  readonly stream: KinesisStream;
  readonly keyAlias?: KmsAlias;
}

/**
 * The constructs of one kind in each app, in the order in which they were created. Each of them
 * compares names only if it is the first of its group: if each searched the tree, the time would
 * grow with the square of their number.
 */
class ConstructRegistry<T extends Construct> {
  private readonly byRoot = new WeakMap<IConstruct, T[]>();

  public add(construct: T): void {
    const { root } = construct.node;
    const all = this.byRoot.get(root) ?? [];
    this.byRoot.set(root, all);
    all.push(construct);
  }

  /** The first construct of a group gets the whole group, if there are others; else none. */
  public groupIfFirst(construct: T, groupOf: (one: T) => string | undefined): T[] {
    const all = this.byRoot.get(construct.node.root) ?? [];
    const group = groupOf(construct);
    const isOfGroup = (one: T): boolean => groupOf(one) === group && isInTree(one);
    const peers = all.find(isOfGroup) === construct ? all.filter(isOfGroup) : [];
    return peers.length > 1 ? peers : [];
  }
}

/** Whether neither the construct nor one of its scopes was removed. */
const isInTree = (construct: IConstruct): boolean => {
  const { scope, id } = construct.node;
  return !scope || (scope.node.tryFindChild(id) === construct && isInTree(scope));
};

const createdConsumers = new ConstructRegistry<NamedConsumer>();
const createdStreams = new ConstructRegistry<NamedStream>();

export function compareConsumerNames(consumer: NamedConsumer): void {
  createdConsumers.add(consumer);
  consumer.node.addValidation({ validate: () => duplicateConsumerNames(consumer) });
}

export function compareStreamNames(stream: NamedStream): void {
  createdStreams.add(stream);
  stream.node.addValidation({ validate: () => duplicateStreams(stream) });
}

/** Finds names that AWS would refuse at apply, or with which one resource would overwrite another. */
function duplicateConsumerNames(consumer: NamedConsumer): string[] {
  const accountOf = ({ _names: names }: NamedConsumer): string => accountKey(names.provider);
  const peers = createdConsumers.groupIfFirst(consumer, accountOf);
  if (peers.length === 0) {
    return [];
  }
  const created = peers.filter(({ _names: names }) => names.existingRoleName === undefined);
  const sharing = peers.filter(({ _names: names }) => names.existingRoleName !== undefined);
  /** The role of a consumer's function, which consumers of the same function share. */
  const roleOf = ({ _names: names }: NamedConsumer): string =>
    names.existingRoleName ?? names.roleName ?? names.functionName;
  const sharedRoles = new Set(sharing.map(roleOf));
  const withShared = peers.filter((one) => sharedRoles.has(roleOf(one)));
  const regionOfConsumer = ({ _names: names }: NamedConsumer) => accountRegionKey(names.provider);
  return [
    ...duplicatesIn(created, regionOfConsumer, (one) => one._names.functionName, duplicateFunction),
    ...duplicatesIn(created, accountOf, roleOf, duplicateRole),
    ...duplicatesIn(withShared, roleOf, ({ _names: names }) => names.consumerName, duplicatePolicy),
  ];
}

/** Finds names of streams, and aliases of their keys, that are used twice in an account and Region. */
function duplicateStreams(stream: NamedStream): string[] {
  const regionOfStream = ({ provider }: NamedStream) =>
    provider ? accountRegionKey(provider) : "";
  const peers = createdStreams.groupIfFirst(stream, regionOfStream);
  if (peers.length === 0) {
    return [];
  }
  const nameOf = (one: NamedStream): string => one.stream.nameInput ?? "";
  const aliasOf = ({ keyAlias }: NamedStream): string => keyAlias?.nameInput ?? "";
  const names = duplicatesIn(peers, regionOfStream, nameOf, duplicateStream);
  const withKey = peers.filter(({ keyAlias }) => keyAlias);
  return names.length > 0
    ? names
    : duplicatesIn(withKey, regionOfStream, aliasOf, duplicateKeyAlias);
}

/** A sentence for each name that more than one construct of a group has. */
function duplicatesIn<T extends Construct>(
  constructs: readonly T[],
  groupOf: (construct: T) => string,
  nameOf: (construct: T) => string,
  sentence: (duplicate: Duplicate) => string,
): string[] {
  // Two tokens of one value differ as text, so their expressions are compared.
  const expression = (one: T, textOf: (construct: T) => string): string =>
    String(expressionOf(one, textOf(one)));
  const groups = new Map<string, (readonly [name: string, path: string])[]>();
  for (const one of constructs) {
    const group = expression(one, groupOf);
    const named = groups.get(group) ?? [];
    named.push([expression(one, nameOf), one.node.path]);
    groups.set(group, named);
  }
  return [...groups.values()].flatMap((named) => findDuplicates(named).map(sentence));
}
