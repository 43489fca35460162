import type { Effect, EffectOn } from "../../app/explain/effect";
import { BROKEN, PAUSED } from "./settle";
import type { AccessTruth, ReaderTruth, StoreTruth, Truth } from "./truth";

/**
 * Delivery is at least once: what was in flight when a mapping was changed, or when Terraform was
 * stopped, may come again without a word. One batch of each shard, at the rate of the load.
 */
export const IN_FLIGHT_RECORDS = 12;

/**
 * A record reaches a reader within this time, on a busy machine too, if nothing holds it up. "Waits"
 * is no false word if something took longer.
 */
export const PROMPT_MILLISECONDS = 1_500;

/** How the deploy of a step ended. */
export interface Outcome {
  /** Errors of applies that nobody had interrupted, without those that the walk itself caused. */
  readonly errors: readonly string[];
  /** The app refused the plan, or Terraform did. */
  readonly isRefused: boolean;
  /** It could not be finished, neither by deploying again nor by what was printed. */
  readonly unfinished?: string | undefined;
}

/** What is wrong with the words of a step, or with what they should have said. */
export interface Fault {
  readonly kind: "missing" | "false" | "unfinished" | "order";
  readonly about: string;
  readonly sentence: string;
}

const isAbout =
  ({ names, streams }: Pick<ReaderTruth, "names" | "streams">) =>
  ({ about }: Effect): boolean =>
    about.kind === "reader"
      ? names.includes(about.name) &&
        streams.includes(about.stream?.split("/").at(-1) ?? streams[0]!)
      : false;

/** A stream's end, its key or its consumers concern every reader of it. */
const concerns =
  (reader: Pick<ReaderTruth, "names" | "streams">) =>
  (effect: Effect): boolean => {
    const { kind, name } = effect.about;
    return (
      isAbout(reader)(effect) ||
      (kind === "stream" && reader.streams.includes(name)) ||
      kind === "key" ||
      kind === "registered consumer"
    );
  };

function judgeReader(effects: readonly Effect[], reader: ReaderTruth): Fault[] {
  const own = effects.filter(isAbout(reader));
  const wider = effects.filter(concerns(reader));
  const says = (list: readonly Effect[], ...records: readonly EffectOn[]): Effect | undefined =>
    list.find((one) => records.includes(one.records));
  const about = `reader ${reader.names.join(" -> ")} of ${reader.streams.join(" -> ")}`;
  const { before, after, again, missed, unreported, outOfOrder, owed } = reader;
  const faults: Fault[] = [];
  const missing = (sentence: string): unknown => faults.push({ kind: "missing", about, sentence });
  const untrue = ({ id, sentence }: Effect, truth: string): unknown =>
    faults.push({ kind: "false", about, sentence: `"${sentence}" (${id}): ${truth}` });

  // "Adds function b: it receives everything retained", where another function read before.
  const isNewFunction =
    reader.names.length > 1 &&
    own.some(({ id, about: { name } }) => id === "mapping-created" && name === reader.names.at(-1));
  if (
    again > IN_FLIGHT_RECORDS &&
    !isNewFunction &&
    !says(own, "replayed") &&
    !owed.includes("replayed")
  ) {
    missing(`${again} records were delivered again`);
  }
  if (missed > 0 && !says(wider, "lost", "unreadable") && !isOwed(owed, "lost", "unreadable")) {
    missing(`${missed} records were never delivered`);
  }
  if (unreported > 0 && !says(wider, "lost", "unreadable")) {
    missing(`${unreported} records were given up and reported nowhere`);
  }
  const isNewlyWaiting = after === "waiting" && before !== "waiting" && reader.reason !== BROKEN;
  // "It receives nothing until its mapping is enabled": nothing that was delivered before waits.
  const isAddedPaused = before === "absent" && reader.reason === PAUSED && own.length > 0;
  const isOwedToKey = owed.includes("unreadable") && (reader.reason ?? "").includes("KMS");
  if (
    isNewlyWaiting &&
    !isAddedPaused &&
    !isOwedToKey &&
    !own.some(({ id }) => id === "boundary-set") &&
    !says(wider, "waiting", "refused", "unreadable", "lost")
  ) {
    missing(`its records wait${reader.reason === undefined ? "" : `: ${reader.reason}`}`);
  }
  // "It receives no more records of stream a, but everything retained of stream b."
  const isMoved = effects.some(
    ({ about, sentence }) =>
      about.kind === "reader" &&
      reader.names.includes(about.name) &&
      reader.streams.some((stream) => sentence.includes(`no more records of stream ${stream}`)),
  );
  const isEndSaid = own.length > 0 || isMoved || says(wider, "lost");
  if (after === "absent" && before !== "absent" && !isEndSaid) {
    missing("it receives no more records");
  }
  if (outOfOrder > 0 && again <= IN_FLIGHT_RECORDS && missed === 0) {
    faults.push({ kind: "order", about, sentence: `${outOfOrder} records came out of order` });
  }

  const replayed = says(own, "replayed");
  if (
    replayed &&
    after === "receiving" &&
    again <= IN_FLIGHT_RECORDS &&
    reader.repeatable > 2 * IN_FLIGHT_RECORDS
  ) {
    untrue(replayed, `${again} of ${reader.repeatable} records were delivered again`);
  }
  const waiting = says(own, "waiting");
  if (
    waiting &&
    before !== "waiting" &&
    after === "receiving" &&
    isPrompt(reader) &&
    !reader.mayWait
  ) {
    untrue(waiting, `every record came within ${PROMPT_MILLISECONDS} ms`);
  }
  const lost = says(own, "lost");
  if (lost && after === "receiving" && missed + unreported === 0 && !reader.mayLose) {
    untrue(lost, "every record was delivered or reported");
  }
  const unreadable = says(own, "unreadable");
  if (unreadable && after === "receiving" && reader.caughtUp > 0 && missed === 0) {
    untrue(unreadable, `${reader.caughtUp} older records were delivered`);
  }
  return faults;
}

