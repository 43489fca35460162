import * as fs from "node:fs";
import * as path from "node:path";
import { PARALLELISM } from "../../app/plan-and-apply";
import { startLocalAws } from "../../local/aws";
import { findTerraform, type Terraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import { applyLog, longestChain } from "../apply-log";
import type { Benchmark, Context, Row } from "../benchmark";
import { bundle } from "../bundle";
import { countOf } from "../format";
import { report } from "../measure";
import { readStack } from "../stacks";
import { ratio, row } from "../statistics";

export const apply: Benchmark = {
  name: "apply",
  title: "Applying and changing in Terraform",
  sameWork:
    "Terraform and the AWS provider create the same resources in the same local AWS, where a new role takes 12 seconds to propagate; the naive wiring makes each kind of resource wait for all kinds before it, and has the key's policy in the key",
  chart: { unit: "s", title: "Wall time" },
  run,
};

const AWS = { rolePropagationSeconds: 12, consumerCreatingSeconds: 2 };
const TERRAFORMS_PARALLELISM = 10;
const ROUNDS = 2;
type Side = "library" | "naive";
const NAMES: Readonly<Record<Side, string>> = { library: "this library", naive: "naive wiring" };

interface Run {
  readonly side: Side;
  readonly consumers: number;
  readonly parallelism: number;
}

interface Applied {
  readonly wall: number;
  /** The longest chain of resources that wait for each other, by Terraform's own timestamps. */
  readonly chain: number;
  /** Bytes of the longest policy of each type. */
  readonly policies: Readonly<Record<string, number>>;
}

const POLICIES = {
  aws_kinesis_resource_policy: "the stream's policy",
  aws_kms_key_policy: "the key's policy",
} as const;

/** What is done to a stack in the local AWS, in this order. */
interface Life {
  readonly created: Applied;
  /** With nothing to change: what Terraform and its providers take for themselves. */
  readonly unchanged: Applied;
  /** One setting of one consumer. Only of the largest stack, like `destroyed`. */
  readonly changed?: Applied;
  readonly destroyed?: Applied;
}

async function run(context: Context): Promise<readonly Row[]> {
  const terraform = await findTerraform();
  for (const side of ["library", "naive"]) {
    await bundle(`bench/programs/${side}.ts`, path.join(context.scratch, `${side}.js`));
  }
  const sizes = context.tiny ? [1] : [1, 5, 20];
  const most = sizes.at(-1) ?? 1;
  const isLargest = ({ side, consumers, parallelism }: Run) =>
    side === "library" && consumers === most && parallelism === PARALLELISM;
  const runs: readonly Run[] = [
    ...sizes.flatMap((consumers) =>
      (["library", "naive"] as const).map((side) => ({
        side,
        consumers,
        parallelism: PARALLELISM,
      })),
    ),
    ...(context.tiny
      ? []
      : [{ side: "library", consumers: most, parallelism: TERRAFORMS_PARALLELISM } as const]),
  ];
  const lives = new Map<string, Life[]>(runs.map((one) => [labelOf(one), []]));
  const rounds = context.tiny ? 1 : ROUNDS;
  for (let round = 1; round <= rounds; round += 1) {
    for (const one of runs) {
      const life = await new Stack(terraform, one, {
        ...context,
        progress: (text) => context.progress(`${round} of ${rounds}: ${labelOf(one)}: ${text}`),
      }).live(isLargest(one));
      lives.get(labelOf(one))?.push(life);
    }
  }
  return runs.flatMap((one) => rowsOf(one, lives, isLargest(one)));
}

function rowsOf(one: Run, lives: ReadonlyMap<string, Life[]>, isLargest: boolean): Row[] {
  const { side, consumers, parallelism } = one;
  const label = labelOf(one);
  const wallsOf = (other: Run, action: keyof Life = "created") =>
    lives.get(labelOf(other))?.map((life) => life[action]?.wall ?? NaN) ?? [];
  const walls = wallsOf(one);
  const created = lives.get(label)?.map((life) => life.created) ?? [];
  const chains = created.map(({ chain }) => chain);
  const rows = [row(label, "s", walls), row(`longest chain: ${label}`, "s", chains)];
  if (side === "naive") {
    const own = wallsOf({ ...one, side: "library" });
    return [...rows, ratio(`naive wiring against this library, ${countOf(consumers)}`, walls, own)];
  }
  if (parallelism === TERRAFORMS_PARALLELISM) {
    return rows;
  }
  const target = { atMost: 1.1 };
  rows.push(
    ratio(`wall time against its longest chain: ${label}`, walls, chains, target),
    row(`apply with nothing to change, ${countOf(consumers)}`, "s", wallsOf(one, "unchanged")),
    ...Object.entries(created.at(-1)?.policies ?? {}).map(([policy, bytes]) =>
      row(`${policy}, ${countOf(consumers)}`, "KB", [bytes / 1024]),
    ),
  );
  if (isLargest) {
    const first = wallsOf({ ...one, consumers: 1 });
    rows.push(
      row(`change one setting of one of ${countOf(consumers)}`, "s", wallsOf(one, "changed")),
      row(`destroy ${countOf(consumers)}`, "s", wallsOf(one, "destroyed")),
      ratio(`${countOf(consumers)} against 1`, walls, first, { atMost: 1.5 }),
    );
  }
  return rows;
}

const labelOf = ({ side, consumers, parallelism }: Run): string =>
  `${NAMES[side]}, ${countOf(consumers)}${parallelism === PARALLELISM ? "" : `, -parallelism=${parallelism}`}`;

/** A stack of one side in a local AWS of its own. */
class Stack {
  private readonly synthesized: string;
  private readonly directory: string;

  constructor(
    private readonly terraform: Terraform,
    private readonly options: Run,
    private readonly context: Context,
  ) {
    const { side, consumers, parallelism } = options;
    const name = `${side}-${consumers}-${parallelism}`;
    this.synthesized = path.join(context.scratch, `synthesized-${name}`);
    this.directory = path.join(context.scratch, `stack-${name}`);
  }

  async live(isChanged: boolean): Promise<Life> {
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
      const unchanged = await this.time("apply");
      if (!isChanged) {
        return { created, unchanged };
      }
      await write(512);
      const changed = await this.time("apply");
      return { created, unchanged, changed, destroyed: await this.time("destroy") };
    } finally {
      await aws.stop();
      fs.rmSync(this.directory, { recursive: true, force: true });
    }
  }

  /** In a tiny run only the roles, since everything else takes half a minute. */
  private async time(command: "apply" | "destroy"): Promise<Applied> {
    const { tiny, progress } = this.context;
    progress(`terraform ${command}`);
    const { resource } = readStack(this.directory);
    const roles = Object.keys(resource.aws_iam_role ?? {});
    const targets = tiny ? roles.map((name) => `-target=aws_iam_role.${name}`) : [];
    const lines: string[] = [];
    const start = performance.now();
    await this.terraform.follow(
      (line) => lines.push(line),
      this.directory,
      ...[
        command,
        "-auto-approve",
        "-json",
        `-parallelism=${this.options.parallelism}`,
        ...targets,
      ],
    );
    const wall = (performance.now() - start) / 1000;
    const spans = applyLog(lines);
    return { wall, chain: longestChain(resource, spans), policies: this.policies() };
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
