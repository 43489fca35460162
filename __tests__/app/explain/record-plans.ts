/**
 * Records plans of the real Terraform and AWS provider for recorded-plans.test.ts: one pipeline is
 * applied to the local AWS, and then planned again after each change in CASES.
 *
 * Run it with `node --import tsx __tests__/app/explain/record-plans.ts [name...]`.
 */
import { Deployment, PRODUCER } from "../../e2e/deployment";
import { makeStream } from "../../local/two-accounts";
import { CASES, type Case } from "./recorded-cases";
import { PLANS_OF_CASES } from "./recorded-plans";
import { IMPORTED, synthesizeWorld, UNMONITORED, WORLD, type World } from "./recorded-world";

async function main(): Promise<void> {
  const chosen = process.argv.slice(2);
  const cases = Object.entries(CASES).filter(
    ([name]) => chosen.length === 0 || chosen.includes(name),
  );
  for (const from of [WORLD, UNMONITORED, IMPORTED]) {
    await recordFrom(
      from,
      cases.filter(([, one]) => (one.from ?? WORLD) === from),
    );
  }
}

async function recordFrom(
  world: World,
  cases: readonly (readonly [name: string, one: Case])[],
): Promise<void> {
  const deployment = await Deployment.start({
    rolePropagationSeconds: 0,
    consumerCreatingSeconds: 0,
  });
  try {
    if (world.streamArn !== undefined) {
      await makeStream(deployment.clients(PRODUCER), "orders");
    }
    await deployment.init(synthesizeWorld(world));
    await deployment.apply();
    for (const [name, { edit, json, hand, flags }] of cases) {
      try {
        await hand?.(deployment);
        await deployment.resynthesize(synthesizeWorld(edit?.(world) ?? world));
        deployment.change((stack) => json?.(stack));
        PLANS_OF_CASES.record(name, await deployment.plan(...(flags?.(deployment) ?? [])));
        console.log(name);
      } catch (error) {
        console.error(`${name}: ${(error as Error).message.slice(0, 2000)}`);
        process.exitCode = 1;
      }
    }
  } finally {
    await deployment.stop();
  }
}

void main();
