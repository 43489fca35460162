import { Cloud, keyId, OWNER } from "./accounts";
import { Resolver } from "./resolver";
import { Block, Configuration } from "./scenario";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions;
}
export type Conditions = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
>;

/** A policy with the role or the resource to which it is attached. */
export interface Policy {
  readonly name: string;
  readonly kind: "identity" | "resource";
  readonly arn: string;
  readonly statements: readonly Statement[];
}

export const documentOf = (statements: readonly Statement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

interface Document {
  readonly Statement: readonly Statement[];
}
/** A whole policy, or statements for the owner to add to the key's policy. */
type Offer = Document | readonly Statement[];
/** A synthesized policy, with Terraform's references. */
interface Source {
  readonly name: string;
  readonly text: string;
}
type Site = (block: Block, resolver: Resolver) => Pick<Policy, "kind" | "arn">;

const roleArn = (resolver: Resolver, block: Block, name: unknown): string =>
  `arn:${resolver.cloud.partition}:iam::${resolver.accountOf(block)}:role/${resolver.text(String(name))}`;

/** The policy arguments by resource type. A type that is in neither list is an error. */
const CARRIERS: Readonly<Record<string, readonly [string, Site]>> = {
  aws_iam_role: [
    "assume_role_policy",
    (block, resolver) => ({
      kind: "resource",
      arn: roleArn(resolver, block, block.name),
    }),
  ],
  aws_iam_role_policy: [
    "policy",
    (block, resolver) => ({
      kind: "identity",
      arn: roleArn(resolver, block, block.role),
    }),
  ],
  aws_kinesis_resource_policy: [
    "policy",
    (block, resolver) => ({
      kind: "resource",
      arn: resolver.text(String(block.resource_arn)),
    }),
  ],
  aws_kms_key_policy: [
    "policy",
    (block, resolver) => ({
      kind: "resource",
      arn: `arn:${resolver.cloud.partition}:kms:${resolver.cloud.region}:${resolver.accountOf(block)}:key/${resolver.text(String(block.key_id))}`,
    }),
  ],
};
const WITHOUT_POLICIES = [
  "aws_cloudwatch_log_group",
  "aws_kinesis_stream",
  "aws_kinesis_stream_consumer",
  "aws_kms_alias",
  "aws_kms_key",
  "aws_lambda_event_source_mapping",
  "aws_lambda_function",
  "aws_sqs_queue",
];

/** All synthesized policies of a stack, including those in outputs for the owners of stream and key. */
export const policyTexts = (configuration: Configuration): Source[] => [
  ...carriedBy(configuration).map(({ name, text }) => ({ name, text })),
  ...offeredBy(configuration),
];

/** All policies of a stack, resolved, with those in outputs attached to the stream and the key. */
export function policiesOf(configuration: Configuration, cloud: Cloud): Policy[] {
  const resolver = new Resolver(configuration, cloud);
  const put = carriedBy(configuration).map(({ name, text, block, site }): Policy => ({
    name,
    ...site(block, resolver),
    statements: (JSON.parse(resolver.text(text)) as Document).Statement,
  }));
  const attached = offeredBy(configuration).map(({ name, text }) =>
    attach(name, resolver, JSON.parse(resolver.text(text)) as Offer),
  );
  const all = [...put, ...attached];
  // A role may have several inline policies with different names; any other resource has one policy.
  const places = all.map(
    ({ kind, arn, name }) => `${kind} ${arn} ${kind === "identity" ? name : ""}`,
  );
  if (new Set(places).size < places.length) {
    throw new Error(`a resource has two policies: ${places.join(", ")}`);
  }
  return withoutCopies(all);
}

/**
 * The policy for a former destination repeats statements of the role policy. Each is compared here,
 * and left out, since the change of one of two equal statements changes nothing.
 */
function withoutCopies(all: readonly Policy[]): Policy[] {
  const isCopy = ({ name }: Policy): boolean => name.endsWith("/on-failure-policy");
  for (const copy of all.filter(isCopy)) {
    const own = all.find(({ name }) => name === copy.name.replace("on-failure-", "role-"));
    const texts = own?.statements.map((one) => JSON.stringify(one)) ?? [];
    if (!copy.statements.every((one) => texts.includes(JSON.stringify(one)))) {
      throw new Error(`${copy.name} allows more than the role policy`);
    }
  }
  return all.filter((one) => !isCopy(one));
}

function carriedBy(configuration: Configuration) {
  return Object.entries(configuration.resource).flatMap(([type, blocks]) => {
    const [argument, site] = CARRIERS[type] ?? [];
    if (!site && !WITHOUT_POLICIES.includes(type)) {
      throw new Error(`what policies does a ${type} carry?`);
    }
    return Object.entries(blocks).flatMap(([logicalId, block]) => {
      const name = nameOf(logicalId);
      Object.keys(block)
        .filter((key) => key.includes("polic") && key !== argument)
        .forEach((key) => {
          throw new Error(`${name} has a policy in ${key}, too`);
        });
      return argument && site ? [{ name, block, site, text: String(block[argument]) }] : [];
    });
  });
}

const offeredBy = (configuration: Configuration): Source[] =>
  Object.entries(configuration.output ?? {}).map(([logicalId, { value }]) => ({
    name: nameOf(logicalId),
    text: value,
  }));

function attach(name: string, resolver: Resolver, offered: Offer): Policy {
  if ("Statement" in offered) {
    return {
      name,
      kind: "resource",
      // A resource policy of Kinesis must name its resource, and only that.
      arn: String(offered.Statement[0]?.Resource),
      statements: offered.Statement,
    };
  }
  const { partition, region } = resolver.cloud;
  const stream = name.replace("/key-policy-statements", "");
  return {
    name,
    kind: "resource",
    arn: `arn:${partition}:kms:${region}:${OWNER}:key/${keyId(stream)}`,
    statements: [
      {
        Sid: "WhatTheOwnerHasAlready",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${OWNER}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      ...offered,
    ],
  };
}

/** `analytics_role-policy_1E9AC73A` is `analytics/role-policy`. */
const nameOf = (logicalId: string): string =>
  logicalId.replace(/_[0-9A-F]{8}$/, "").replace("_", "/");
