import { parsePolicy, type Statement } from "../../pipeline/iam/document";
import { evaluate, type AccessRequest } from "../../pipeline/iam/evaluate";

const ROLE = "arn:aws:iam::222222222222:role/service/reader";
const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";

const REQUEST: AccessRequest = {
  action: "kinesis:GetRecords",
  resource: STREAM,
  caller: {
    roleArn: ROLE,
    roleId: "AROAEXAMPLE",
    sessionArn: "arn:aws:sts::222222222222:assumed-role/reader/fn",
  },
  context: {
    "aws:PrincipalArn": ROLE,
    "aws:SecureTransport": "true",
    "aws:SourceArn": null,
    "aws:CurrentTime": "2026-03-01T12:00:00Z",
    "aws:EpochTime": "1772366400",
    "kms:EncryptionContextKeys": ["x", "y"],
  },
};

const outcome = (statements: object[], request: Partial<AccessRequest> = {}): string =>
  evaluate([{ name: "p", statements: statements as Statement[] }], { ...REQUEST, ...request })
    .outcome;

const allow = (more: object) => ({
  Effect: "Allow",
  Action: "kinesis:GetRecords",
  Resource: STREAM,
  ...more,
});

describe("evaluate", () => {
  it.each([
    ["the action", allow({}), "allowed"],
    ["another action", allow({ Action: "kinesis:PutRecord" }), "denied"],
    ["a list of actions", allow({ Action: ["a:b", "kinesis:GetRecords"] }), "allowed"],
    ["wildcards in an action, in any case", allow({ Action: "KINESIS:get?ecord*" }), "allowed"],
    ["a wildcard that does not match", allow({ Action: "kinesis:Get?Records" }), "denied"],
    ["all actions but others", allow({ Action: undefined, NotAction: "iam:*" }), "allowed"],
    ["all actions but this", allow({ Action: undefined, NotAction: "kinesis:Get*" }), "denied"],
    ["every resource", allow({ Resource: "*" }), "allowed"],
    ["another resource", allow({ Resource: `${STREAM}2` }), "denied"],
    ["a resource in another case", allow({ Resource: STREAM.toUpperCase() }), "denied"],
    ["wildcards in a resource", allow({ Resource: "arn:aws:kinesis:*:1111????????:*" }), "allowed"],
    ["no dot as a wildcard", allow({ Resource: STREAM.replace("clicks", "cl.cks") }), "denied"],
    ["a policy variable", allow({ Resource: `${STREAM}\${aws:username}` }), "cannot tell"],
    ["all resources but this", allow({ Resource: undefined, NotResource: STREAM }), "denied"],
    ["all resources but others", allow({ Resource: undefined, NotResource: "x" }), "allowed"],
  ])("decides on %s", (_, statement, expected) => {
    expect(outcome([statement])).toBe(expected);
  });

  it.each([
    ["everyone", "*", "allowed"],
    ["every AWS principal", { AWS: "*" }, "allowed"],
    ["the account", { AWS: "222222222222" }, "allowed"],
    ["the account's root", { AWS: "arn:aws:iam::222222222222:root" }, "allowed"],
    ["the role", { AWS: ["arn:aws:iam::1:role/x", ROLE] }, "allowed"],
    ["the role without its path", { AWS: "arn:aws:iam::222222222222:role/reader" }, "denied"],
    ["the session", { AWS: "arn:aws:sts::222222222222:assumed-role/reader/fn" }, "allowed"],
    ["the role's unique id", { AWS: "AROAEXAMPLE" }, "allowed"],
    ["another unique id", { AWS: "AROAOTHER" }, "denied"],
    ["another account", { AWS: "333333333333" }, "denied"],
    ["a service", { Service: "lambda.amazonaws.com" }, "denied"],
  ])("decides on principal: %s", (_, Principal, expected) => {
    expect(outcome([allow({ Principal })])).toBe(expected);
  });

  it("decides whether a service may assume a role", () => {
    const statement = {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] },
    };
    const request = { action: "sts:AssumeRole", caller: { service: "lambda.amazonaws.com" } };
    expect(outcome([statement], request)).toBe("allowed");
    expect(outcome([{ ...statement, Principal: { AWS: "*" } }], request)).toBe("denied");
  });

  it.each([
    ["StringEquals", { "aws:PrincipalArn": ROLE }, "allowed"],
    ["StringEquals", { "AWS:principalarn": ["x", ROLE] }, "allowed"],
    ["StringEquals", { "aws:PrincipalArn": ROLE.toUpperCase() }, "denied"],
    ["StringEqualsIgnoreCase", { "aws:PrincipalArn": ROLE.toUpperCase() }, "allowed"],
    ["StringNotEquals", { "aws:PrincipalArn": ROLE }, "denied"],
    ["StringLike", { "aws:PrincipalArn": "*:role/service/*" }, "allowed"],
    ["StringNotLike", { "aws:PrincipalArn": "*:role/service/*" }, "denied"],
    ["ArnLike", { "aws:PrincipalArn": "arn:aws:iam::222222222222:role/*" }, "allowed"],
    ["ArnNotEquals", { "aws:PrincipalArn": "arn:aws:iam::3:role/*" }, "allowed"],
    ["Bool", { "aws:SecureTransport": true }, "allowed"],
    ["Bool", { "aws:SecureTransport": "false" }, "denied"],
    ["Null", { "aws:PrincipalArn": "false" }, "allowed"],
    ["StringEqualsIfExists", { "aws:PrincipalArn": ROLE }, "allowed"],
    ["StringEquals", { "aws:PrincipalOrgID": "o-1" }, "cannot tell"],
    ["StringEquals", { "aws:PrincipalArn": "${aws:PrincipalTag/x}" }, "cannot tell"],
    ["IpAddress", { "aws:PrincipalArn": "10.0.0.0/8" }, "cannot tell"],
    ["ForAnyValue:StringLike", { "aws:PrincipalArn": "*" }, "allowed"],
    ["ForAnyValue:StringEquals", { "kms:EncryptionContextKeys": ["a", "y"] }, "allowed"],
    ["ForAllValues:StringEquals", { "kms:EncryptionContextKeys": ["a", "y"] }, "denied"],
    ["ForAllValues:StringNotEquals", { "kms:EncryptionContextKeys": "a" }, "allowed"],
    ["StringEquals", { "kms:EncryptionContextKeys": "x" }, "cannot tell"],
    ["ArnLike", { "aws:PrincipalArn": "arn:aws:*reader" }, "denied"],
    ["ArnLike", { "aws:PrincipalArn": "arn:aws:*:*:*:role/*/reader" }, "allowed"],
    ["ArnLike", { "aws:PrincipalArn": "arn:aws:iam::22222222222?:role/*" }, "allowed"],
    ["ArnLike", { "aws:PrincipalArn": "arn:aws:iam::*" }, "denied"],
    ["StringEquals", { "aws:PrincipalArn": "${aws:principalarn}" }, "allowed"],
    ["StringLike", { "aws:PrincipalArn": "${aws:PrincipalTag/x}:nothing" }, "denied"],
    ["StringEquals", { "aws:PrincipalArn": "${aws:SourceArn}" }, "denied"],
    ["StringEquals", { "aws:PrincipalArn": `\${aws:SourceArn, '${ROLE}'}` }, "allowed"],
    ["StringLike", { "aws:PrincipalArn": "arn:aws:iam${*}*" }, "denied"],
    ["StringEquals", { "aws:SourceArn": "*" }, "denied"],
    ["StringNotEquals", { "aws:SourceArn": "x" }, "allowed"],
    ["StringEqualsIfExists", { "aws:SourceArn": "x" }, "allowed"],
    ["ForAnyValue:StringEquals", { "aws:SourceArn": "x" }, "denied"],
    ["ForAllValues:StringEquals", { "aws:SourceArn": "x" }, "allowed"],
    ["ForAnyValue:StringEqualsIfExists", { "aws:SourceArn": "x" }, "cannot tell"],
    ["Null", { "aws:SourceArn": "true" }, "allowed"],
    ["Null", { "aws:SourceArn": "false" }, "denied"],
    ["Null", { "aws:PrincipalOrgID": "false" }, "cannot tell"],
    ["DateGreaterThan", { "aws:CurrentTime": "2020-01-01T00:00:00Z" }, "allowed"],
    ["DateLessThan", { "aws:CurrentTime": "2020-01-01T00:00:00Z" }, "denied"],
    ["DateLessThanEquals", { "aws:EpochTime": "1772366400" }, "allowed"],
    ["DateNotEquals", { "aws:EpochTime": "1772366400" }, "denied"],
    ["NumericGreaterThanEquals", { "aws:EpochTime": "1772366400" }, "allowed"],
    ["NumericLessThan", { "aws:EpochTime": "one" }, "denied"],
    ["NumericLessThan", { "aws:EpochTime": "" }, "denied"],
    ["NumericEquals", { "aws:EpochTime": "1772366400.0" }, "allowed"],
    ["DateEquals", { "aws:CurrentTime": "1772366400" }, "allowed"],
  ])("decides on condition %s %j", (operator, keys, expected) => {
    expect(outcome([allow({ Condition: { [operator]: keys } })])).toBe(expected);
  });

  it("decides on an encryption context, whose key holds colons", () => {
    const Condition = {
      StringEquals: {
        "kms:EncryptionContext:aws:kinesis:arn": STREAM,
        "kms:ViaService": "kinesis.eu-west-1.amazonaws.com",
      },
    };
    const context = {
      "kms:EncryptionContext:aws:kinesis:arn": STREAM,
      "kms:ViaService": "kinesis.eu-west-1.amazonaws.com",
    };
    expect(outcome([allow({ Condition })], { context })).toBe("allowed");
    const other = { ...context, "kms:EncryptionContext:aws:kinesis:arn": `${STREAM}2` };
    expect(outcome([allow({ Condition })], { context: other })).toBe("denied");
  });

  it("lets a Deny win, and stops at a Deny that cannot be decided", () => {
    const maybe = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };
    expect(outcome([allow({}), allow({ Effect: "Deny" })])).toBe("denied");
    expect(outcome([allow({}), allow({ Effect: "Deny", Condition: maybe })])).toBe("cannot tell");
    expect(outcome([allow({}), allow({ Effect: "Deny", Action: "kinesis:Put*" })])).toBe("allowed");
    expect(outcome([allow({ Condition: maybe }), allow({})])).toBe("allowed");
  });

  const SESSION = "arn:aws:sts::222222222222:assumed-role/reader/fn";
  it.each([
    ["nobody of the role", ["333333333333"], false, "denied"],
    ["the role alone", [ROLE], false, "denied"],
    ["the role and its account", [ROLE, "222222222222"], false, "denied"],
    ["role, session and account", [ROLE, SESSION, "222222222222"], false, "allowed"],
    [
      "the role's id, session and account",
      ["AROAEXAMPLE", SESSION, "222222222222"],
      false,
      "allowed",
    ],
    ["a role with a boundary", [ROLE, SESSION, "222222222222"], true, "denied"],
    ["a role that may have a boundary", [ROLE, SESSION, "222222222222"], undefined, "cannot tell"],
  ])("lets a Deny spare, by NotPrincipal, %s: %j", (_, AWS, hasBoundary, expected) => {
    const deny = allow({ Effect: "Deny", NotPrincipal: { AWS } });
    const caller = { ...REQUEST.caller, hasBoundary };
    expect(outcome([allow({}), deny], { caller })).toBe(expected);
  });

  it.each([
    [["333333333333"], "allowed"],
    [[ROLE], "cannot tell"],
    [[ROLE, SESSION, "222222222222"], "denied"],
    [["*"], "denied"],
  ])("lets an Allow exclude %j", (AWS, expected) => {
    expect(outcome([allow({ NotPrincipal: { AWS } })])).toBe(expected);
  });

  it.each([
    [{ Service: "lambda.amazonaws.com" }, "denied"],
    [{ Service: "sns.amazonaws.com" }, "allowed"],
    ["*", "denied"],
  ])("lets an Allow exclude a service by NotPrincipal %j", (NotPrincipal, expected) => {
    const caller = { service: "lambda.amazonaws.com" };
    expect(outcome([allow({ NotPrincipal })], { caller })).toBe(expected);
  });

  it("does not guess whose unique id a policy names", () => {
    const caller = { ...REQUEST.caller, roleId: undefined };
    expect(outcome([allow({ Principal: { AWS: "AROAOTHER" } })], { caller })).toBe("cannot tell");
  });

  it.each([
    ["arn:aws:kinesis:*", "allowed"],
    ["arn:aws:kinesis", "denied"],
    ["arn:aws:*:stream/clicks", "denied"],
    ["arn:aws:kinesis:*:*:stream/*", "allowed"],
    ["arn:aws:kinesis:eu-west-1:${aws:PrincipalTag/owner}:stream/clicks", "cannot tell"],
  ])("compares the parts of a resource one by one: %s", (Resource, expected) => {
    expect(outcome([allow({ Resource })])).toBe(expected);
  });

  it("says which statement decides", () => {
    const policies = [
      { name: "own", statements: [allow({ Sid: "Read" }), allow({ Effect: "Deny" })] },
    ] as Parameters<typeof evaluate>[0];
    expect(evaluate(policies, REQUEST)).toEqual({
      outcome: "denied",
      why: "statement 2 of own denies kinesis:GetRecords",
      deny: expect.objectContaining({ where: "statement 2 of own" }),
    });
    expect(evaluate([], REQUEST).why).toBe(`nothing allows kinesis:GetRecords on ${STREAM}`);
  });

  const organization = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };
  const elsewhere = { StringEquals: { "aws:SecureTransport": "false" } };
  const nothing = `nothing allows kinesis:GetRecords on ${STREAM}`;
  const depends = "depends on a condition that cannot be decided here";
  it.each<[string, object, object]>([
    [
      "an Allow",
      { Sid: "Read" },
      { outcome: "allowed", why: "statement Read of own allows kinesis:GetRecords" },
    ],
    [
      "an Allow that may apply",
      { Condition: { ...organization, Bool: { "aws:ViaAWSService": [true, false] } } },
      {
        outcome: "cannot tell",
        why: `whether statement 1 of own allows kinesis:GetRecords ${depends}`,
        undecided:
          "condition StringEquals aws:PrincipalOrgID: o-1 and condition Bool aws:ViaAWSService: true, false",
      },
    ],
    [
      "an Allow for what may be another resource",
      { Resource: `${STREAM}\${aws:username}` },
      {
        outcome: "cannot tell",
        why: `whether statement 1 of own allows kinesis:GetRecords ${depends}`,
        undecided: `resource ${STREAM}\${aws:username}`,
      },
    ],
    [
      "a Deny that may apply",
      { Effect: "Deny", Condition: organization },
      {
        outcome: "cannot tell",
        why: `whether statement 1 of own denies kinesis:GetRecords ${depends}`,
        undecided: "condition StringEquals aws:PrincipalOrgID: o-1",
        mayDeny: true,
      },
    ],
    [
      "an Allow but for its condition",
      { Condition: elsewhere },
      {
        outcome: "denied",
        why: `${nothing}; statement 1 of own would, but for its condition StringEquals aws:SecureTransport: false`,
      },
    ],
    [
      "an Allow but for its resource",
      { Resource: ["a", "b"] },
      {
        outcome: "denied",
        why: `${nothing}; statement 1 of own would, but for its resource a, b`,
      },
    ],
    [
      "an Allow but for what it excludes",
      { Resource: undefined, NotResource: [STREAM] },
      {
        outcome: "denied",
        why: `${nothing}; statement 1 of own would, but for its resource ${STREAM}`,
      },
    ],
    [
      "an Allow but for two limits",
      { Resource: "a", Condition: elsewhere },
      { outcome: "denied", why: nothing },
    ],
    ["an Allow of another action", { Action: "a:b" }, { outcome: "denied", why: nothing }],
    [
      "an Allow for another principal, but for its resource",
      { Principal: { AWS: "333333333333" }, Resource: "a" },
      { outcome: "denied", why: nothing },
    ],
    [
      "a Deny but for its condition",
      { Effect: "Deny", Condition: elsewhere },
      { outcome: "denied", why: nothing },
    ],
    [
      "an Allow for who may be another principal",
      { Principal: { AWS: "AROAOTHER" } },
      {
        outcome: "cannot tell",
        why: `whether statement 1 of own allows kinesis:GetRecords ${depends}`,
        undecided: "its principal",
      },
    ],
  ])("says why of %s", (_, statement, decision) => {
    const policy = { name: "own", statements: [allow(statement)] as Statement[] };
    const caller = { ...REQUEST.caller, roleId: undefined };

    expect(evaluate([policy], { ...REQUEST, caller })).toEqual(decision);
  });

  it("takes what is unique of a role for the role, and of nobody else", () => {
    const unknownId = { ...REQUEST.caller, roleId: undefined };
    const service = { service: "lambda.amazonaws.com" };
    const named = (AWS: string | string[], caller: AccessRequest["caller"]) =>
      outcome([allow({ Principal: { AWS } })], { caller });

    expect(named(["AROAOTHER", ROLE], unknownId)).toBe("allowed");
    expect(named("AIDAOTHER", unknownId)).toBe("denied");
    expect(named("AROAOTHER", service)).toBe("denied");
    expect(named(["undefined", ":iam::undefined:root"], service)).toBe("denied");
    expect(outcome([allow({ Principal: "*" })], { caller: service })).toBe("allowed");
  });

  it("reads a policy plain or percent-encoded, with one statement or a list", () => {
    const text = JSON.stringify({ Statement: allow({}) });
    expect(parsePolicy("p", text)).toEqual(parsePolicy("p", encodeURIComponent(text)));
    expect(parsePolicy("p", text).statements).toHaveLength(1);
  });
});
