import { parseFunctionArn } from "../../pipeline/arn";
import { unknown, valueOf, type Fact } from "../../pipeline/fact";
import type { Policy } from "../../pipeline/iam/document";
import { pipelinesIn } from "../../pipeline/from-terraform";
import type { PipelineWithPolicies } from "../../pipeline/pipeline";
import type { ResourceChange } from "../../pipeline/terraform/plan";
import type { Comparison } from "../../pipeline/terraform/planned";
import type { Resources } from "../../pipeline/terraform/resources";
import { denials, goneNeeds, type Denial } from "./denials";
import type { Subject } from "./effect";

/** A function that reads a stream, before or after a plan. */
export interface Reader {
  readonly examined: PipelineWithPolicies;
  /** Function and stream, which stay the same whatever Terraform does with the mapping. */
  readonly key: string;
  readonly name: string;
  readonly streamName: string;
  readonly streamArn: string;
  readonly address: string;
  /** What the plan does with its mapping; undefined if the plan leaves it out. */
  readonly change: ResourceChange | undefined;
  readonly denials: readonly Denial[];
}

/** One reader before and after a plan. */
export interface ReaderPair {
  readonly before: Reader;
  readonly after: Reader;
  /** Whether its mapping stays, with the position that it has reached. */
  readonly isSameMapping: boolean;
}

export interface Readers {
  readonly all: { readonly before: readonly Reader[]; readonly after: readonly Reader[] };
  readonly pairs: readonly ReaderPair[];
  readonly ended: readonly Reader[];
  readonly begun: readonly Reader[];
}

export function readersOf(comparison: Comparison): Readers {
  const managed = new Set(
    comparison.before.all
      .filter(({ type }) => type === "aws_kinesis_resource_policy")
      .map(({ values }) => values.resource_arn),
  );
  /** A policy that Terraform never had may have been put by hand. */
  const orUnknown = (arn: string, policy: Fact<Policy>): Fact<Policy> =>
    policy.state === "missing" && !managed.has(arn) ? unknown(policy.why) : policy;
  const read = (resources: Resources): Reader[] =>
    pipelinesIn(resources).map((one) => {
      const { stream, consumer } = one.pipeline;
      const streamPolicy = orUnknown(stream.arn, one.streamPolicy);
      const consumerPolicy =
        consumer && one.consumerPolicy && orUnknown(consumer.arn, one.consumerPolicy);
      return readerOf({ ...one, streamPolicy, consumerPolicy }, resources, comparison);
    });
  const [before, after] = [read(comparison.before), read(comparison.after)];
  const left = new Set(before);
  const pairs: ReaderPair[] = [];
  const begun: Reader[] = [];
  const isRenamed = renamedFunctions(comparison);
  const byAddress = new Map(before.map((one) => [one.address, one]));
  const byKey = new Map<string, Reader[]>();
  before.forEach((one) => byKey.set(one.key, [...(byKey.get(one.key) ?? []), one]));
  const open = after.filter((one) => {
    const old = byAddress.get(one.change?.previous_address ?? one.address);
    // An account that the plan does not tell is the one that the mapping was in.
    return !(
      old &&
      (old.key === one.key || haveSameNames(old, one) || isRenamed(old, one)) &&
      pair(old, one)
    );
  });
  for (const one of open) {
    const old = byKey.get(one.key)?.find((other) => left.has(other));
    if (!(old && pair(old, one))) {
      begun.push(one);
    }
  }

  function pair(old: Reader, next: Reader): boolean {
    pairs.push({ before: old, after: next, isSameMapping: isKept(old, next, comparison) });
    return left.delete(old);
  }

  return { all: { before, after }, pairs, begun, ended: [...left] };
}

function readerOf(
  examined: PipelineWithPolicies,
  resources: Resources,
  { before, changeOf }: Comparison,
): Reader {
  const { stream, mapping, function: fn } = examined.pipeline;
  const { unqualifiedArn } = parseFunctionArn(fn.arn);
  const address = mapping.address ?? "";
  return {
    ...{ examined, address },
    key: `${unqualifiedArn} ${stream.arn}`,
    name: fn.name,
    streamName: stream.name,
    streamArn: stream.arn,
    change: changeOf(address),
    denials: [...goneNeeds(examined, before, resources), ...denials(examined)],
  };
}

/** Whether the function of a mapping is the same resource under another name. */
function renamedFunctions({
  before,
  after,
  changeOf,
}: Comparison): (old: Reader, next: Reader) => boolean {
  const addressesIn = ({ all }: Comparison["before"], addressOf = (address: string) => address) =>
    new Map(
      all
        .filter(({ type }) => type === "aws_lambda_function")
        .map(({ address, values }) => [values.arn, addressOf(address)]),
    );
  const old = addressesIn(before);
  const next = addressesIn(after, (address) => changeOf(address)?.previous_address ?? address);
  const arnOf = ({ examined: { pipeline } }: Reader) =>
    parseFunctionArn(pipeline.function.arn).unqualifiedArn;
  return (one, other) => {
    const address = old.get(arnOf(one));
    return (
      address !== undefined &&
      address === next.get(arnOf(other)) &&
      one.streamArn === other.streamArn
    );
  };
}

const haveSameNames = (one: Reader, other: Reader): boolean =>
  one.name === other.name &&
  one.streamName === other.streamName &&
  !/^\d{12}$/.test(other.examined.pipeline.function.account.id);

const isKept = (old: Reader, next: Reader, { vanished }: Comparison): boolean =>
  old.address === (next.change?.previous_address ?? next.address) &&
  !vanished.has(old.address) &&
  !(next.change?.change.actions.includes("create") ?? false);

export const aboutReader = ({ name, streamArn, examined: { pipeline } }: Reader): Subject => ({
  ...{ kind: "reader", name },
  arn: parseFunctionArn(pipeline.function.arn).unqualifiedArn,
  stream: streamArn,
});

export const isEnabled = ({ examined: { pipeline } }: Reader): boolean =>
  valueOf(pipeline.mapping.configuration)?.State !== "Disabled";

export const mayRun = ({ examined: { pipeline } }: Reader): boolean =>
  pipeline.function.reservedConcurrentExecutions !== 0;

/** True unless it certainly receives nothing: it is paused, may not run, or may not read. */
export const receives = (reader: Reader): boolean =>
  isEnabled(reader) &&
  mayRun(reader) &&
  !reader.denials.some(({ to }) => to === "read" || to === "decrypt");

/** How long a stream keeps records, such as " (24 h)"; empty if it is not known. */
export function retentionOf({ examined: { pipeline } }: Reader): string {
  const hours = valueOf(pipeline.stream.summary)?.RetentionPeriodHours;
  return hours === undefined ? "" : ` (${hours} h)`;
}
