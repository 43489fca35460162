import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs, promisify } from "node:util";
import { chooseDeployment, loadDeployments } from "../app/deployments";
import { contextOf } from "../app/json";
import { Settings } from "../app/settings";
import { LocalAws, startLocalAws } from "./aws";
import type { Delivery } from "./aws/batch";
import { howToReach } from "./how-to-reach";
import { progress } from "./progress";
import { awaitSample, notAwaitedReason, Outputs, putSample, putSampleInto } from "./sample";
import { copyAnyStack, type Account, type StackCopy } from "./stack-copy";
import { awaitDelivery, mappingNotAwaitedReason, stackMappings } from "./stack-mappings";
import { Steps } from "./steps";
import { findTerraform, stopTerraform, Terraform } from "./terraform";
import { copyStack } from "./workspace";

const HELP = `Usage: npm start [-- OPTIONS]

Creates the whole pipeline in a local AWS that has the accounts of the settings, with the real
Terraform and the real AWS provider. Puts a record into the stream, waits for it in each consumer's
log group, checks that Terraform has nothing left to change, and destroys everything.

  --settings FILE       settings file to run (default: the settings in cdktf.json)
  --stack DIR           run this directory of Terraform files instead: any stack, JSON or HCL, that has a
                        mapping across accounts. It is copied and not changed
  --account ALIAS=ID    account of a provider in DIR that does not contain its account ID; repeatable
  --name NAME           which of several deployments to run (default: the only one)
  --data TEXT           the record's data (default: sampledatarecord)
  --partition-key TEXT  its partition key (default: samplepartitionkey3)
  --keep                keep everything running until Ctrl-C, and print how to access it
  --help                print this

Exit code: 0 if the record arrived and nothing was left to change, else 1.
`;

