import { accessOf } from "../../../pipeline/access";
import { parseArn, roleNameOf } from "../../../pipeline/arn";
import { valueOf } from "../../../pipeline/fact";
import { destinationKeyNeeds, logGroupArn } from "../../../pipeline/needs";
import { functionLabel } from "../pipeline";
import { KINDS, type Edge, type Graph, type Node } from "../diagram/graph";
import type { Line } from "./diagnose";
import type { Examination } from "./examine";
import type { Part, Place } from "./verdict";

const DESTINATIONS = {
  sqs: KINDS.aws_sqs_queue,
  sns: KINDS.aws_sns_topic,
  s3: KINDS.aws_s3_bucket,
};

/**
 * A living pipeline, with every finding at the resource, flow or permission that it is about, or else
 * at the mapping.
 */
export function graphOfExamination(examination: Examination, lines: readonly Line[]): Graph {
  const parts = partsOf(examination);
  const ways = [...flowOf(parts), ...permissionsOf(examination, parts)];
  const places: readonly Place[] = [...(Object.keys(parts) as Part[]), ...ways];
  const faultsAt = (place: Place): string[] =>
    lines.flatMap(({ about, ...line }) => {
      const drawn = places.find((one) => isSame(one, about)) ?? "mapping";
      return line.status === "finding" && isSame(drawn, place) ? [line.finding.id] : [];
    });
  const nodes = (Object.keys(parts) as Part[]).flatMap((part): Node[] => {
    const node = parts[part];
    return node ? [{ ...node, faults: faultsAt(part) }] : [];
  });
  const edges = ways.map(({ from, to, ...edge }): Edge => ({
    ...edge,
    from: parts[from]?.id ?? "",
    to: parts[to]?.id ?? "",
    faults: faultsAt({ from, to }),
  }));
  const { stream, function: fn } = examination.pipeline;
  const accounts = [stream.account.id, fn.account.id, ...nodes.map(({ account }) => account)];
  return { accounts: [...new Set(accounts)], nodes, edges };
}

const isSame = (one: Place, other: Place | undefined): boolean =>
  typeof one === "string" || typeof other !== "object"
    ? one === other
    : one.from === other.from && one.to === other.to;

type Parts = Partial<Record<Part, Node>>;

/** The resources that the pipeline has, or names. */
function partsOf(examination: Examination): Parts {
  const { pipeline, destination, logGroup } = examination;
  const { stream, consumer, function: fn, mapping, role } = pipeline;
  const node = (arn: string, { kind }: { readonly kind: string }, name: string): Node => ({
    id: arn,
    account: parseArn(arn).account || fn.account.id,
    kind,
    name,
  });
  /** A stream may name its key by an id or alias, which says nothing of the account. */
  const ofKey = (arn: string | undefined, account: string): Node | undefined =>
    arn === undefined
      ? undefined
      : {
          ...node(arn, KINDS.aws_kms_key, nameIn(arn)),
          account: parseArn(arn).account || account,
        };
  const parts: Readonly<Record<Part, Node | undefined>> = {
    stream: node(stream.arn, KINDS.aws_kinesis_stream, stream.name),
    consumer: consumer && node(consumer.arn, KINDS.aws_kinesis_stream_consumer, consumer.name),
    key: ofKey(valueOf(examination.key)?.Arn ?? valueOf(stream.summary)?.KeyId, stream.account.id),
    mapping: {
      ...node(mapping.uuid ?? "mapping", KINDS.aws_lambda_event_source_mapping, mapping.uuid ?? ""),
      account: fn.account.id,
    },
    function: node(fn.arn, KINDS.aws_lambda_function, functionLabel(fn.arn)),
    role: role.arn === undefined ? undefined : node(role.arn, KINDS.aws_iam_role, nameIn(role.arn)),
    destination:
      destination &&
      node(destination.arn, DESTINATIONS[destination.service], parseArn(destination.arn).resource),
    destinationKey: ofKey(
      valueOf(valueOf(destination?.settings)?.encryption?.key)?.Arn,
      fn.account.id,
    ),
    logGroup:
      logGroup && node(logGroupArn(examination), KINDS.aws_cloudwatch_log_group, logGroup.name),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, one]) => one !== undefined));
}

/** The last part of the ARN of a key or role. */
const nameIn = roleNameOf;

interface Way extends Pick<Edge, "kind" | "labels"> {
  readonly from: Part;
  readonly to: Part;
}

/** The way of the records, and which key encrypts and which role reads them. */
function flowOf(parts: Parts): Way[] {
  const way = (from: Part, to: Part, kind: Edge["kind"], ...labels: string[]): Way[] =>
    parts[from] && parts[to] ? [{ from, to, kind, labels }] : [];
  return [
    ...(parts.consumer
      ? [...way("stream", "consumer", "records"), ...way("consumer", "mapping", "records")]
      : way("stream", "mapping", "records")),
    ...way("mapping", "function", "records"),
    ...way("mapping", "destination", "failures", "failed batches"),
    ...way("role", "function", "role", "assumed by"),
    ...way("key", "stream", "role", "encrypts"),
    ...way("destinationKey", "destination", "role", "encrypts"),
  ];
}

/** What the role needs on each resource, and what of it is not allowed. */
function permissionsOf(examination: Examination, parts: Parts): Way[] {
  const partAt = (id: string): Part | undefined =>
    Object.entries(parts).find(([, node]) => node.id === id)?.[0] as Part | undefined;
  const all = accessOf(examination).map(({ on, decisions }) => ({
    to: partAt(on),
    labels: decisions.map(({ need: { action }, outcome }) =>
      outcome === "allowed" ? action : `${action} (${outcome})`,
    ),
  }));
  const ofKey = destinationKeyNeeds(examination).map(({ action }) => action);
  return [
    ...all,
    ...(ofKey.length > 0 ? [{ to: "destinationKey" as const, labels: ofKey }] : []),
  ].flatMap(({ to, labels }) =>
    to !== undefined && parts.role && parts[to]
      ? [{ from: "role", to, kind: "permission", labels: [...new Set(labels)] }]
      : [],
  );
}
