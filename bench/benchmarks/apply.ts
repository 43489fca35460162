import * as path from "node:path";
import { startLocalAws } from "../../local/aws";
import { findTerraform, type Terraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import { applyLog, longestChain } from "../apply-log";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle } from "../bundle";
import { report } from "../measure";
import { readStack } from "../stacks";
import { row } from "../statistics";

export const apply: Benchmark = {
  name: "apply",
  title: "Applying and changing in Terraform",
  sameWork:
    "Terraform and the AWS provider create the same resources in the same local AWS, where a new role takes 12 seconds to propagate; the naive wiring makes each kind of resource wait for all kinds before it, and has the key's policy in the key",
  chart: { unit: "s", title: "Wall time" },
  run,
};

const AWS = { rolePropagationSeconds: 12, consumerCreatingSeconds: 2 };
type Side = "library" | "naive";
const NAMES: Readonly<Record<Side, string>> = { library: "this library", naive: "naive wiring" };

interface Applied {
  readonly wall: number;
  /** The longest chain of resources that wait for each other, by Terraform's own timestamps. */
  readonly chain: number;
  readonly steps: readonly string[];
}

async function run(context: Context): Promise<readonly Row[]> {
  const terraform = await findTerraform();
  for (const side of ["library", "naive"]) {
    await bundle(`bench/programs/${side}.ts`, path.join(context.scratch, `${side}.js`));
  }
  const rows: Row[] = [];
  const walls = new Map<string, number>();
  const sizes = context.tiny ? [1] : [1, 5, 20];
  for (const consumers of sizes) {
    for (const side of ["library", "naive"] as const) {
      const name = `${NAMES[side]}, ${many(consumers)}`;
      const isLast = side === "library" && consumers === sizes.at(-1);
      const stack = new Stack(terraform, side, consumers, context);
      const results = await stack.live(isLast);
      const { wall, chain, steps } = results.created;
      steps.forEach((step) => context.progress(`  ${step}`));
      walls.set(`${side} ${consumers}`, wall);
      rows.push(row(name, "s", [wall]), row(`longest chain: ${name}`, "s", [chain]));
      if (side === "library") {
        rows.push(timesOf(`wall time against its longest chain: ${name}`, wall, chain, 1.1));
      }
      if (results.changed && results.destroyed) {
        const of = many(consumers);
        rows.push(
          row(`change one setting of one of ${of}`, "s", [results.changed.wall]),
          row(`destroy ${of}`, "s", [results.destroyed.wall]),
        );
      }
    }
    const [own = NaN, naive = NaN] = ["library", "naive"].map((s) =>
      walls.get(`${s} ${consumers}`),
    );
    rows.push(timesOf(`naive wiring against this library, ${many(consumers)}`, naive, own));
  }
  const [one = NaN, most = NaN] = [sizes[0], sizes.at(-1)].map((n) => walls.get(`library ${n}`));
  rows.push(timesOf(`${sizes.at(-1)} consumers against 1`, most, one, 1.5));
  return rows;
}

const many = (consumers: number): string =>
  consumers === 1 ? "1 consumer" : `${consumers} consumers`;

const timesOf = (label: string, value: number, other: number, atMost?: number): Row =>
  row(label, "times", [value / other], atMost === undefined ? {} : { target: { atMost } });

/** A stack of one side in a local AWS of its own. */
class Stack {
  private readonly synthesized: string;
  private readonly directory: string;

  constructor(
    private readonly terraform: Terraform,
    private readonly side: Side,
    private readonly consumers: number,
    private readonly context: Context,
  ) {
    const name = `${side}-${consumers}`;
    this.synthesized = path.join(context.scratch, `synthesized-${name}`);
    this.directory = path.join(context.scratch, `stack-${name}`);
  }

  async live(
    changes: boolean,
  ): Promise<{ created: Applied; changed?: Applied; destroyed?: Applied }> {
    const aws = await startLocalAws(AWS);
    const write = async (memorySizeMb: number) => {
      await report({
        run: ["node", path.join(this.context.scratch, `${this.side}.js`)].concat(
          [1, this.consumers, memorySizeMb].map(String),
        ),
        environment: { CDKTF_OUTDIR: this.synthesized },
      });
      await copyStack(this.terraform, path.join(this.synthesized, "stacks", "pipelines"), {
        url: aws.url,
        credentials: (account) => aws.credentials(account),
        directory: this.directory,
      });
    };
    try {
      await write(256);
      await this.terraform.run(this.directory, "init");
      const created = await this.time("apply");
      if (!changes) {
        return { created };
      }
      await write(512);
      const changed = await this.time("apply");
      return { created, changed, destroyed: await this.time("destroy") };
    } finally {
      await aws.stop();
    }
  }

  /** In a tiny run only the roles, since everything else takes half a minute. */
  private async time(command: "apply" | "destroy"): Promise<Applied> {
    const { tiny, progress } = this.context;
    progress(`${this.side}, ${this.consumers}: terraform ${command}`);
    const { resource } = readStack(this.directory);
    const roles = Object.keys(resource.aws_iam_role ?? {});
    const targets = tiny ? roles.map((name) => `-target=aws_iam_role.${name}`) : [];
    const lines: string[] = [];
    const start = performance.now();
    await this.terraform.follow(
      (line) => lines.push(line),
      this.directory,
      ...[command, "-auto-approve", "-json", ...targets],
    );
    const wall = (performance.now() - start) / 1000;
    const spans = applyLog(lines);
    const steps = [...spans].map(([address, seconds]) => `${seconds.toFixed(1)} s ${address}`);
    return { wall, chain: longestChain(resource, spans), steps };
  }
}
