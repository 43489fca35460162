import * as fs from "node:fs";
import * as path from "node:path";
import { constructPath, type SynthesizedStack } from "../../app/stack";
import type { Plan } from "../../pipeline/terraform/plan";
import { runCli } from "../cli/world";
import { withoutProgress } from "../helpers/progress";
import { startCommand } from "../helpers/terminal";
import { clientsOf, until } from "../local/two-accounts";
import { describeWithTerraform, ROOT, scratch, synthesizeMain } from "../terraform/harness";
import { makeBlogStacks } from "./blog-stacks";
import { Deliveries, Load } from "./changes/load";
import { DEVIATIONS } from "./changes/outcomes";
import { Deployed } from "./deployed";
import { CONSUMER, PRODUCER, REGION, streamArn } from "./deployment";
import {
  applyHandWritten,
  CDK_READER,
  makeCdkAndServerless,
  SERVERLESS_READER,
} from "./living-pipelines";
import { typingEnvironment } from "./typing";

const BLOG = "AWS CLI, as the blog does";
const BLOG_READER = "kds-cross-account-stream-efo-consumer";
const ACCESS = ["--region", REGION, "--profile", "analytics", "--stream-profile", "producer"];

/** Each pipeline: how it is named, and the stream and functions that the load goes through. */
const PIPELINES = {
  [BLOG]: {
    named: () => ["--function", BLOG_READER],
    stream: "kds-cross-account-stream",
    readers: [BLOG_READER],
    effects: [],
  },
  "AWS CDK and the Serverless Framework": {
    named: () => ["--stream", streamArn("OrdersStack-Orders8A1B2C3D-AbCdEfGh1234")],
    stream: "OrdersStack-Orders8A1B2C3D-AbCdEfGh1234",
    readers: [CDK_READER, SERVERLESS_READER],
    // It is announced: the policy is for the role alone.
    effects: [
      /^no longer allows arn:aws:iam::222222222222:root kinesis:DescribeStreamConsumer, kinesis:SubscribeToShard on registered consumer /,
    ],
  },
  "hand-written HCL": {
    named: (state: string) => ["--state", state],
    stream: "events",
    readers: ["events-reader"],
    effects: [],
  },
} as const;
type Maker = keyof typeof PIPELINES;
const MAKERS = Object.keys(PIPELINES) as Maker[];

interface Report {
  readonly streams: readonly {
    readonly imported: readonly { readonly path: string; readonly id: string }[];
    readonly added: readonly { readonly path: string }[];
    readonly changed: readonly { readonly path: string }[];
  }[];
}

