import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs, promisify } from "node:util";
import { chooseDeployment, loadDeployments } from "../app/deployments";
import { contextOf } from "../app/json";
import { Settings } from "../app/settings";
import { LocalAws, startLocalAws } from "./aws";
import { howToReach } from "./how-to-reach";
import { awaitSample, Outputs, putSample, notAwaitedReason } from "./sample";
import { Steps } from "./steps";
import { findTerraform, stopTerraform, Terraform } from "./terraform";
import { copyStack } from "./workspace";

const HELP = `Usage: npm start [-- OPTIONS]

Creates the whole pipeline in a local AWS that has the accounts of the settings, with the real
Terraform and the real AWS provider. Puts a record into the stream, waits for it in each consumer's
log group, checks that Terraform has nothing left to change, and destroys everything.

  --settings FILE       settings file to run (default: the settings in cdktf.json)
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
let aws: LocalAws | undefined;
/** The run has succeeded and waits for Ctrl-C. */
let isKept = false;

async function run(): Promise<void> {
  if (options.settings) {
    process.env.DEPLOYMENT = path.resolve(options.settings);
  }
  const deployments = loadDeployments(contextOf("cdktf.json"));
  const settings = chooseDeployment(deployments, options.name);
  await steps.step("synthesize", () => synthesize());
  const terraform = await steps.step("find terraform", findTerraform);
  const local = await steps.step(
    "start local AWS",
    () => startLocalAws(),
    ({ url }) => url,
  );
  aws = local;
  const directory = await deploy(terraform, local, settings.name);
  const outputs = JSON.parse(await terraform.run(directory, "output", "-json")) as Outputs;
  await deliver(local, settings, outputs);
  await steps.step(
    "terraform plan",
    () => terraform.run(directory, "plan", "-detailed-exitcode", "-no-color"),
    () => "nothing left to change",
  );
  if (options.keep) {
    console.log(await howToReach(terraform, local, directory, settings, outputs));
    isKept = true;
    await new Promise(() => undefined);
  }
  await steps.step("terraform destroy", (note) =>
    terraform.follow(progress(note), directory, ...["destroy", "-auto-approve", "-json"]),
  );
}

/** Runs main.ts as cdktf does, but writes to this run's directory. */
async function synthesize(): Promise<void> {
  const env = { ...process.env, CDKTF_OUTDIR: scratch };
  await promisify(execFile)("npm", ["run", "--silent", "app"], { env }).catch((error: unknown) => {
    throw new Error((error as { stderr: string }).stderr.trim());
  });
}

async function deploy(terraform: Terraform, local: LocalAws, name: string): Promise<string> {
  const directory = await copyStack(terraform, path.join(scratch, "stacks", name), {
    url: local.url,
    credentials: (account) => local.credentials(account),
    directory: path.join(scratch, "terraform"),
  });
  await steps.step("terraform init", () => terraform.run(directory, "init"));
  await steps.step("terraform apply", (note) =>
    terraform.follow(progress(note), directory, ...["apply", "-auto-approve", "-json"]),
  );
  return directory;
}

/** Reports each completed resource in Terraform's JSON output, without the hash in its address. */
const progress =
  (note: (text: string) => void) =>
  (line: string): void => {
    const { type, hook } = JSON.parse(line) as {
      type: string;
      hook?: {
        action: string;
        elapsed_seconds: number;
        resource: { addr: string };
      };
    };
    if (type === "apply_complete" && hook) {
      const { action, resource, elapsed_seconds: seconds } = hook;
      const address = resource.addr.replace(/_[0-9A-F]{8}$/, "");
      note(`${action} ${address} (${seconds} s)`);
    }
  };

async function deliver(local: LocalAws, settings: Settings, outputs: Outputs): Promise<void> {
  const sample = {
    data: options.data,
    partitionKey: options["partition-key"],
  };
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
