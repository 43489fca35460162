import { runSimulation } from "@cloud-copilot/iam-simulate";
import { decideAccess } from "../../pipeline/iam/access";
import type { Statement } from "../../pipeline/iam/document";
import {
  ENCRYPTION_CONTEXT,
  type Example,
  Examples,
  random,
  ROLE,
  SESSION,
} from "./random-policies";

/** `COMPARISONS=20000 SEED=7 npx jest __tests__/pipeline/simulator.test.ts` repeats and extends a run. */
const COMPARISONS = Number(process.env.COMPARISONS ?? 2000);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

/*
 * iam-simulate 0.1.173 never matches a key of an encryption context, whose name holds colons. It
 * compares principal tags in the same way. The values of Null are no values of the key.
 */
const standIn = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value).replaceAll(ENCRYPTION_CONTEXT, "aws:PrincipalTag/encryption-context"),
  ) as T;

const document = (statements: readonly object[]) =>
  standIn({ Version: "2012-10-17", Statement: statements });

async function simulated(example: Example): Promise<boolean> {
  const { identity, boundary, resourcePolicy, context, hidden, account, ...request } = example;
  const known = Object.entries({ ...context, ...hidden }).filter(([, value]) => value !== null);
  const result = await runSimulation(
    {
      request: {
        principal: SESSION,
        action: request.action,
        resource: { resource: request.resource, accountId: account },
        contextVariables: standIn(Object.fromEntries(known)) as Record<string, string | string[]>,
      },
      identityPolicies: identity.map((one, index) => ({
        name: String(index),
        policy: document(one),
      })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy && { resourcePolicy: document(resourcePolicy) }),
      ...(boundary && {
        permissionBoundaryPolicies: [{ name: "boundary", policy: document(boundary) }],
      }),
    },
    {},
  );
  if (result.resultType !== "single" || (result.result.ignoredContextKeys ?? []).length > 0) {
    throw new Error(`cannot be simulated: ${JSON.stringify({ result, example })}`);
  }
  return result.overallResult === "Allowed";
}

const policy = (name: string, statements: readonly object[]) => ({
  name,
  statements: statements as readonly Statement[],
});

const ours = ({ identity, boundary, resourcePolicy, ...request }: Example) =>
  decideAccess(
    {
      identity: identity.map((one, index) => policy(`identity ${index}`, one)),
      ...(boundary && { boundary: policy("boundary", boundary) }),
      ...(resourcePolicy && { resource: policy("resource", resourcePolicy) }),
    },
    {
      ...request,
      caller: {
        roleArn: ROLE,
        roleId: "AROAEXAMPLE",
        sessionArn: SESSION,
        hasBoundary: boundary !== undefined,
      },
    },
  );

test(`the evaluator decides as an independent simulator does (seed ${SEED})`, async () => {
  const examples = new Examples(random(SEED));
  const outcomes = { allowed: 0, denied: 0, "cannot tell": 0 };
  for (let index = 0; index < COMPARISONS; index += 1) {
    const example = examples.example();
    const { outcome, why } = ours(example);
    outcomes[outcome] += 1;
    if (outcome !== "cannot tell" && (outcome === "allowed") !== (await simulated(example))) {
      throw new Error(
        `seed ${SEED}, example ${index}: ours is ${outcome}, since ${why}; the simulator differs on ${JSON.stringify(example, null, 1)}`,
      );
    }
  }
  console.info(`seed ${SEED}: ${JSON.stringify(outcomes)} of ${COMPARISONS}`);
  // Neither outcome may be rare, nor may most be left open.
  expect(outcomes.allowed).toBeGreaterThan(COMPARISONS * 0.1);
  expect(outcomes.denied).toBeGreaterThan(COMPARISONS * 0.1);
  expect(outcomes["cannot tell"]).toBeLessThan(COMPARISONS * 0.3);
});
