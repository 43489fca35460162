import type { Effect, EffectOn, Subject } from "../../app/explain/effect";
import { IN_FLIGHT_RECORDS, judge, type Outcome, PROMPT_MILLISECONDS } from "./judge";
import { BROKEN, PAUSED } from "./settle";
import type { AccessTruth, ReaderTruth, Truth } from "./truth";

const DEPLOYED: Outcome = { errors: [], isRefused: false };
const NOTHING: Truth = { readers: [], access: [], ended: [], kept: [] };
const MANY = 10 * IN_FLIGHT_RECORDS;

/** A reader that has got every record, and gets those that are put. */
const QUIET: ReaderTruth = {
  names: ["fan"],
  streams: ["events"],
  before: "receiving",
  after: "receiving",
  again: 0,
  repeatable: MANY,
  missed: 0,
  caughtUp: 0,
  unreported: 0,
  outOfOrder: 0,
  slowest: 400,
  mayLose: false,
  mayWait: false,
  owed: [],
};

const reader = (truth: Partial<ReaderTruth>): Truth => ({
  ...NOTHING,
  readers: [{ ...QUIET, ...truth }],
});

const word = (records: EffectOn, about: Partial<Subject> = {}): Effect => ({
  id: "mapping-replaced",
  records,
  about: { kind: "reader", name: "fan", ...about },
  sentence: "deletes or changes it",
  address: "aws_it.it",
});

const STREAM = { kind: "stream", name: "events" } as const;
const kinds = (effects: readonly Effect[], truth: Truth, outcome = DEPLOYED): string[] =>
  judge(effects, truth, outcome).map(({ kind }) => kind);

type Row = readonly [what: string, truth: Truth, word: Effect | undefined];

const WRITER: AccessTruth = {
  kind: "writer",
  account: "555555555555",
  stream: "events",
  before: true,
  after: false,
};
const AUDITOR: AccessTruth = { ...WRITER, kind: "principal", account: "888888888888" };
const QUEUE = { kind: "queue", name: "fan-on-failure" } as const;

/** Each is right with the word, and without it a word is missing. */
const NEEDED: readonly Row[] = [
  ["records come again", reader({ again: MANY }), word("replayed")],
  [
    "records come again after a rename",
    reader({ names: ["fan", "x"], again: MANY }),
    word("replayed", { name: "x" }),
  ],
  ["records are lost", reader({ missed: 1 }), word("lost")],
  ["records cannot be decrypted", reader({ missed: 1 }), word("unreadable")],
  ["records go with their stream", reader({ missed: 1 }), word("lost", STREAM)],
  ["records are given up without a report", reader({ unreported: 1 }), word("lost")],
  ["records wait", reader({ after: "waiting" }), word("waiting")],
  ["records of a stream wait", reader({ after: "waiting" }), word("unreadable", STREAM)],
  ["a reader ends", reader({ after: "absent" }), word("kept")],
  [
    "a new reader waits for a person",
    reader({ before: "absent", after: "waiting", reason: PAUSED }),
    word("kept"),
  ],
  [
    "a writer loses access",
    { ...NOTHING, access: [WRITER] },
    word("lost", { kind: "writer", name: "arn:aws:iam::555555555555:root" }),
  ],
  [
    "another team can no longer read",
    { ...NOTHING, access: [AUDITOR] },
    word("waiting", { kind: "principal", name: "arn:aws:iam::888888888888:root" }),
  ],
  ["a queue ends", { ...NOTHING, ended: [QUEUE] }, word("lost", QUEUE)],
];

/** Each is false, although the word alone would be no fault. */
const FALSE: readonly Row[] = [
  ["nothing came again", reader({}), word("replayed")],
  ["nothing waited", reader({}), word("waiting")],
  ["nothing was lost", reader({}), word("lost")],
  ["all older records were read", reader({ before: "waiting", caughtUp: 5 }), word("unreadable")],
  ["it is about a role that is gone", NOTHING, word("waiting", { name: "AROATHPL2AOHFCAOAX3UT" })],
  [
    "reports stay in a queue that is gone",
    NOTHING,
    {
      ...word("kept"),
      sentence: "earlier reports stay in arn:aws:sqs:eu-west-1:222222222222:fan-on-failure",
    },
  ],
  ["the queue is there", { ...NOTHING, kept: [QUEUE] }, word("lost", QUEUE)],
  [
    "the writer has access",
    { ...NOTHING, access: [{ ...WRITER, after: true }] },
    word("lost", { kind: "writer", name: "555555555555" }),
  ],
];

