/**
 * Records plans of the real Terraform and AWS provider for recorded-plans.test.ts: one pipeline is
 * applied to the local AWS, and then planned again after each change in CASES.
 *
 * Run it with `node --import tsx __tests__/app/explain/record-plans.ts [name...]`.
 */
import { Deployment } from "../../e2e/deployment";
import { CASES } from "./recorded-cases";
import { record } from "./recorded-plans";
import { synthesizeWorld, WORLD } from "./recorded-world";

async function main(): Promise<void> {
  const chosen = process.argv.slice(2);
  const deployment = await Deployment.start({
    rolePropagationSeconds: 0,
    consumerCreatingSeconds: 0,
  });
  try {
    await deployment.init(synthesizeWorld(WORLD));
    console.log("apply");
    await deployment.apply();
    for (const [name, { edit, json, hand, flags }] of Object.entries(CASES)) {
      if (chosen.length > 0 && !chosen.includes(name)) {
        continue;
      }
      try {
        await hand?.(deployment);
        await deployment.resynthesize(synthesizeWorld(edit?.(WORLD) ?? WORLD));
        deployment.change((stack) => json?.(stack));
        record(name, await deployment.plan(...(flags?.(deployment) ?? [])));
        console.log(name);
      } catch (error) {
        console.error(`${name}: ${(error as Error).message}`);
        process.exitCode = 1;
      }
    }
  } finally {
    await deployment.stop();
  }
}

void main();
