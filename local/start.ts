import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LocalAws, startLocalAws } from "./aws";
import type { Delivery } from "./aws/batch";
import { howToReach } from "./how-to-reach";
import { progress } from "./progress";
import { putSample, runtimeReason, type Sample, shownLines } from "./sample";
import { copyAnyStack } from "./stack-copy";
import { awaitDelivery, mappingNotAwaitedReason, stackPipelines } from "./stack-pipelines";
import { Steps } from "./steps";
import { findTerraform, stopTerraform, Terraform } from "./terraform";
import { makeInstallable } from "./workspace";

interface StartOptions {
  /** Directory of the stack, or what synthesizes it into a directory and returns the stack's own. */
  readonly stack: string | ((outdir: string) => Promise<string>);
  /** Account IDs by provider alias, for providers that do not contain their account's ID. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly sample: Sample;
  /** Keeps everything running until the interruption. */
  readonly isKept: boolean;
  /** Its reason has a message and an exit code. */
  readonly interruption: AbortSignal;
}

/**
 * Creates a stack in a local AWS, puts a record into its streams, waits for it, and destroys the stack.
 * Ends the process, whatever still waits in it.
 */
export async function start(options: StartOptions): Promise<never> {
  /** Directory for all files of this run. It is removed when the process exits. */
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "start-"));
  process.env.TMPDIR = scratch;
  process.on("exit", () => fs.rmSync(scratch, { recursive: true, force: true }));
  const run = new Run(options, scratch);
  const { interruption } = options;
  const interrupted = new Promise<number>((resolve) => {
    interruption.addEventListener("abort", () => {
      const { message, exitCode } = interruption.reason as { message: string; exitCode: number };
      console.error(run.isWaiting ? "" : message);
      resolve(run.isWaiting ? 0 : exitCode);
    });
  });
  const ended = run.run().then(
    () => 0,
    (error: unknown) => {
      if (!interruption.aborted) {
        console.error((error as Error).message);
      }
      return (error as { exitCode?: number }).exitCode ?? 1;
    },
  );
  const exitCode = await Promise.race([interrupted, ended]);
  await run.cleanUp();
  process.exit(exitCode);
}

class Run {
  /** The run has succeeded and waits for Ctrl-C. */
  public isWaiting = false;
  private readonly steps = new Steps();
  private readonly deliveries: Delivery[] = [];
  private aws: LocalAws | undefined;

  constructor(
    private readonly options: StartOptions,
    private readonly scratch: string,
  ) {}

  public async run(): Promise<void> {
    const { steps } = this;
    const { stack, accounts: given, isKept } = this.options;
    const isSynthesized = typeof stack !== "string";
    const source = isSynthesized
      ? await steps.step("synthesize", () => stack(this.scratch))
      : stack;
    const terraform = await steps.step("find terraform", findTerraform);
    if (isSynthesized) {
      makeInstallable(terraform, source);
    }
    const aws = (this.aws = await steps.step(
      "start local AWS",
      () => startLocalAws({ onDelivered: (delivery) => this.deliveries.push(delivery) }),
      ({ url }) => url,
    ));
    const { directory, accounts } = await copyAnyStack(source, {
      url: aws.url,
      credentials: (account) => aws.credentials(account),
      directory: path.join(this.scratch, "terraform"),
      accounts: given,
    });
    const change = (command: "apply" | "destroy") =>
      steps.step(`terraform ${command}`, (note) =>
        terraform.follow(progress(note), directory, command, "-auto-approve", "-json"),
      );
    await steps.step("terraform init", () => terraform.run(directory, "init"));
    await change("apply");
    await this.deliver(terraform, aws, directory);
    await steps.step(
      "terraform plan",
      () => terraform.run(directory, "plan", "-detailed-exitcode", "-no-color"),
      () => "nothing left to change",
    );
    if (isKept) {
      console.log(await howToReach(terraform, aws, directory, accounts));
      this.isWaiting = true;
      await new Promise(() => undefined);
    }
    await change("destroy");
  }

  public async cleanUp(): Promise<void> {
    await stopTerraform();
    const { aws } = this;
    if (aws) {
      await this.steps.step("stop local AWS", () => aws.stop());
    }
  }

  private async deliver(terraform: Terraform, aws: LocalAws, directory: string): Promise<void> {
    const { steps, deliveries } = this;
    const { sample } = this.options;
    const pipelines = await stackPipelines(terraform, directory);
    for (const arn of new Set(pipelines.map(({ stream }) => stream.arn))) {
      await steps.step(
        "put record",
        () => putSample(aws, arn, sample),
        () => `"${sample.data}", key ${sample.partitionKey}, into ${arn}`,
      );
    }
    for (const pipeline of pipelines) {
      const reason = mappingNotAwaitedReason(pipeline) ?? (await runtimeReason(aws, pipeline));
      if (reason) {
        console.log(`not awaited from ${pipeline.mapping.address}: ${reason}`);
        continue;
      }
      const logged = await steps.step("wait for it", () =>
        awaitDelivery(aws, deliveries, pipeline, sample),
      );
      console.log([`${pipeline.function.arn} logged:`, ...shownLines(logged, sample)].join("\n"));
    }
  }
}
