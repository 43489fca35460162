import { parseArn } from "../../pipeline/arn";
import { accessOf, requestOf } from "../../pipeline/access";
import { valueOf } from "../../pipeline/fact";
import { evaluate } from "../../pipeline/iam/evaluate";
import type { Policy } from "../../pipeline/iam/document";
import { decryptNeeds } from "../../pipeline/needs";
import { listOf } from "../../pipeline/values";
import type { Denial } from "./denials";
import type { Effect, EffectId } from "./effect";
import {
  aboutReader,
  isEnabled,
  mayRun,
  receives,
  retentionOf,
  type Reader,
  type Readers,
} from "./readers";

/** Readers that certainly may no longer do what they need, or may do it again. */
export function accessEffects({ pairs, begun }: Readers): Effect[] {
  const lost = pairs.flatMap(({ before, after }) => {
    const known = before.denials.map(({ to }) => to);
    return deniedTo(after, (to) => !known.includes(to));
  });
  const never = begun.flatMap((reader) => deniedTo(reader, () => true));
  const again = pairs
    .filter(({ before, after, isSameMapping }) => {
      const couldRun = isEnabled(before) && mayRun(before);
      return isSameMapping && couldRun && !receives(before) && receives(after);
    })
    .map(({ after }): Effect => ({
      id: "reader-allowed",
      records: "kept",
      about: aboutReader(after),
      sentence: `gives function ${after.name} access to stream ${after.streamName} again: it continues where it stopped`,
      address: after.address,
    }));
  const limited = [
    ...pairs.flatMap(({ before, after }) => limitedBy(boundaryOf(before), after)),
    ...begun.flatMap((reader) => limitedBy(undefined, reader)),
  ];
  return [...lost, ...never, ...again, ...limited];
}

const boundaryOf = ({ examined: { role } }: Reader): string | undefined =>
  valueOf(role)?.PermissionsBoundary?.PermissionsBoundaryArn;

/** A permissions boundary that the role gets, and whose policy the plan does not show. */
function limitedBy(old: string | undefined, reader: Reader): Effect[] {
  const { examined } = reader;
  const boundary = boundaryOf(reader);
  const policy = valueOf(examined.boundary);
  const isShown = (): boolean =>
    accessOf(examined)
      .flatMap(({ decisions }) => decisions)
      .every(
        ({ need }) => evaluate(listOf(policy), requestOf(examined, need)).outcome !== "cannot tell",
      );
  return boundary === undefined || boundary === old || isShown()
    ? []
    : [
        {
          ...{ id: "boundary-set", records: "kept", about: aboutReader(reader) },
          sentence: `limits the role of function ${reader.name} to what permissions boundary ${boundary} allows, which this plan does not show: unless it allows everything that the role's own policies do, its records wait`,
          address: reader.address,
        },
      ];
}

/** In this order: whoever cannot read has nothing to decrypt or to report. */
const USES: readonly {
  readonly to: Denial["to"];
  readonly id: EffectId;
  readonly records: Effect["records"];
  readonly consequence: (reader: Reader) => string;
}[] = [
  {
    to: "read",
    id: "reader-denied",
    records: "waiting",
    consequence: (reader) =>
      `its records wait, and are lost once they are older than the retention${retentionOf(reader)}`,
  },
  {
    to: "decrypt",
    id: "key-access-lost",
    records: "unreadable",
    consequence: () => "it cannot read records that are encrypted with it",
  },
  {
    to: "report",
    id: "reports-denied",
    records: "lost",
    consequence: () => "records that Lambda gives up on leave no trace",
  },
  { to: "log", id: "logs-denied", records: "kept", consequence: () => "its logs are lost" },
];

function deniedTo(reader: Reader, isNew: (to: Denial["to"]) => boolean): Effect[] {
  const worst = USES.find(({ to }) => reader.denials.some((one) => one.to === to));
  return USES.filter(
    ({ to }) => isNew(to) && (to === worst?.to || isBeside(worst?.to, to)),
  ).flatMap(({ to, id, records, consequence }) => {
    const own = reader.denials.filter((one) => one.to === to);
    const gone = own.find(({ actions }) => actions.length === 0);
    const [first] = own;
    const what = own.map(({ on, actions }) => `${actions.join(", ")} on ${on}`).join(" and ");
    const cause = gone
      ? `cuts function ${reader.name} off, since ${gone.why}`
      : `denies function ${reader.name} ${what} (${first?.why})`;
    return first
      ? [
          {
            ...{ id, records, about: aboutReader(reader), address: reader.address },
            sentence: `${cause}: ${consequence(reader)}`,
          },
        ]
      : [];
  });
}

const isBeside = (worst: Denial["to"] | undefined, to: Denial["to"]): boolean =>
  worst !== "read" && worst !== "decrypt" && to !== worst;

/**
 * Keys that a reader may use before the plan and not after it, other than the one that encrypts the
 * stream: records that were encrypted with them may still be retained.
 *
 * @param told keys that another effect is about
 */
export function formerKeyEffects(
  { pairs }: Readers,
  told: ReadonlySet<string | undefined>,
): Effect[] {
  return pairs.flatMap(({ before, after }) => {
    if (after.denials.some(({ to }) => to === "read")) {
      return [];
    }
    const current = after.denials.filter(({ to }) => to === "decrypt").map(({ on }) => on);
    return keysOf(before)
      .filter((key) => !current.includes(key) && !told.has(key))
      .filter((key) => mayDecrypt(before, key) === "allowed" && mayDecrypt(after, key) === "denied")
      .map((key): Effect => ({
        id: "key-removed",
        records: "unreadable",
        about: aboutReader(after),
        sentence: `takes key ${key} away from function ${after.name}: records of stream ${after.streamName} that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention${retentionOf(after)} has passed since the stream used it`,
        address: after.address,
      }));
  });
}

const identityOf = ({ examined }: Reader): readonly Policy[] =>
  valueOf(examined.identityPolicies) ?? [];

/** The keys that a reader's role may decrypt with. */
const keysOf = (reader: Reader): string[] => [
  ...new Set(
    identityOf(reader)
      .flatMap(({ statements }) => statements)
      .filter(({ Effect: effect }) => effect === "Allow")
      .flatMap(({ Resource: resources }) => listOf(resources))
      .filter((arn) => parseArn(arn).service === "kms" && /:key\/[\w-]+$/.test(arn)),
  ),
];

function mayDecrypt(reader: Reader, key: string) {
  const [need] = decryptNeeds(reader.examined, key);
  return need && evaluate(identityOf(reader), requestOf(reader.examined, need)).outcome;
}
