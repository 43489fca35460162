import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import * as path from "node:path";

/** The account of the streams, and those of the consumers, in turn. */
export const STREAMS_ACCOUNT = "111111111111";
const CONSUMERS_ACCOUNTS = ["222222222222", "333333333333", "444444444444", "555555555555"];
export const REGION = "eu-west-1";
export const CODE = path.resolve("handler", "dist");

export interface Accounts {
  readonly producer: AwsProvider;
  readonly consumerOf: (index: number) => AwsProvider;
}

export interface Size {
  readonly streams: number;
  readonly consumers: number;
  /** Memory of the last consumer's function in MB: the one setting that a change changes. */
  readonly memorySizeMb: number;
}

export interface Measured extends Record<string, number> {
  readonly cpu: number;
  readonly wall: number;
  readonly memory: number;
}

/** What a program is called with: number of streams, number of consumers, and memory. */
const size = (): Size => {
  const [streams = 1, consumers = 1, memorySizeMb = 256] = process.argv.slice(2).map(Number);
  return { streams, consumers, memorySizeMb };
};

/**
 * Builds and synthesizes a stack, and prints what that used. Loading the packages is not counted,
 * because it does not grow.
 */
export function synthesize(
  build: (stack: TerraformStack, accounts: Accounts, size: Size) => void,
): void {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const app = new App({ stackTraces: false });
  const stack = new TerraformStack(app, "pipelines");
  new LocalBackend(stack, {});
  const account = (alias: string, id: string) =>
    new AwsProvider(stack, alias, { alias, region: REGION, allowedAccountIds: [id] });
  const producer = account("producer", STREAMS_ACCOUNT);
  const sizes = size();
  const used = CONSUMERS_ACCOUNTS.slice(0, sizes.consumers);
  const consumers = used.map((id) => account(`consumer-${id}`, id));
  const consumerOf = (index: number) => consumers[index % consumers.length] ?? producer;
  build(stack, { producer, consumerOf }, sizes);
  app.synth();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const measured: Measured = {
    cpu: (user + system) / 1e6,
    wall,
    memory: process.resourceUsage().maxRSS / 1024,
  };
  console.log(JSON.stringify(measured));
}
