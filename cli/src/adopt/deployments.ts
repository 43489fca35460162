import { valueOf } from "../../../pipeline/fact";
import { groupBy } from "../../../pipeline/values";
import type { Account } from "../accounts";
import { Adoption, type DeploymentSettings, type Refused } from "./adoption";
import { accountSettings, adoptConsumer, inlinePoliciesOf } from "./consumer";
import type { Reader } from "./read";
import { adoptStream } from "./stream";
import { policySettings } from "./stream-policy";

/** Registered consumers that a stream may have, unless it is On-demand Advantage. */
const USUAL_LIMIT = 20;

/** What becomes of one stream and its readers. */
export interface AdoptedStream {
  readonly streamArn: string;
  readonly region: string;
  /** Undefined if the stream or all of its readers are refused. */
  readonly settings?: DeploymentSettings;
  readonly adoption: Adoption;
  readonly refused: readonly Refused[];
}

/** The settings of one deployment for each stream, from what AWS says of its readers. */
export function adoptStreams(readers: readonly Reader[]): AdoptedStream[] {
  const names = new ConsumerNames();
  const deployments = new Set<string>();
  return [...groupBy(readers, ({ pipeline }) => pipeline.stream.arn).values()].map((all) =>
    adoptOne(all, names, (wanted) => uniqueIn(deployments, wanted)),
  );
}

function adoptOne(
  readers: readonly Reader[],
  names: ConsumerNames,
  unique: (name: string) => string,
): AdoptedStream {
  const [first] = readers as [Reader, ...Reader[]];
  const { stream, region } = first.pipeline;
  const adoption = new Adoption();
  const withoutStream = withoutAccess(`stream ${stream.name}`, stream.account, "--stream-profile");
  if (withoutStream.length > 0) {
    return { streamArn: stream.arn, region, adoption, refused: withoutStream };
  }
  const ofStream = adoptStream(first, adoption);
  const withoutReader = readers.flatMap(({ pipeline: { function: fn } }) =>
    withoutAccess(`the mapping of function ${fn.name}`, fn.account, "--profile"),
  );
  const readable = readers.filter(({ pipeline }) => valueOf(pipeline.function.account.access));
  const tried = readable.map((reader) => {
    const own = new Adoption();
    return { reader, own, settings: adoptConsumer(reader, names.of(reader), own) };
  });
  const adopted = tried.filter(({ own }) => own.refused.length === 0);
  adopted.forEach(({ own }) => adoption.include(own));
  const roles = adopted.map(({ reader }) => reader.pipeline.role.arn ?? "");
  const policies = adoptPolicy(first, roles, adoption);
  const registered = adopted.filter(({ reader }) => reader.pipeline.consumer).length;
  const refused = [
    ...adoption.refused,
    ...withoutReader,
    ...tried.flatMap(({ own }) => own.refused),
  ];
  const access = valueOf(stream.account.access);
  const isRefused = adoption.refused.length > 0 || adopted.length === 0;
  return {
    streamArn: stream.arn,
    region,
    adoption,
    refused,
    ...(!isRefused && {
      settings: {
        name: unique(stream.name.replace(/[^\w-]/g, "-").slice(0, 64)),
        region,
        producer: accountSettings(stream.account.id, access?.source),
        stream: {
          ...ofStream,
          ...(registered > USUAL_LIMIT && { registeredConsumerLimit: 50 }),
        },
        ...policies,
        consumers: adopted.map(({ settings }) => settings),
        imports: adoption.imports,
      },
    }),
  };
}

/** One sentence for everything that cannot be read without credentials of an account. */
const withoutAccess = (what: string, { access }: Account, option: string): Refused[] =>
  access.state === "found"
    ? []
    : [{ what, why: `${access.why}; name a profile of it with ${option}`, isUnknown: true }];

/** The stream's policy, which Terraform rewrites with all that it allows. */
function adoptPolicy(
  { streamPolicy, pipeline: { stream } }: Reader,
  roles: readonly string[],
  adoption: Adoption,
): Pick<DeploymentSettings, "writers" | "streamPolicyStatements"> {
  if (streamPolicy.state === "unknown") {
    const { why } = streamPolicy;
    adoption.refused.push({ what: `the policy of stream ${stream.name}`, why, isUnknown: true });
    return {};
  }
  if (streamPolicy.state === "missing") {
    adoption.added.push({
      path: "stream/stream-policy",
      says: `the stream's policy, which allows the roles of the consumers to read`,
    });
    return {};
  }
  adoption.import("stream/stream-policy", stream.arn);
  adoption.changed.push({
    path: "stream/stream-policy",
    says: "rewritten: it allows what it allows now",
  });
  const { writers, streamPolicyStatements } = policySettings(streamPolicy.value, roles, adoption);
  for (const statement of streamPolicyStatements) {
    adoption.kept.push({
      setting: "streamPolicyStatements",
      value: statement,
      advice: "remove what nobody needs: the consumers' roles are allowed without it",
    });
  }
  return {
    ...(writers.length > 0 && { writers }),
    ...(streamPolicyStatements.length > 0 && { streamPolicyStatements }),
  };
}

function uniqueIn(taken: Set<string>, wanted: string): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) {
    name = `${wanted}-${number}`;
  }
  taken.add(name);
  return name;
}

/**
 * The names of consumers. A registered one has its own; another is named after its function. The name
 * is also that of an inline policy, which no role may have already.
 */
class ConsumerNames {
  private readonly taken = new Map<string, Set<string>>();

  public of(reader: Reader): string {
    const { consumer, stream, role, function: fn } = reader.pipeline;
    // Names of Terraform outputs must not contain dots, so dots count as hyphens.
    const ofStream = this.takenIn(stream.arn);
    const ofRole = this.takenIn(role.arn ?? "", inlinePoliciesOf(reader));
    const isFree = (name: string): boolean =>
      !ofStream.has(name.replaceAll(".", "-")) && !ofRole.has(name);
    let name = consumer?.name ?? fn.name;
    for (let number = 2; !consumer && !isFree(name); number++) {
      name = `${fn.name}-${number}`;
    }
    ofStream.add(name.replaceAll(".", "-"));
    ofRole.add(name);
    return name;
  }

  private takenIn(place: string, known: readonly string[] = []): Set<string> {
    const names = this.taken.get(place) ?? new Set(known);
    this.taken.set(place, names);
    return names;
  }
}