describeWithTerraform("a living pipeline made by", () => {
  const root = scratch();
  const deliveries = new Deliveries();
  let deployed: Deployed;
  let env: NodeJS.ProcessEnv;
  let state: string;
  let load: Load;

  const adopt = async (maker: Maker) => {
    const file = path.join(scratch(), "settings.json");
    const from = [...PIPELINES[maker].named(state), ...ACCESS];
    const args = ["adopt", ...from, "--endpoint-url", deployed.aws.url, "--output", file, "--json"];
    const { exitCode, stdout, stderr } = await runCli(args);
    expect([exitCode, withoutProgress(stderr)]).toEqual([0, ""]);
    const settings = JSON.parse(fs.readFileSync(file, "utf8")) as { name: string };
    const stack = path.join(synthesizeMain(settings), "stacks", settings.name);
    return { announced: (JSON.parse(stdout) as Report).streams[0]!, stack };
  };

  /** Types the commands of examples/migrate-from-blog, and hands their state to a deployment. */
  const typeCommandsOfExample = async (own: Deployed): Promise<void> => {
    const example = path.join(ROOT, "examples", "migrate-from-blog", "README.md");
    const readme = fs.readFileSync(example, "utf8");
    const type = (line: string) =>
      startCommand(["sh", "-c", line.replace("blog.json", path.join(root, "blog.json"))], {
        cwd: ROOT,
        env: { ...env, AWS_ENDPOINT_URL: deployed.aws.url },
        terminal: true,
      });
    const lines = [...readme.matchAll(/^```sh\n(.*)\n```$/gm)].map(([, line = ""]) => line);
    expect(lines).toHaveLength(2);
    const [adopting = "", deploying = ""] = lines;

    const adopted = await type(adopting).ended;
    expect(adopted.output).toContain(/`(\d+ to import.*?)`/.exec(readme)?.[1]);
    expect(adopted.code).toBe(0);
    const deploy = type(deploying);
    await deploy.printed("Apply this plan?");
    deploy.type("yes\n");
    expect((await deploy.ended).code).toBe(0);

    fs.copyFileSync(
      path.join(root, "terraform.kds-cross-account-stream.tfstate"),
      path.join(own.directory, "terraform.tfstate"),
    );
  };

  beforeAll(async () => {
    deployed = await Deployed.start({ onDelivered: deliveries.add });
    env = await typingEnvironment(deployed.aws, root, { producer: PRODUCER, analytics: CONSUMER });
    process.env.AWS_CONFIG_FILE = env.AWS_CONFIG_FILE;
    await makeBlogStacks(deployed.aws);
    await makeCdkAndServerless(deployed.aws);
    state = await applyHandWritten(deployed.aws);
    load = new Load(clientsOf(deployed.aws, PRODUCER), streamArn);
    load.start(MAKERS.map((maker) => PIPELINES[maker].stream));
  });
  afterAll(async () => {
    await load.abandon();
    await deployed.stop();
  });

  it.each(MAKERS)("%s is imported, without any change that was not announced", async (maker) => {
    const { announced, stack } = await adopt(maker);
    const own = deployed.beside();
    const begun = Date.now();

    expect(await own.run(stack, { command: "plan" })).toBe("");

    const paths = pathsIn(stack);
    const plan = JSON.parse(await own.terraform("show", "-json", "pending.tfplan")) as Plan;
    const changes = (plan.resource_changes ?? [])
      .filter(({ mode }) => mode !== "data")
      .map(({ address, change }) => ({
        path: paths.get(address) ?? address,
        actions: change.actions.join(),
        id: change.importing?.id,
      }));
    const having = (actions: string) =>
      changes.filter((one) => one.actions === actions).map((one) => one.path);
    const sorted = (all: readonly { readonly path: string }[]) =>
      [...new Set(all.map((one) => one.path))].sort();
    expect(new Set(changes.map(({ actions }) => actions))).toEqual(
      new Set(["create", "no-op", "update"]),
    );
    expect(having("create").sort()).toEqual(sorted(announced.added));
    expect(having("update").sort()).toEqual(sorted(announced.changed));
    expect(
      Object.fromEntries(changes.flatMap(({ path: at, id }) => (id ? [[at, id]] : []))),
    ).toEqual(Object.fromEntries(announced.imported.map(({ path: at, id }) => [at, id])));
    const effects = own.printed.flatMap((line) => /^ {2}- (.*)/.exec(line)?.[1] ?? []);
    expect(effects).toEqual(
      PIPELINES[maker].effects.map((words) => expect.stringMatching(words) as string),
    );

    if (maker === BLOG) {
      await typeCommandsOfExample(own);
    } else {
      expect(await own.run(stack)).toBe("");
    }
    expect(await own.pending()).toEqual([]);

    const applied = Date.now();
    const { stream, readers } = PIPELINES[maker];
    const evidenceOf = (reader: string) => ({
      sent: load.sentTo(stream),
      received: deliveries.to([reader]),
      ...{ begun, applied, from: begun },
    });
    await until(() => Promise.resolve(load.sentTo(stream).some(({ at }) => at > applied)));
    load.leave(stream);
    for (const reader of readers) {
      await until(() =>
        Promise.resolve(DEVIATIONS.delivered(evidenceOf(reader)).length === 0),
      ).catch(() => undefined);
      expect(load.refusals(stream)).toEqual([]);
      const { received, sent } = evidenceOf(reader);
      expect(received.map(({ number }) => number).sort((one, other) => one - other)).toEqual(
        sent.map(({ number }) => number),
      );
    }
  });
});

/** Paths of the constructs in a synthesized stack, by Terraform's addresses. */
function pathsIn(directory: string): Map<string, string> {
  const file = path.join(directory, "cdk.tf.json");
  const { resource } = JSON.parse(fs.readFileSync(file, "utf8")) as SynthesizedStack;
  return new Map(
    Object.entries(resource).flatMap(([type, all]) =>
      Object.entries(all).map(([id, element]): [string, string] => [
        `${type}.${id}`,
        constructPath(element),
      ]),
    ),
  );
}
