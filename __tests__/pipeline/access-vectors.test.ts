import { parseArn, parseFunctionArn } from "../../pipeline/arn";
import { decideAccess, type AccessPolicies, type KeyGrant } from "../../pipeline/iam/access";
import { parsePolicy } from "../../pipeline/iam/document";
import { evaluate, type Decision } from "../../pipeline/iam/evaluate";
import { lambdaRequest } from "../../pipeline/iam/lambda-request";
import vectors from "./vectors/policies.json";

interface Case {
  readonly name: string;
  readonly expected: string;
  readonly stream?: string;
  readonly cons?: string;
  readonly key?: string;
  readonly id?: readonly string[];
  readonly boundary?: string;
  readonly trust?: string;
  readonly grants?: readonly KeyGrant[];
}

const { base } = vectors;
const STREAM_ACTIONS = [
  "DescribeStream",
  "DescribeStreamSummary",
  "ListShards",
  "GetShardIterator",
  "GetRecords",
];

/** What our evaluator says of everything that the role of a case needs: the worst of it. */
function decisionOf(given: Case): Decision {
  const role = {
    roleArn: base.role,
    roleId: base.roleId,
    hasBoundary: given.boundary !== undefined,
    functionName: parseFunctionArn(base.function).name,
  };
  const identity = (given.id ?? base.identityPolicies).map((text) => parsePolicy("id", text));
  const boundary = given.boundary ? { boundary: parsePolicy("boundary", given.boundary) } : {};
  const may = (action: string, resource: string, policies: Partial<AccessPolicies>) =>
    decideAccess(
      { identity, ...boundary, ...policies },
      lambdaRequest(role, { action, resource }, { arn: base.stream, region: base.region }),
    );
  const trust = evaluate([parsePolicy("trust", given.trust ?? base.trustPolicy)], {
    caller: { service: "lambda.amazonaws.com" },
    action: "sts:AssumeRole",
    resource: base.role,
    context: {},
  });
  const stream = { resource: parsePolicy("stream", given.stream ?? base.streamPolicy) };
  const consumer = { resource: parsePolicy("consumer", given.cons ?? base.consumerPolicy) };
  const key = {
    resource: parsePolicy("key", given.key ?? base.keyPolicy),
    grants: given.grants ?? [],
  };
  const all = [
    trust,
    ...STREAM_ACTIONS.map((name) => may(`kinesis:${name}`, base.stream, stream)),
    may("kinesis:SubscribeToShard", base.consumer, consumer),
    may("kms:Decrypt", base.key, key),
  ];
  return (
    all.find(({ outcome }) => outcome === "denied") ??
    all.find(({ outcome }) => outcome === "cannot tell") ??
    trust
  );
}

/** The outcomes that the words of a case allow. */
function allowedOutcomes(expected: string): string[] {
  const [, word = ""] = /^(allowed|denied|cannot tell)/i.exec(expected) ?? [];
  return expected.includes("-> cannot tell") ? ["cannot tell"] : [word.toLowerCase()];
}

describe("what IAM says of a role", () => {
  it("is that the right pipeline may read", () => {
    expect(parseArn(base.role).account).not.toBe(parseArn(base.stream).account);
    expect(decisionOf({ name: "base", expected: "allowed" }).outcome).toBe("allowed");
  });

  it.each(vectors.cases as readonly Case[])("is in $name: $expected", (given) => {
    const outcomes = given.expected.startsWith("denied in practice")
      ? ["denied", "cannot tell"]
      : allowedOutcomes(given.expected);
    expect(outcomes).toContain(decisionOf(given).outcome);
  });

  it("names the Deny that decides, and the condition that cannot be decided", () => {
    const find = (name: string) =>
      decisionOf((vectors.cases as readonly Case[]).find((one) => one.name.startsWith(name))!);
    expect(find("P22").deny?.where).toBe("statement NoDecrypt of key");
    expect(find("P25")).toMatchObject({
      mayDeny: true,
      undecided: "condition StringNotEquals aws:ResourceOrgID: o-1",
    });
    expect(find("P17").why).toMatch(/would, but for its condition StringEquals kms:ViaService/);
  });
});
