import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import * as fs from "node:fs";
import * as path from "node:path";
import type { SynthesizedStack } from "../../app/stack";
import type { Plan } from "../../pipeline/terraform/plan";
import type { Resource, Values } from "../../pipeline/terraform/resource";
import { parseState } from "../../pipeline/terraform/state";
import { LocalAws, LocalAwsOptions, startLocalAws } from "../../local/aws";
import type { Credentials } from "../../local/aws/accounts";
import { findTerraform, Terraform } from "../../local/terraform";
import { Configuration, copyStack } from "../../local/workspace";
import { Clients, clientsOf, messages } from "../local/two-accounts";

export const PRODUCER = "111111111111";
export const CONSUMER = "222222222222";
export const REGION = "eu-west-1";

const STATE = "terraform.tfstate";
const PLAN = "pending.tfplan";

export const streamArn = (name: string): string =>
  `arn:aws:kinesis:${REGION}:${PRODUCER}:stream/${name}`;

/** The log entry of a record from our handler, or from those of handlers/failing.ts. */
export interface Logged {
  readonly kinesis?: { readonly data: string; readonly partitionKey: string };
  readonly data?: string;
}

/** A stack in its own local AWS. */
export class Deployment {
  public static async start(options?: LocalAwsOptions): Promise<Deployment> {
    return new Deployment(await findTerraform(), await startLocalAws(options));
  }

  /** Terraform against the local AWS, which records its calls and enforces policies on them. */
  public static async startAsDeployer(options?: LocalAwsOptions): Promise<Deployment> {
    const aws = await startLocalAws(options);
    const credentials = (account: string): Promise<Credentials> =>
      aws.deployers.credentials(account);
    return new Deployment(await findTerraform(), aws, credentials);
  }

  private directory = "";
  private synthesized = "";

  private constructor(
    private readonly terraform: Terraform,
    public readonly aws: LocalAws,
    private readonly credentials = (account: string): Promise<Credentials> =>
      aws.credentials(account),
  ) {}

  public clients(account: string): Clients {
    return clientsOf(this.aws, account);
  }

  /** The failure queue of a consumer's function, whose name Terraform completes. */
  public async failureQueueUrl(account: string, functionName: string): Promise<string> {
    const { sqs } = this.clients(account);
    const QueueNamePrefix = `${functionName}-on-failure-`;
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix }));
    return QueueUrls[0] ?? "";
  }

  public async init(stackDirectory: string, state?: string): Promise<void> {
    this.directory = await copyStack(this.terraform, stackDirectory, {
      url: this.aws.url,
      credentials: this.credentials,
    });
    this.synthesized = fs.readFileSync(this.file, "utf8");
    if (state !== undefined) {
      fs.copyFileSync(state, path.join(this.directory, STATE));
    }
    await this.run("init");
  }

  /** Replaces the synthesized stack, and keeps its state. */
  public async resynthesize(stackDirectory: string): Promise<void> {
    const state = path.join(this.directory, STATE);
    await this.init(stackDirectory, state);
  }

  /** Changes the synthesized stack; each change starts from the original. */
  public change(edit: (stack: Configuration) => void): void {
    const stack = JSON.parse(this.synthesized) as Configuration;
    edit(stack);
    fs.writeFileSync(this.file, JSON.stringify(stack));
  }

  public apply(...flags: string[]): Promise<string> {
    return this.run("apply", "-auto-approve", "-no-color", ...flags);
  }

  public follow(onLine: (line: string) => void): Promise<string> {
    return this.terraform.follow(onLine, this.directory, ...["apply", "-auto-approve", "-json"]);
  }

  /** The changes of a further apply, in Terraform's words; empty if there are none. */
  public async pendingChanges(): Promise<string> {
    try {
      await this.run("plan", "-detailed-exitcode", "-no-color", `-out=${PLAN}`);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Terraform's plan JSON; applyPending() applies exactly this plan. */
  public async plan(...flags: string[]): Promise<Plan> {
    await this.run("plan", "-no-color", `-out=${PLAN}`, ...flags);
    return JSON.parse(await this.run("show", "-json", PLAN)) as Plan;
  }

  /** Applies the plan of pendingChanges() without planning again. */
  public applyPending(...flags: string[]): Promise<string> {
    return this.apply(...flags, PLAN);
  }

  /** The resources in the state's file: `terraform show` starts a provider. */
  public get resources(): readonly Resource[] {
    const file = path.join(this.directory, STATE);
    return parseState(fs.readFileSync(file, "utf8"), file).resources;
  }

  /** The attributes of one resource. */
  public show(address: string): Values {
    return this.resources.find((one) => one.address === address)?.values ?? {};
  }

  /** The synthesized stack, with the providers of the local AWS. */
  public get stack(): SynthesizedStack {
    return JSON.parse(fs.readFileSync(this.file, "utf8")) as SynthesizedStack;
  }

  /** The address of one resource of a construct, by its type. */
  public addressOf(type: string, construct: string): string {
    const { resource } = JSON.parse(this.synthesized) as Configuration;
    const found = Object.keys(resource[type] ?? {}).find((id) => id.startsWith(`${construct}_`));
    return `${type}.${found}`;
  }

  public destroy(): Promise<string> {
    return this.run("destroy", "-auto-approve", "-no-color");
  }

  /** The messages that a function logged, without Lambda's own lines. */
  public async logged(account: string, name: string): Promise<Logged[]> {
    await this.aws.flushLogs();
    const lines = await messages(this.clients(account), name);
    return lines
      .filter((line) => line.startsWith("{"))
      .map((line) => (JSON.parse(line) as { message: Logged }).message);
  }

  public stop(): Promise<void> {
    return this.aws.stop();
  }

  private get file(): string {
    return path.join(this.directory, "cdk.tf.json");
  }

  private run(...args: string[]): Promise<string> {
    return this.terraform.run(this.directory, ...args);
  }
}
