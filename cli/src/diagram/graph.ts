import { parseFunctionArn } from "../../../pipeline/arn";
import { pipelinesIn } from "../../../pipeline/from-terraform";
import type { Pipeline } from "../../../pipeline/pipeline";
import {
  withoutIndexKeys,
  type PlacedResource,
  type Resources,
} from "../../../pipeline/terraform/resources";
import { ownerOf, permissionsIn } from "./policies";

export interface Node {
  readonly id: string;
  readonly account: string;
  /** What it is, such as `Kinesis data stream`. */
  readonly kind: string;
  readonly name: string;
  /** Name of the policy that belongs to it, if it has one. */
  readonly policy?: string;
  /** What is wrong with it, as ids of findings. */
  readonly faults?: readonly string[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** `records`: data flow; `permission`: what a role may do; `waits`: order of creation. */
  readonly kind: "records" | "failures" | "permission" | "role" | "waits";
  readonly labels: readonly string[];
  /** What is wrong with it, as ids of findings. */
  readonly faults?: readonly string[];
}

export interface Graph {
  readonly accounts: readonly string[];
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

interface Drawn {
  readonly kind: string;
  readonly name: string;
  readonly policy?: string;
}

/** Resource types that are drawn, with their label and the attribute that contains their name. */
export const KINDS = {
  aws_kinesis_stream: { kind: "Kinesis data stream", name: "name", policy: "stream policy" },
  aws_kinesis_stream_consumer: {
    kind: "Registered consumer",
    name: "name",
    policy: "consumer policy",
  },
  aws_kms_key: { kind: "KMS key", name: "description", policy: "key policy" },
  aws_iam_role: { kind: "Execution role", name: "name", policy: "role policy" },
  aws_lambda_event_source_mapping: { kind: "Event source mapping", name: "uuid" },
  aws_lambda_function: { kind: "Lambda function", name: "function_name" },
  aws_cloudwatch_log_group: { kind: "Log group", name: "name" },
  aws_sqs_queue: { kind: "SQS queue", name: "name" },
  aws_sns_topic: { kind: "SNS topic", name: "name" },
  aws_s3_bucket: { kind: "S3 bucket", name: "bucket" },
} as const satisfies Readonly<Record<string, Drawn>>;

/** What the resources of a pipeline are, and how they belong together. */
export function graphOf(resources: Resources): Graph {
  const { all } = resources;
  const external = new Map<string, Node>();
  /** The node that a value refers to: a resource of the configuration, or one that is only named by its ARN. */
  const nodeId = (value: unknown): string | undefined => {
    const found = resources.referredTo(value);
    if (found) {
      return found.type in KINDS ? found.address : undefined;
    }
    const node = externalNode(value);
    if (node) {
      external.set(node.id, node);
    }
    return node?.id;
  };
  const pipelines = pipelinesIn(resources);
  const edges = [
    ...all.flatMap((one) => flowOf(one, nodeId)),
    ...pipelines.flatMap(({ pipeline }) => flowThrough(pipeline, nodeId)),
    ...permissionsIn(resources, pipelines).flatMap(({ role, on, labels }) =>
      edge(role.address, nodeId(on), "permission", ...labels),
    ),
    ...all.flatMap((one) => waitsOf(one, resources)),
  ];
  const nodes = all
    .filter(({ type }) => Object.hasOwn(KINDS, type))
    .map((one) => nodeOf(one, resources));
  const everything = [...nodes, ...external.values()];
  return {
    accounts: accountsInOrder(everything),
    nodes: everything,
    edges: edges.filter(({ from, to }) =>
      [from, to].every((id) => everything.some((node) => node.id === id)),
    ),
  };
}

function nodeOf(resource: PlacedResource, resources: Resources): Node {
  const drawn: Readonly<Record<string, Drawn>> = KINDS;
  const { kind, name, policy } = drawn[resource.type] ?? { kind: resource.type, name: "name" };
  const hasPolicy = resources.all.some((one) => ownerOf(one, resources) === resource);
  const alias = resources.all.find(
    ({ type, values }) =>
      type === "aws_kms_alias" && resources.referredTo(values.target_key_id) === resource,
  );
  const shown = alias?.values.name ?? resource.values[name] ?? resource.values[`${name}_prefix`];
  return {
    id: resource.address,
    account: resource.account,
    kind,
    name: typeof shown === "string" && !shown.includes("${") ? shown : "",
    ...(policy !== undefined && hasPolicy && { policy }),
  };
}

function externalNode(value: unknown): Node | undefined {
  const parts = /^arn:[^:]+:(kinesis|sqs|sns|s3|kms|lambda):[^:]*:(\d*):([^$]+)$/.exec(
    String(value),
  );
  if (!parts) {
    return undefined;
  }
  const [id, service = "", account = "", name = ""] = parts;
  const kinds: Readonly<Record<string, string>> = {
    kinesis: name.includes("/consumer/") ? "Registered consumer" : "Kinesis data stream",
    sqs: "SQS queue",
    sns: "SNS topic",
    s3: "S3 bucket",
    kms: "KMS key",
    lambda: "Lambda function",
  };
  return {
    id,
    account: account || "unknown",
    kind: `${kinds[service] ?? service} (not in this plan)`,
    name: name.replace(/^(stream\/|function:)/, ""),
  };
}

/** An edge, unless one of its ends is not known. */
const edge = (
  from: string | undefined,
  to: string | undefined,
  kind: Edge["kind"],
  ...labels: string[]
): Edge[] => (from === undefined || to === undefined ? [] : [{ from, to, kind, labels }]);

type NodeId = (value: unknown) => string | undefined;

/** What a resource is fed, assumed or encrypted by. */
function flowOf({ address, type, values }: PlacedResource, nodeId: NodeId): Edge[] {
  switch (type) {
    case "aws_kinesis_stream_consumer":
      return edge(nodeId(values.stream_arn), address, "records");
    case "aws_lambda_function":
      return edge(nodeId(values.role), address, "role", "assumed by");
    case "aws_kinesis_stream":
      return edge(nodeId(values.kms_key_id), address, "role", "encrypts");
    default:
      return [];
  }
}

/** The data flow through a mapping. */
function flowThrough({ mapping, function: fn, destination }: Pipeline, nodeId: NodeId): Edge[] {
  const { address, sourceArn } = mapping;
  const { unqualifiedArn } = parseFunctionArn(fn.arn);
  return [
    ...edge(nodeId(sourceArn), address, "records"),
    ...edge(address, nodeId(unqualifiedArn), "records"),
    ...edge(address, nodeId(destination?.arn), "failures", "failed batches"),
  ];
}

/** Policies that an event source mapping depends on. */
function waitsOf({ address, type, dependsOn }: PlacedResource, resources: Resources): Edge[] {
  if (type !== "aws_lambda_event_source_mapping") {
    return [];
  }
  return resources.all
    .filter((one) => dependsOn.includes(withoutIndexKeys(one.address)))
    .flatMap((policy): Edge[] => {
      const owner = ownerOf(policy, resources);
      return owner ? [{ from: address, to: owner.address, kind: "waits", labels: [] }] : [];
    });
}

/** The stream's account first, since records come from there. */
function accountsInOrder(nodes: readonly Node[]): string[] {
  const accounts = [...new Set(nodes.map(({ account }) => account))].sort();
  const source = nodes.find(({ kind }) => kind.startsWith("Kinesis data stream"))?.account;
  return [...accounts.filter((one) => one === source), ...accounts.filter((one) => one !== source)];
}
