import { decideAccess, type AccessPolicies, type KeyGrant } from "../../pipeline/iam/access";
import type { Statement } from "../../pipeline/iam/document";
import { lambdaRequest } from "../../pipeline/iam/lambda-request";

const ROLE = "arn:aws:iam::222222222222:role/reader";
const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const OWN_STREAM = STREAM.replace("111111111111", "222222222222");
const KEY = "arn:aws:kms:eu-west-1:111111111111:key/1";

const allow = (Action: string, more: object = {}): Statement => ({
  Effect: "Allow",
  Action,
  Resource: "*",
  ...more,
});
const policy = (...statements: Statement[]) => ({ name: "p", statements });
const NONE = policy();
const ALL = policy(allow("*"));
const TO_ROLE = policy(allow("*", { Principal: { AWS: ROLE } }));
const TO_ACCOUNT = policy(allow("*", { Principal: { AWS: "222222222222" } }));
const UNKNOWN = policy(allow("*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } } }));

const outcome = (
  policies: AccessPolicies,
  resource = STREAM,
  action = "kinesis:GetRecords",
): string =>
  decideAccess(
    policies,
    lambdaRequest(
      { roleArn: ROLE, roleId: "AROAREADER", hasBoundary: false, functionName: "fn" },
      { action, resource },
      { arn: STREAM, region: "eu-west-1" },
    ),
  ).outcome;

describe("access to a stream", () => {
  it.each<[string, AccessPolicies, string]>([
    ["both sides", { identity: [ALL], resource: TO_ROLE }, "allowed"],
    ["the stream alone", { identity: [NONE], resource: TO_ROLE }, "denied"],
    ["the role alone", { identity: [ALL] }, "denied"],
    ["a boundary as well", { identity: [ALL], boundary: ALL, resource: TO_ROLE }, "allowed"],
    ["all but the boundary", { identity: [ALL], boundary: NONE, resource: TO_ROLE }, "denied"],
    ["who knows", { identity: [UNKNOWN], resource: TO_ROLE }, "cannot tell"],
    ["who knows, but the stream does not", { identity: [UNKNOWN], resource: NONE }, "denied"],
  ])("of another account needs that it is allowed by both sides: %s", (_, policies, expected) => {
    expect(outcome(policies)).toBe(expected);
  });

  it.each<[string, AccessPolicies, string]>([
    ["the role", { identity: [ALL] }, "allowed"],
    ["the stream, which names the role", { identity: [NONE], resource: TO_ROLE }, "allowed"],
    ["the stream, which names the account", { identity: [NONE], resource: TO_ACCOUNT }, "denied"],
    ["the stream, who knows the role", { identity: [UNKNOWN], resource: TO_ROLE }, "allowed"],
    ["neither", { identity: [NONE] }, "denied"],
    [
      "the stream, and not the boundary",
      { identity: [NONE], boundary: NONE, resource: TO_ROLE },
      "cannot tell",
    ],
  ])("of the role's account needs that it is allowed by one: %s", (_, policies, expected) => {
    expect(outcome(policies, OWN_STREAM)).toBe(expected);
  });
});

describe("access to a role", () => {
  const OTHER_ROLE = "arn:aws:iam::222222222222:role/deployer";
  const assume = (policies: AccessPolicies) => outcome(policies, OTHER_ROLE, "sts:AssumeRole");

  it.each<[string, AccessPolicies, string]>([
    ["the trust policy, which names the role", { identity: [NONE], resource: TO_ROLE }, "allowed"],
    ["the trust policy alone", { identity: [NONE], resource: TO_ACCOUNT }, "denied"],
    ["both", { identity: [ALL], resource: TO_ACCOUNT }, "allowed"],
    ["the role alone", { identity: [ALL], resource: NONE }, "denied"],
  ])("of the same account needs its trust policy: %s", (_, policies, expected) => {
    expect(assume(policies)).toBe(expected);
  });
});

describe("access to a bucket", () => {
  it.each<[string, AccessPolicies, string]>([
    ["the role", { identity: [ALL] }, "allowed"],
    ["neither", { identity: [NONE] }, "denied"],
  ])("needs that it is allowed by one, as within one account: %s", (_, policies, expected) => {
    expect(outcome(policies, "arn:aws:s3:::reports/key", "s3:PutObject")).toBe(expected);
  });
});

describe("access to a key", () => {
  const OWNER = policy(allow("kms:*", { Principal: { AWS: "111111111111" } }));
  const grant = (more: KeyGrant = {}): KeyGrant => ({
    GranteePrincipal: ROLE,
    Operations: ["Decrypt"],
    ...more,
  });
  const deny = policy({ ...allow("kms:Decrypt"), Effect: "Deny", Principal: "*" });
  const mayDeny = policy({
    ...allow("kms:Decrypt"),
    Effect: "Deny",
    Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } },
  });
  const decrypt = (policies: Partial<AccessPolicies>) =>
    outcome({ identity: [NONE], resource: OWNER, ...policies }, KEY, "kms:Decrypt");

  it("of the role's account needs the key's policy, which may leave it to the role's", () => {
    const own = KEY.replace("111111111111", "222222222222");
    const ask = (identity: typeof ALL, resource: typeof ALL) =>
      outcome({ identity: [identity], resource }, own, "kms:Decrypt");
    expect(ask(ALL, NONE)).toBe("denied");
    expect(ask(NONE, TO_ROLE)).toBe("allowed");
    expect(ask(NONE, TO_ACCOUNT)).toBe("denied");
    expect(ask(ALL, TO_ACCOUNT)).toBe("allowed");
  });

  const stream = { "aws:kinesis:arn": STREAM };
  it.each<[string, KeyGrant, string]>([
    ["for the role", grant(), "allowed"],
    ["for another role", grant({ GranteePrincipal: `${ROLE}x` }), "denied"],
    ["for another operation", grant({ Operations: ["Encrypt"] }), "denied"],
    ["for no operation", { GranteePrincipal: ROLE }, "denied"],
    ["for the stream", grant({ Constraints: { EncryptionContextSubset: stream } }), "allowed"],
    ["for only the stream", grant({ Constraints: { EncryptionContextEquals: stream } }), "allowed"],
    [
      "for another stream",
      grant({ Constraints: { EncryptionContextSubset: { "aws:kinesis:arn": `${STREAM}2` } } }),
      "denied",
    ],
    [
      "for a stream and more",
      grant({ Constraints: { EncryptionContextEquals: { ...stream, x: "y" } } }),
      "denied",
    ],
    ["for an empty context", grant({ Constraints: { EncryptionContextEquals: {} } }), "denied"],
    [
      "with another constraint",
      grant({ Constraints: { SourceArn: STREAM } as KeyGrant["Constraints"] & object }),
      "cannot tell",
    ],
  ])("by a grant is that of a grant %s", (_, given, expected) => {
    expect(decrypt({ grants: [given] })).toBe(expected);
  });

  it("by a grant ends at a Deny of any policy", () => {
    const grants = [grant()];
    expect(decrypt({ grants, identity: [deny] })).toBe("denied");
    expect(decrypt({ grants, resource: deny })).toBe("denied");
    expect(decrypt({ grants, boundary: deny })).toBe("denied");
    expect(decrypt({ grants, identity: [mayDeny] })).toBe("cannot tell");
    expect(decrypt({ grants, boundary: NONE })).toBe("cannot tell");
  });
});
