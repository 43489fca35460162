import { AWS, CHINA, US_GOV } from "./accounts";
import { broadened, Change, removals, unconditioned } from "./changes";
import { needed } from "./needed";
import { policiesOf, policyTexts } from "./policies";
import { principalsIn, Proof } from "./proof";
import { requestsIn } from "./requests";
import { Shape, SHAPES, synthesize } from "./scenario";

// The first evaluation simulates some ten thousand requests, which takes seconds.
const KEY_STATEMENTS = ["clickstream_key-policy-statements", "billing_key-policy-statements"];
const STREAM_POLICIES = ["clickstream_stream-policy", "billing_stream-policy"];
const CONSUMER_POLICIES = [
  "analytics_consumer-policy",
  "archive_consumer-policy",
  "ledger_consumer-policy",
];

const proof = new Proof(AWS);

describe("what the policies allow", () => {
  it.each(SHAPES)("is what is needed, no more and no less: streams %s", async (shape) => {
    const policies = policiesOf(synthesize(AWS, shape), AWS);

    expect(await proof.allowed(policies)).toEqual(needed(proof, shape));
  });
});

/** The same policies and requests allow the same, so nothing is simulated in these partitions. */
describe.each([CHINA, US_GOV])("in $partition", (cloud) => {
  const translated = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll("arn:aws:", `arn:${cloud.partition}:`)
        .replaceAll(`.${AWS.region}.${AWS.dnsSuffix}`, `.${cloud.region}.${cloud.dnsSuffix}`)
        .replaceAll(`.ap-east-1.${AWS.dnsSuffix}`, `.ap-east-1.${cloud.dnsSuffix}`)
        .replaceAll(`:${AWS.region}:`, `:${cloud.region}:`),
    ) as T;

  it.each(SHAPES)("the policies differ only in the partition's own names: streams %s", (shape) => {
    const policies = policiesOf(synthesize(cloud, shape), cloud);

    expect(policies).toEqual(translated(policiesOf(synthesize(AWS, shape), AWS)));
  });

  it("the requests and their principals do, too", () => {
    expect([requestsIn(cloud), principalsIn(cloud)]).toEqual(
      translated([requestsIn(AWS), principalsIn(AWS)]),
    );
  });
});

describe("policies that a stream's owner attaches", () => {
  it.each<[Shape, string[]]>([
    ["created", []],
    ["created, unencrypted, with its former key retained", []],
    ["created, with an existing key", KEY_STATEMENTS],
    ["imported, with a provider", KEY_STATEMENTS],
    ["imported", [...KEY_STATEMENTS, ...STREAM_POLICIES, ...CONSUMER_POLICIES]],
  ])("are exactly those in the outputs: streams %s", (shape, offered) => {
    const { output = {} } = synthesize(AWS, shape);

    const names = Object.keys(output).map((name) => name.slice(0, -9));
    expect(names.sort()).toEqual([...offered].sort());
  });
});

describe("the text of the policies", () => {
  it.each(SHAPES)("are no partition's own: streams %s", (shape) => {
    const configuration = synthesize(CHINA, shape);

    const written = policyTexts(configuration).map(({ text }) => text);
    const meant = policiesOf(configuration, CHINA);
    expect(written.join()).not.toMatch(/arn:aws:|amazonaws/);
    expect(JSON.stringify(meant)).not.toContain("arn:aws:");
  });
});

/**
 * Each test changes one policy and fails if no request has another result. Every statement allows,
 * so removing something can only allow less, and widening can only allow more. One request whose
 * result changes in that direction is enough.
 */
describe("a change of one policy", () => {
  const policies = policiesOf(synthesize(AWS, "created"), AWS);
  const need = new Set(needed(proof));

  const after = ({ policy, changed }: Change) =>
    policies.map((one) => (one === policy ? changed : one));
  const table = (changes: Change[]) => changes.map((change) => [change.name, change] as const);

  it("has only statements that allow", () => {
    const statements = policies.flatMap((policy) => policy.statements);

    for (const statement of statements) {
      expect(statement).toEqual({
        Sid: expect.any(String),
        Effect: "Allow",
        Action: expect.any(Array),
        ...(statement.Principal && { Principal: expect.any(Object) }),
        ...(statement.Resource && { Resource: expect.any(String) }),
        ...(statement.Condition && { Condition: expect.any(Object) }),
      });
    }
  });

  it("is made for every statement, action, principal and condition", () => {
    const statements = policies.flatMap((policy) => policy.statements);
    const counted = statements.reduce(
      (sum, { Action, Principal, Condition }) => ({
        removed:
          sum.removed + 1 + [Action].flat().length + Object.values(Principal ?? {}).flat().length,
        conditions: sum.conditions + Object.values(Condition ?? {}).flatMap(Object.keys).length,
      }),
      { removed: 0, conditions: 0 },
    );

    expect(removals(policies)).toHaveLength(counted.removed);
    expect(unconditioned(policies)).toHaveLength(counted.conditions);
    expect(counted).toEqual({ removed: 153, conditions: 26 });
  });

  it.each(table(removals(policies)))("too little is allowed: %s is removed", async (_, change) => {
    expect(await proof.missing(after(change), need, change.policy)).toBeDefined();
  });

  it.each(table(unconditioned(policies)))(
    "allows too much: the condition %s is removed",
    async (_, change) => {
      expect(await proof.excess(after(change), need, change.policy)).toBeDefined();
    },
  );

  it.each(table(broadened(policies)))("too much is allowed: %s", async (_, change) => {
    expect(await proof.excess(after(change), need, change.policy)).toBeDefined();
  });

  it("is needed for a difference: unchanged policies allow exactly what is needed", async () => {
    expect(await proof.missing(policies, need)).toBeUndefined();
    expect(await proof.excess(policies, need)).toBeUndefined();
  });
});
