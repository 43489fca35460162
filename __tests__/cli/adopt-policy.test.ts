import { adopted, allow, READ, refusals, streamPolicy, WRITE } from "./adoption";
import { gone, ROLE } from "./recorded-pipeline";

const policiesOf = async (...statements: object[]) => {
  const { settings, refused } = await adopted(streamPolicy(...statements));
  return {
    writers: settings?.writers,
    streamPolicyStatements: settings?.streamPolicyStatements,
    refused,
  };
};

describe("the policy of a stream that is adopted", () => {
  it("needs no statement for the roles of the consumers", async () => {
    expect(await policiesOf(allow("kinesis:Get*", ROLE), allow(READ, [ROLE]))).toEqual({
      refused: [],
    });
  });

  it("keeps everybody else, with the actions that wildcards mean in it", async () => {
    expect(
      await policiesOf(
        allow("kinesis:*", [ROLE, "arn:aws:iam::333333333333:role/other"], { Sid: "Mixed" }),
        allow([...WRITE].reverse(), ["444444444444", "arn:aws:iam::555555555555:root"]),
        allow("kinesis:Put*", ROLE, { Condition: { Bool: { "aws:SecureTransport": true } } }),
      ),
    ).toEqual({
      writers: ["444444444444", "arn:aws:iam::555555555555:root"],
      streamPolicyStatements: [
        {
          sid: "Mixed",
          principals: ["arn:aws:iam::333333333333:role/other"],
          actions: [...READ, ...WRITE],
        },
        { principals: [ROLE], actions: WRITE },
        {
          principals: [ROLE],
          actions: WRITE,
          conditions: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
      refused: [],
    });
  });

  it("does not repeat the Sids of the constructs' own statements", async () => {
    expect(
      (await policiesOf(allow(READ, "333333333333", { Sid: "StreamEFOReadStatementID" })))
        .streamPolicyStatements,
    ).toEqual([{ principals: ["333333333333"], actions: READ }]);
  });

  it("loses roles that are deleted, and says so", async () => {
    const { settings, adoption: all } = await adopted(
      streamPolicy(allow(READ, ["AROAEXAMPLEEXAMPLE123", ROLE])),
    );

    expect(settings?.streamPolicyStatements).toBeUndefined();
    expect(all.changed).toContainEqual({
      path: "stream/stream-policy",
      says: "no longer names AROAEXAMPLEEXAMPLE123, a role or user that is deleted",
    });
  });

  it.each([
    ["denies", { ...allow("kinesis:*", ROLE), Effect: "Deny" }, /^it denies/],
    ["names everybody", allow(READ, "*"), /^it names \*;/],
    ["names a service", { ...allow(READ, []), Principal: { Service: "x" } }, /^it names Service;/],
    ["has NotAction", { ...allow(undefined, ROLE), NotAction: "x" }, /^it has NotAction/],
    ["has actions of other resources", allow("kinesis:SubscribeToShard", ROLE), /^it allows kin/],
  ])("is refused if a statement %s", async (_what, statement, why) => {
    expect(await refusals(streamPolicy(statement))).toEqual([
      { what: "statement 1 of the stream's policy", why: expect.stringMatching(why) as string },
    ]);
  });

  it("is added if there is none", async () => {
    const { settings, adoption: all } = await adopted({
      "kinesis:GetResourcePolicy": gone(),
    });

    expect(Object.keys(settings?.imports ?? {})).toEqual([
      "stream/stream",
      "consumers/efo/consumer",
      "consumers/efo/mapping",
    ]);
    expect(all.added.map(({ path }) => path)).toEqual([
      "consumers/efo/consumer-policy",
      "consumers/efo/role-policy",
      "consumers/efo/on-failure-policy",
      "stream/stream-policy",
    ]);
  });

  it("has each Sid once, and none that Terraform would not take", async () => {
    const other = "333333333333";
    const { streamPolicyStatements: all } = await policiesOf(
      allow("kinesis:*", [ROLE, other], { Sid: "Twice" }),
      allow(READ, other, { Sid: "not allowed" }),
    );

    expect(all?.map(({ sid }) => sid)).toEqual(["Twice", undefined, undefined]);
  });
});