/** What is no fault, with the word or without any. */
const FAIR: readonly Row[] = [
  ["a batch in flight came again", reader({ again: IN_FLIGHT_RECORDS }), undefined],
  ["there was too little to come again", reader({ repeatable: 5 }), word("replayed")],
  [
    "it still waits, so that nothing can come again",
    reader({ after: "waiting", before: "waiting" }),
    word("replayed"),
  ],
  ["it waited before", reader({ before: "waiting", after: "waiting" }), undefined],
  ["something took longer", reader({ slowest: PROMPT_MILLISECONDS }), word("waiting")],
  ["its function was made anew", reader({ mayWait: true }), word("waiting")],
  [
    "another function is added in its place",
    reader({ names: ["fan", "echo"], again: MANY }),
    { ...word("kept", { name: "echo" }), id: "mapping-created" },
  ],
  ["it will give up earlier", reader({ mayLose: true }), word("lost")],
  ["an earlier step said so", reader({ again: MANY, owed: ["replayed"] }), undefined],
  ["a hand broke its function", reader({ after: "waiting", reason: BROKEN }), undefined],
  ["nothing could be put", reader({ after: "idle" }), undefined],
  ["the word is about another reader", reader({}), word("replayed", { name: "shared" })],
  [
    "a writer had no access before",
    { ...NOTHING, access: [{ ...WRITER, before: false }] },
    undefined,
  ],
];

describe("the judge of a walk", () => {
  it.each(NEEDED)("wants a word: %s", (_what, truth, needed) => {
    expect(kinds([], truth)).toEqual(["missing"]);
    expect(kinds(needed ? [needed] : [], truth)).toEqual([]);
  });

  it.each(FALSE)("finds a word false: %s", (_what, truth, untrue) => {
    expect(kinds(untrue ? [untrue] : [], truth)).toEqual(["false"]);
    expect(kinds([], truth)).toEqual([]);
  });

  it.each(FAIR)("is fair: %s", (_what, truth, harmless) => {
    expect(kinds(harmless ? [harmless] : [], truth)).toEqual([]);
  });

  it("does not take a word about one reader for another", () => {
    const other = word("replayed", { name: "shared" });
    expect(kinds([other], reader({ again: MANY }))).toEqual(["missing"]);
  });

  it("does not take a word about the function's other stream", () => {
    const other = word("replayed", {
      stream: "arn:aws:kinesis:eu-west-1:111111111111:stream/other",
    });
    expect(kinds([other], reader({ again: MANY }))).toEqual(["missing"]);
  });

  it("takes it for told that a function which goes on with another stream ends with this one", () => {
    const moved = word("replayed", { stream: "arn:aws:kinesis:eu-west-1:111111111111:stream/b" });
    const sentence = "it receives no more records of stream events, but everything of stream b";

    expect(kinds([{ ...moved, sentence }], reader({ after: "absent" }))).toEqual([]);
    expect(kinds([moved], reader({ after: "absent" }))).toEqual(["missing"]);
  });

  it("wants no word twice about a key that an earlier step took away", () => {
    const added = { before: "absent", after: "waiting", owed: ["unreadable"] } as const;

    expect(kinds([], reader({ ...added, reason: "KMSInvalidStateException" }))).toEqual([]);
    expect(kinds([], reader({ ...added, reason: "it gets nothing" }))).toEqual(["missing"]);
  });

  it("wants records of a key in order", () => {
    expect(kinds([], reader({ outOfOrder: 1 }))).toEqual(["order"]);
  });

  it("wants every apply that fails to be refused before", () => {
    const failed = { ...DEPLOYED, errors: ["Role with name fan already exists"] };
    expect(kinds([], NOTHING, failed)).toEqual(["missing"]);
    expect(kinds([word("refused")], NOTHING, failed)).toEqual([]);
    expect(kinds([word("refused")], NOTHING)).toEqual(["false"]);
  });

  it("wants a deploy to be finished by deploying again", () => {
    const stuck = { ...DEPLOYED, unfinished: "Role with name fan already exists" };
    expect(kinds([], NOTHING, stuck)).toEqual(["unfinished"]);
  });
});