function parse() {
  try {
    return parseArgs({
      options: {
        settings: { type: "string" },
        stack: { type: "string" },
        account: { type: "string", multiple: true, default: [] },
        name: { type: "string" },
        data: { type: "string", default: "sampledatarecord" },
        "partition-key": { type: "string", default: "samplepartitionkey3" },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return process.exit(2);
  }
}

// The SDK's warning about old Node.js versions does not concern users of this command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const options = parse();
if (options.help) {
  console.log(HELP);
  process.exit();
}

/** Directory for all files of this run. It is removed when the process exits. */
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "start-"));
process.env.TMPDIR = scratch;
process.on("exit", () => fs.rmSync(scratch, { recursive: true, force: true }));

const steps = new Steps();
const deliveries: Delivery[] = [];
let aws: LocalAws | undefined;
/** The run has succeeded and waits for Ctrl-C. */
let isKept = false;

async function run(): Promise<void> {
  const { stack } = options;
  if (stack !== undefined && (options.settings ?? options.name) !== undefined) {
    throw new Error("'--stack' cannot be combined with '--settings' or '--name'");
  }
  const settings = stack === undefined ? await synthesizeSettings() : undefined;
  const terraform = await steps.step("find terraform", findTerraform);
  const local = await steps.step(
    "start local AWS",
    () => startLocalAws({ onDelivered: (delivery) => deliveries.push(delivery) }),
    ({ url }) => url,
  );
  aws = local;
  const { directory, accounts } = settings
    ? await copySynthesized(terraform, local, settings)
    : await copyGiven(local, stack ?? "");
  await steps.step("terraform init", () => terraform.run(directory, "init"));
  await steps.step("terraform apply", (note) =>
    terraform.follow(progress(note), directory, ...["apply", "-auto-approve", "-json"]),
  );
  const outputs = JSON.parse(await terraform.run(directory, "output", "-json")) as Outputs;
  if (settings) {
    await deliver(local, settings, outputs);
  } else {
    await deliverToMappings(terraform, local, directory);
  }
  await steps.step(
    "terraform plan",
    () => terraform.run(directory, "plan", "-detailed-exitcode", "-no-color"),
    () => "nothing left to change",
  );
  if (options.keep) {
    console.log(await howToReach(terraform, local, directory, accounts, outputs));
    isKept = true;
    await new Promise(() => undefined);
  }
  await steps.step("terraform destroy", (note) =>
    terraform.follow(progress(note), directory, ...["destroy", "-auto-approve", "-json"]),
  );
}

async function synthesizeSettings(): Promise<Settings> {
  if (options.settings) {
    process.env.DEPLOYMENT = path.resolve(options.settings);
  }
  const deployments = loadDeployments(contextOf("cdktf.json"));
  const settings = chooseDeployment(deployments, options.name);
  await steps.step("synthesize", () => synthesize());
  return settings;
}

/** Runs main.ts as cdktf does, but writes to this run's directory. */
async function synthesize(): Promise<void> {
  const env = { ...process.env, CDKTF_OUTDIR: scratch };
  await promisify(execFile)("npm", ["run", "--silent", "app"], { env }).catch((error: unknown) => {
    throw new Error((error as { stderr: string }).stderr.trim());
  });
}

async function copySynthesized(
  terraform: Terraform,
  local: LocalAws,
  { name, region, producer, consumers }: Settings,
): Promise<StackCopy> {
  const directory = await copyStack(terraform, path.join(scratch, "stacks", name), {
    url: local.url,
    credentials: (account) => local.credentials(account),
    directory: path.join(scratch, "terraform"),
  });
  const accounts: Account[] = [producer, ...consumers.map(({ account }) => account)].map(
    ({ accountId: id }) => ({ id, region }),
  );
  return { directory, accounts };
}

function copyGiven(local: LocalAws, stack: string): Promise<StackCopy> {
  return copyAnyStack(stack, {
    url: local.url,
    credentials: (account) => local.credentials(account),
    directory: path.join(scratch, "terraform"),
    accounts: new Map(
      options.account.map((given) => {
        const [, alias = "", id = ""] = /^([\w-]+)=(\d{12})$/.exec(given) ?? [];
        if (!id) {
          throw new Error(`'--account' must be ALIAS=ID with 12 digits, got '${given}'`);
        }
        return [alias, id];
      }),
    ),
  });
}

const sample = { data: options.data, partitionKey: options["partition-key"] };

async function deliverToMappings(
  terraform: Terraform,
  local: LocalAws,
  directory: string,
): Promise<void> {
  const mappings = await stackMappings(terraform, directory);
  for (const arn of new Set(mappings.map(({ streamArn }) => streamArn))) {
    await steps.step(
      "put record",
      () => putSampleInto(local, arn, sample),
      () => `"${sample.data}", key ${sample.partitionKey}, into ${arn}`,
    );
  }
  for (const mapping of mappings) {
    const reason = mappingNotAwaitedReason(mapping);
    if (reason) {
      console.log(`not awaited from ${mapping.address}: ${reason}`);
      continue;
    }
    const lines = await steps.step("wait for it", () =>
      awaitDelivery(local, deliveries, mapping, sample),
    );
    console.log([`${mapping.functionArn} logged:`, ...lines].join("\n"));
  }
}

async function deliver(local: LocalAws, settings: Settings, outputs: Outputs): Promise<void> {
  await steps.step(
    "put record",
    () => putSample(local, outputs, sample),
    (arn) => `"${sample.data}", key ${sample.partitionKey}, into ${arn}`,
  );
  const { consumers } = settings;
  for (const consumer of consumers) {
    const { id: name } = consumer;
    const reason = notAwaitedReason(consumer);
    if (reason) {
      console.log(`not awaited from ${name}: ${reason}`);
      continue;
    }
    const message = await steps.step("wait for it", () =>
      awaitSample(local, outputs, name, sample),
    );
    console.log(`${name} logged:\n${JSON.stringify(message, undefined, 2)}`);
  }
}

async function cleanUp(): Promise<void> {
  await stopTerraform();
  const local = aws;
  if (local) {
    await steps.step("stop local AWS", () => local.stop());
  }
}

const interrupted = new Promise<never>((_resolve, reject) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      reject(new Error(isKept ? "" : `interrupted by ${signal}`));
      process.exitCode = isKept ? 0 : 130;
    });
  }
});

void Promise.race([run(), interrupted])
  .catch((error: unknown) => {
    process.exitCode ??= 1;
    console.error((error as Error).message);
  })
  .then(cleanUp)
  .finally(() => process.exit());
