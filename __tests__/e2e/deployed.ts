import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { isChanged, isUpdated, type Plan } from "../../pipeline/terraform/plan";
import type { Values } from "../../pipeline/terraform/resource";
import { parseState } from "../../pipeline/terraform/state";
import { type DeploymentOptions, runDeployment } from "../../app/plan-and-apply";
import type { TerraformCommands } from "../../app/terraform";
import { startLocalAws, type LocalAws, type LocalAwsOptions } from "../../local/aws";
import type { Delivery } from "../../local/aws/batch";
import { findTerraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import { scratch } from "../terraform/harness";

const execute = promisify(execFile);

/** What `npm run deploy` runs, in a directory of its own, with its lines typed into a shell. */
export class Deployed {
  public printed: string[] = [];
  public readonly root = scratch();
  /** Where the stack is applied. */
  public readonly directory = path.join(this.root, "out", "stacks", "it");

  private constructor(
    public readonly aws: LocalAws,
    /** What the functions were given since the local AWS started. */
    public readonly deliveries: readonly Delivery[],
  ) {}

  /** In empty accounts. */
  public static async start(options?: LocalAwsOptions): Promise<Deployed> {
    const deliveries: Delivery[] = [];
    const aws = await startLocalAws({
      rolePropagationSeconds: 0,
      consumerCreatingSeconds: 0,
      onDelivered: (delivery) => deliveries.push(delivery),
      ...options,
    });
    return new Deployed(aws, deliveries);
  }

  /** Another deployment into the same accounts. */
  public beside(): Deployed {
    return new Deployed(this.aws, this.deliveries);
  }

  public stop(): Promise<void> {
    return this.aws.stop();
  }

  /**
   * Deploys a synthesized stack, or does what the options say. Returns the message of the error.
   *
   * @param observe wraps the Terraform commands, to see or to interrupt them
   */
  public async run(
    stackDirectory: string,
    options: Partial<DeploymentOptions> = {},
    observe: (commands: TerraformCommands) => TerraformCommands = (commands) => commands,
  ): Promise<string> {
    const terraform = await findTerraform();
    await copyStack(terraform, stackDirectory, {
      url: this.aws.url,
      credentials: (account) => this.aws.credentials(account),
      directory: this.directory,
    });
    const read = (...args: string[]): Promise<string> => terraform.run(this.directory, ...args);
    this.printed = [];
    return runDeployment(
      this.directory,
      observe({
        read,
        show: async (...args) => {
          await read(...args);
        },
      }),
      {
        command: "deploy",
        replay: [],
        print: (line) => this.printed.push(line),
        approve: () => Promise.resolve(true),
        ...options,
      },
    ).then(
      () => "",
      (error: unknown) => (error as Error).message,
    );
  }

  /**
   * Types the indented lines of a text that start with a program's name, as they are printed.
   *
   * @param account whose credentials the AWS CLI gets
   */
  public async type(text: string, account?: string): Promise<string[]> {
    const { environment } = await findTerraform();
    const lines = text
      .split("\n")
      .filter((line) => /^ +(terraform|aws|cp) /.test(line))
      .map((line) => line.trim());
    for (const line of lines) {
      const own =
        line.startsWith("aws ") && account !== undefined ? await this.cli(account) : environment;
      // Not synchronously: the local AWS answers from this process.
      await execute("sh", ["-c", line], { env: { ...process.env, ...own } });
    }
    return lines;
  }

  public async terraform(...args: string[]): Promise<string> {
    return (await findTerraform()).run(this.directory, ...args);
  }

  /** Attributes in the state, by address. */
  public state(): Map<string, Values> {
    const file = path.join(this.directory, "terraform.tfstate");
    const { resources } = parseState(fs.readFileSync(file, "utf8"), file);
    return new Map(resources.map(({ address, values }) => [address, values]));
  }

  /** What the next apply would do: actions by type, and the attributes that an update changes. */
  public async pending(): Promise<string[]> {
    await this.terraform("plan", "-out=it.tfplan");
    const plan = JSON.parse(await this.terraform("show", "-json", "it.tfplan")) as Plan;
    return (plan.resource_changes ?? [])
      .filter(({ change }) => change.actions.join() !== "no-op")
      .map((one) => {
        const attributes = isUpdated(one)
          ? Object.keys(one.change.after ?? {}).filter((name) => isChanged(one, name))
          : [];
        return [one.change.actions.join("+"), one.type, ...attributes.sort()].join(" ");
      })
      .sort();
  }

  /** The environment in which the AWS CLI calls the local AWS, with the profile that is printed. */
  private async cli(account: string): Promise<Record<string, string>> {
    const { accessKeyId, secretAccessKey, sessionToken } = await this.aws.credentials(account);
    const file = path.join(this.root, "credentials");
    const keys = [
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      `aws_session_token = ${sessionToken}`,
    ];
    fs.writeFileSync(
      file,
      ["default", "local"].flatMap((name) => [`[${name}]`, ...keys, ""]).join("\n"),
      { mode: 0o600 },
    );
    return {
      AWS_CONFIG_FILE: path.join(this.root, "none"),
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_ENDPOINT_URL: this.aws.url,
      AWS_PAGER: "",
    };
  }
}
