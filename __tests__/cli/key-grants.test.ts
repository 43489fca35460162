import { allowRole, document, gone, KEY, lines, ROLE, STREAM } from "./recorded-pipeline";

const OWNER_ONLY = { "kms:GetKeyPolicy": () => ({ Policy: allowRole("kms:*", { AWS: "1" }) }) };
const grants = (Constraints?: object) => ({
  "kms:ListGrants": () => ({
    Grants: [
      { GranteePrincipal: ROLE, Operations: ["Decrypt"], ...(Constraints && { Constraints }) },
    ],
  }),
});
const rolePolicy = (...statements: object[]) => ({
  "iam:GetRolePolicy": () => ({ PolicyDocument: document(...statements) }),
});
const everything = { Effect: "Allow", Action: "*", Resource: "*" };

const found = async (changes: Parameters<typeof lines>[0]) =>
  (await lines(changes)).flatMap((line) => {
    if (line.status === "finding") {
      return [line.finding.id];
    }
    return line.status === "unknown" ? ["unknown"] : [];
  });

describe("a grant on the stream's key", () => {
  it("is access without a kms:Decrypt in the role's policies", async () => {
    const withoutKey = rolePolicy({ ...everything, Action: ["kinesis:*", "logs:*"] });
    expect(await found({ ...OWNER_ONLY, ...grants(), ...withoutKey })).toEqual([]);
    expect(await found({ ...OWNER_ONLY, ...withoutKey })).toEqual([
      "key-policy-denies",
      "role-policy-key",
    ]);
  });

  it("for another stream is no access", async () => {
    const other = { EncryptionContextSubset: { "aws:kinesis:arn": `${STREAM}2` } };
    expect(await found({ ...OWNER_ONLY, ...grants(other) })).toEqual(["key-policy-denies"]);
    const own = { EncryptionContextSubset: { "aws:kinesis:arn": STREAM } };
    expect(await found({ ...OWNER_ONLY, ...grants(own) })).toEqual([]);
  });

  it("beside a Deny is no access", async () => {
    const deny = { Effect: "Deny", Action: "kms:Decrypt", Resource: "*" };
    const keyPolicy = {
      "kms:GetKeyPolicy": () => ({ Policy: document({ ...deny, Principal: { AWS: ROLE } }) }),
    };
    expect(await found({ ...keyPolicy, ...grants() })).toEqual(["key-policy-denies"]);
    const ofRole = rolePolicy(everything, { ...deny, Resource: KEY });
    expect(await found({ ...OWNER_ONLY, ...grants(), ...ofRole })).toEqual(["role-policy-key"]);
  });

  it("with a constraint that is not known here leaves it open", async () => {
    expect(await found({ ...OWNER_ONLY, ...grants({ SourceArn: STREAM }) })).toEqual(["unknown"]);
  });
});

describe("a managed policy that may not be read", () => {
  const attached = (PolicyArn: string) => ({
    "iam:ListRolePolicies": () => ({ PolicyNames: [] }),
    "iam:ListAttachedRolePolicies": () => ({ AttachedPolicies: [{ PolicyArn }] }),
    "iam:GetPolicy": gone("AccessDenied"),
    "kinesis:DescribeStreamSummary": () => ({
      StreamDescriptionSummary: { StreamStatus: "ACTIVE", OpenShardCount: 1 },
    }),
  });

  it("is known if it is AWS's for functions", async () => {
    const arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole";
    expect(await found(attached(arn))).toEqual([]);
    const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    expect(await found(attached(basic))).toEqual(["role-policy-stream", "role-policy-consumer"]);
  });

  it("is unknown otherwise", async () => {
    const arn = "arn:aws:iam::aws:policy/AmazonKinesisFullAccess";
    expect(new Set(await found(attached(arn)))).toEqual(new Set(["unknown"]));
  });
});