const isPrompt = ({ slowest }: ReaderTruth): boolean => slowest < PROMPT_MILLISECONDS;

const isOwed = (owed: ReaderTruth["owed"], ...records: ReaderTruth["owed"]): boolean =>
  records.some((one) => owed.includes(one));

function judgeAccess(effects: readonly Effect[], access: AccessTruth): Fault[] {
  const { kind, account, stream, before, after } = access;
  const said = effects.filter(({ about }) => {
    const isOwn =
      (about.kind === "writer" || about.kind === "principal") && about.name.includes(account);
    return isOwn || (about.kind === "stream" && about.name === stream) || about.kind === "key";
  });
  // What a reader of another team has not read waits for it; what a writer puts is refused.
  const loses = said.some(
    ({ records }) =>
      records === "lost" ||
      records === "unreadable" ||
      (kind === "principal" && records === "waiting"),
  );
  const about = `${kind} ${account} of ${stream}`;
  if (before && !after && !loses) {
    return [{ kind: "missing", about, sentence: "it has no access any more" }];
  }
  const untrue = said.find(
    (one) =>
      one.records !== "kept" &&
      one.about.kind === kind &&
      (one.about.stream === undefined || one.about.stream.endsWith(`/${stream}`)),
  );
  return before && after && untrue
    ? [{ kind: "false", about, sentence: `"${untrue.sentence}" (${untrue.id}): it has access` }]
    : [];
}

/** By its unique id, AWS shows a user or a role in a policy that is gone. */
const UNIQUE_ID = /^A(RO|ID)A[A-Z0-9]+$/;

/** Nobody can lose access any more who is gone. */
const judgeGone = (effects: readonly Effect[]): Fault[] =>
  effects
    .filter(({ about }) => UNIQUE_ID.test(about.name))
    .map(({ id, about: { kind, name }, sentence }) => ({
      ...{ kind: "false", about: `${kind} ${name}` },
      sentence: `"${sentence}" (${id}): it is the id of a role that is gone`,
    }));

/** "Earlier reports stay in arn:aws:sqs:...": if there is such a queue. */
const judgeReports = (effects: readonly Effect[], { kept }: Truth): Fault[] =>
  effects.flatMap(({ id, sentence }) => {
    const queue = /reports stay in arn:aws:sqs:[^:]*:\d+:([\w-]+)/.exec(sentence)?.[1];
    const isThere = kept.some(({ kind, name }) => kind === "queue" && name === queue);
    return queue === undefined || isThere
      ? []
      : [
          {
            ...{ kind: "false", about: `queue ${queue}` },
            sentence: `"${sentence}" (${id}): it is not there`,
          },
        ];
  });

function judgeEnd(effects: readonly Effect[], { kind, name }: StoreTruth): Fault[] {
  const isSaid = effects.some(({ about }) => about.kind === kind && about.name.endsWith(name));
  // What a key decrypted is what a word about the stream or its readers may be about.
  const others =
    kind === "key" && effects.some(({ records }) => records === "unreadable" || records === "lost");
  return isSaid || others
    ? []
    : [{ kind: "missing", about: `${kind} ${name}`, sentence: "it is gone, or was made anew" }];
}

function judgeKept(effects: readonly Effect[], { kind, name }: StoreTruth): Fault[] {
  const untrue = effects.find(
    ({ about, records, sentence }) =>
      records === "lost" &&
      about.kind === kind &&
      about.name === name &&
      /delete|destroy|replace/.test(sentence),
  );
  return untrue
    ? [
        {
          kind: "false",
          about: `${kind} ${name}`,
          sentence: `"${untrue.sentence}" (${untrue.id}): it is still there`,
        },
      ]
    : [];
}

function judgeDeploy(effects: readonly Effect[], outcome: Outcome): Fault[] {
  const { errors, isRefused, unfinished } = outcome;
  const refused = effects.find(({ records }) => records === "refused");
  const faults: Fault[] = [];
  if (errors.length > 0 && !refused) {
    faults.push({ kind: "missing", about: "deploy", sentence: errors[0]!.slice(0, 600) });
  }
  if (refused && errors.length === 0 && !isRefused) {
    const sentence = `"${refused.sentence}" (${refused.id}): it was applied`;
    faults.push({ kind: "false", about: "deploy", sentence });
  }
  if (unfinished !== undefined) {
    faults.push({ kind: "unfinished", about: "deploy", sentence: unfinished.slice(0, 600) });
  }
  return faults;
}

/** Compares the words of a step with what became of records and of access. Fair: see the constants. */
export function judge(effects: readonly Effect[], truth: Truth, outcome: Outcome): Fault[] {
  return [
    ...judgeDeploy(effects, outcome),
    ...truth.readers.flatMap((reader) => judgeReader(effects, reader)),
    ...truth.access.flatMap((access) => judgeAccess(effects, access)),
    ...truth.ended.flatMap((store) => judgeEnd(effects, store)),
    ...truth.kept.flatMap((store) => judgeKept(effects, store)),
    ...judgeGone(effects),
    ...judgeReports(effects, truth),
  ];
}
