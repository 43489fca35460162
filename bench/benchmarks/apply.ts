import * as fs from "node:fs";
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
/** Terraform's default is 10 resources at a time, which makes many consumers wait for each other. */
const PARALLELISM = 50;
type Side = "library" | "naive";
const NAMES: Readonly<Record<Side, string>> = { library: "this library", naive: "naive wiring" };

interface Run {
  readonly side: Side;
  readonly consumers: number;
  readonly parallelism?: number;
}

interface Applied {
  readonly wall: number;
  /** The longest chain of resources that wait for each other, by Terraform's own timestamps. */
  readonly chain: number;
  readonly steps: readonly string[];
  /** Bytes of the longest policy of each type. */
  readonly policies: Readonly<Record<string, number>>;
}

const POLICIES = {
  aws_kinesis_resource_policy: "the stream's policy",
  aws_kms_key_policy: "the key's policy",
} as const;

async function run(context: Context): Promise<readonly Row[]> {
  const terraform = await findTerraform();
  for (const side of ["library", "naive"]) {
    await bundle(`bench/programs/${side}.ts`, path.join(context.scratch, `${side}.js`));
  }
  const rows: Row[] = [];
  const walls = new Map<string, number>();
  const sizes = context.tiny ? [1] : [1, 5, 20];
  const most = sizes.at(-1) ?? 1;
  const runs: readonly Run[] = [
    ...sizes.flatMap((consumers) =>
      (["library", "naive"] as const).map((side) => ({ side, consumers })),
    ),
    ...(context.tiny
      ? []
      : [{ side: "library", consumers: most, parallelism: PARALLELISM } as const]),
  ];
  for (const one of runs) {
    const { side, consumers, parallelism } = one;
    const isChanged = side === "library" && (context.tiny || parallelism !== undefined);
    const name = `${NAMES[side]}, ${many(consumers)}${parallelism ? `, -parallelism=${parallelism}` : ""}`;
    const { created, changed, destroyed } = await new Stack(terraform, one, context).live(
      isChanged,
    );
    const { wall, chain, steps, policies } = created;
    steps.forEach((step) => context.progress(`  ${step}`));
    walls.set(name, wall);
    rows.push(row(name, "s", [wall]), row(`longest chain: ${name}`, "s", [chain]));
    if (side === "library") {
      rows.push(timesOf(`wall time against its longest chain: ${name}`, wall, chain, 1.1));
      rows.push(
        ...Object.entries(policies).map(([policy, bytes]) =>
          row(`${policy}, ${name}`, "KB", [bytes / 1024]),
        ),
      );
    } else {
      const own = walls.get(`${NAMES.library}, ${many(consumers)}`) ?? NaN;
      rows.push(timesOf(`naive wiring against this library, ${many(consumers)}`, wall, own));
    }
    if (changed && destroyed) {
      rows.push(
        row(`change one setting of one of ${many(consumers)}`, "s", [changed.wall]),
        row(`destroy ${many(consumers)}`, "s", [destroyed.wall]),
      );
      const first = walls.get(`${NAMES.library}, 1 consumer`) ?? NaN;
      rows.push(timesOf(`${many(consumers)} against 1`, wall, first, 1.5));
    }
  }
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
    private readonly options: Run,
    private readonly context: Context,
  ) {
    const { side, consumers, parallelism = 10 } = options;
    const name = `${side}-${consumers}-${parallelism}`;
    this.synthesized = path.join(context.scratch, `synthesized-${name}`);
    this.directory = path.join(context.scratch, `stack-${name}`);
  }

  async live(
    changes: boolean,
  ): Promise<{ created: Applied; changed?: Applied; destroyed?: Applied }> {
    const aws = await startLocalAws(AWS);
    const write = async (memorySizeMb: number) => {
      await report({
        run: ["node", path.join(this.context.scratch, `${this.options.side}.js`)].concat(
          [1, this.options.consumers, memorySizeMb].map(String),
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
    const { side, consumers, parallelism = 10 } = this.options;
    progress(`${side}, ${consumers}: terraform ${command} -parallelism=${parallelism}`);
    const { resource } = readStack(this.directory);
    const roles = Object.keys(resource.aws_iam_role ?? {});
    const targets = tiny ? roles.map((name) => `-target=aws_iam_role.${name}`) : [];
    const lines: string[] = [];
    const start = performance.now();
    await this.terraform.follow(
      (line) => lines.push(line),
      this.directory,
      ...[command, "-auto-approve", "-json", `-parallelism=${parallelism}`, ...targets],
    );
    const wall = (performance.now() - start) / 1000;
    const spans = applyLog(lines);
    const steps = [...spans].map(([address, seconds]) => `${seconds.toFixed(1)} s ${address}`);
    return { wall, chain: longestChain(resource, spans), steps, policies: this.policies() };
  }

  private policies(): Record<string, number> {
    const { resources } = JSON.parse(
      fs.readFileSync(path.join(this.directory, "terraform.tfstate"), "utf8"),
    ) as {
      resources: { type: string; instances: { attributes: { policy?: string } }[] }[];
    };
    return Object.fromEntries(
      Object.entries(POLICIES).flatMap(([type, name]) => {
        const sizes = resources
          .filter((resource) => resource.type === type)
          .flatMap(({ instances }) => instances)
          .map(({ attributes }) => Buffer.byteLength(attributes.policy ?? ""));
        return sizes.length > 0 ? [[name, Math.max(...sizes)]] : [];
      }),
    );
  }
}
