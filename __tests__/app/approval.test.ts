import { isApproved, lostNames, type Question } from "../../app/approval";
import type { Effect, Subject } from "../../app/explain/effect";
import type { DeletedQueue } from "../../app/refusals/waiting-reports";

const QUEUE = "aws_sqs_queue.failures";
const effect = (
  records: Effect["records"],
  name: string,
  about: Partial<Subject> = {},
  address = "aws_kinesis_stream.it",
): Effect => ({
  ...{ id: "queue-destroyed", records, address, sentence: "" },
  about: { kind: "stream", name, ...about },
});
const queue = (reports: number | undefined, arn?: string): DeletedQueue => ({
  ...{ address: QUEUE, name: "failures", arn, reports },
});

describe("the names of what a plan loses", () => {
  it("are those of records that are lost or become unreadable, each once", () => {
    const effects = [
      effect("lost", "orders"),
      effect("unreadable", "analytics", { kind: "reader" }),
      effect("lost", "analytics", { kind: "queue" }),
      ...(["replayed", "refused", "waiting", "kept"] as const).map((one) => effect(one, one)),
    ];
    expect(lostNames(effects, [])).toEqual(["orders", "analytics"]);
  });

  it("are typed as they are printed, with control characters spelled out", () => {
    expect(lostNames([effect("lost", "a\u001b[2J\nb")], [])).toEqual(["a\\u001b[2J\\nb"]);
  });

  const ARN = "arn:aws:sqs:eu-west-1:222222222222:failures";
  it.each<[string, DeletedQueue[], string | undefined, string[]]>([
    ["was found empty", [queue(0, ARN)], ARN, []],
    ["was found empty at its address", [queue(0)], undefined, []],
    ["has reports", [queue(1, ARN)], ARN, ["failures"]],
    ["could not be looked at", [queue(undefined, ARN)], ARN, ["failures"]],
    ["is another one than the empty one", [queue(0, `${ARN}-other`)], ARN, ["failures"]],
    ["was not looked at", [], ARN, ["failures"]],
  ])("have that of a queue depend on its reports: it %s", (_what, queues, arn, names) => {
    const deleted = effect("lost", "failures", { kind: "queue", arn }, QUEUE);
    expect(lostNames([deleted], queues)).toEqual(names);
  });

  it("have that of what is no queue, although a queue of the same address is empty", () => {
    expect(lostNames([effect("lost", "failures", { kind: "reader" }, QUEUE)], [queue(0)])).toEqual([
      "failures",
    ]);
  });
});

describe("the approval of a plan", () => {
  const prompts: string[] = [];
  const printed: string[] = [];
  beforeEach(() => {
    prompts.length = 0;
    printed.length = 0;
  });
  const approve = (
    question: Question,
    options: Partial<Parameters<typeof isApproved>[1]> & { readonly answer?: string } = {},
  ) =>
    isApproved(question, {
      ask: (prompt) => {
        prompts.push(prompt);
        return Promise.resolve(options.answer ?? "yes");
      },
      print: (line) => printed.push(line),
      ...options,
    });
  const LOST = { lost: ["orders", "it's"] };

  it.each([
    ["yes", true],
    ["no", false],
    ["orders", false],
    ["", false],
  ])("is 'yes' if nothing is lost: %j is %s", async (answer, expected) => {
    expect(await approve({ lost: [] }, { answer })).toBe(expected);
    expect(prompts).toEqual(["Apply this plan? Only 'yes' will be accepted: "]);
  });

  it.each(["orders it's", "  it's   orders ", "orders, it's", "it's\torders orders"])(
    "is the names of what is lost, in any order: %j",
    async (answer) => {
      expect(await approve(LOST, { answer })).toBe(true);
      expect(prompts).toEqual([
        "Apply this plan? It loses records or makes them unreadable: orders it's. Only these names will be accepted, separated by spaces: ",
      ]);
    },
  );

  it.each(["yes", "orders", "orders it's yes", "Orders it's", ""])(
    "is no other answer if something is lost: %j",
    async (answer) => {
      await expect(approve(LOST, { answer })).rejects.toThrow(
        `not approved: nothing was changed; expected orders it's, got ${answer || "nothing"}`,
      );
    },
  );

  it("can be a name with spaces, as an address has them", async () => {
    const lost = ['aws_sqs_queue.it["a, b"]'];
    expect(await approve({ lost }, { answer: lost[0] })).toBe(true);
  });

  it("is given before by --auto-approve if nothing is lost", async () => {
    expect(await approve({ lost: [] }, { autoApprove: true })).toBe(true);
    expect(await approve({ text: "Publish?" }, { autoApprove: true })).toBe(true);
    expect(prompts).toEqual([]);
  });

  it("takes --allow-loss with --auto-approve for each name", async () => {
    await expect(approve(LOST, { autoApprove: true })).rejects.toThrow(
      String.raw`this plan loses records or makes them unreadable, for which --auto-approve is not enough: nothing was changed; to apply it all the same, add --allow-loss orders --allow-loss 'it'\''s'`,
    );
    await expect(approve(LOST, { autoApprove: true, allowLoss: ["it's"] })).rejects.toThrow(
      /, add --allow-loss orders$/,
    );
    expect(await approve(LOST, { autoApprove: true, allowLoss: ["it's", "orders"] })).toBe(true);
    expect(prompts).toEqual([]);
    expect(printed).toEqual([]);
  });

  it("does not ask for names that --allow-loss has given", async () => {
    expect(await approve(LOST, { allowLoss: ["it's"], answer: "orders" })).toBe(true);
    expect(await approve(LOST, { allowLoss: ["it's", "orders"], answer: "yes" })).toBe(true);
    expect(prompts.map((prompt) => prompt.replace(/^.*unreadable: /, ""))).toEqual([
      "orders. Only these names will be accepted, separated by spaces: ",
      "Apply this plan? Only 'yes' will be accepted: ",
    ]);
  });

  it("says which --allow-loss has no effect, and goes on", async () => {
    const allowLoss = ["orders", "clicks", "it's"];
    expect(await approve(LOST, { autoApprove: true, allowLoss })).toBe(true);
    expect(await approve({ text: "Publish?" }, { autoApprove: true, allowLoss })).toBe(true);
    expect(printed).toEqual([
      "--allow-loss clicks has no effect: this plan loses no records of it",
    ]);
  });

  it("names the options to add where there is no terminal", async () => {
    await expect(approve({ lost: [] }, { ask: undefined })).rejects.toThrow(
      "there is no terminal to ask for approval: nothing was changed; add --auto-approve to apply without asking",
    );
    await expect(approve({ lost: ["orders"] }, { ask: undefined })).rejects.toThrow(
      /; add --auto-approve --allow-loss orders to apply without asking$/,
    );
  });
});
